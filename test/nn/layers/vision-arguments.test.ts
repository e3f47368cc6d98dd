// Mistakes in arguments of the layers for images: each is refused where the layer is made, with both facts.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';

const wrong = <T>(text: string): T => JSON.parse(text);

/** A layer argument that must be refused where the layer is made. */
const ARGUMENTS: readonly (readonly [call: string, make: () => unknown, says: RegExp])[] = [
  ['depthwiseConv2d(0)', () => dw.depthwiseConv2d(0), /depthwiseConv2d takes kernel as an integer >= 1, got 0/],
  ['depthwiseConv1d([3, 3])', () => dw.depthwiseConv1d([3, 3]), /kernel as a number or a list of 1/],
  ['depthwiseConv2d with multiplier 0', () => dw.depthwiseConv2d(3, { multiplier: 0 }), /multiplier/],
  ['depthwiseConv3d with inChannels 0', () => dw.depthwiseConv3d(3, { inChannels: 0 }), /inChannels/],
  ['separableConv2d(0, 3)', () => dw.separableConv2d(0, 3), /channels as an integer >= 1, got 0/],
  ['separableConv1d(3, 0)', () => dw.separableConv1d(3, 0), /kernel/],
  ['deformableConv2d(0, 3)', () => dw.deformableConv2d(0, 3), /channels/],
  ['deformableConv2d with groups 3 of 4', () => dw.deformableConv2d(4, 3, { groups: 3 }), /a divisor of its 4/],
  ['deformableConv2d with offsetGroups 0', () => dw.deformableConv2d(4, 3, { offsetGroups: 0 }), /offsetGroups/],
  [
    'deformableConv2d, offsets none',
    () => dw.deformableConv2d(4, 3, { offsets: wrong('"none"') }),
    /"computed" or "given"/,
  ],
  [
    'deformableConv2d, same, strided',
    () => dw.deformableConv2d(4, 3, { padding: 'same', strides: 2 }),
    /numbers where it is strided/,
  ],
  ['zeroPad2d(-1)', () => dw.zeroPad2d(-1), /zeroPad2d takes padding as an integer >= 0, got -1/],
  ['zeroPad2d([1, 2, 3])', () => dw.zeroPad2d([1, 2, 3]), /2 pairs, or a list of 2 or 4 numbers/],
  ['zeroPad2d of a pair of three', () => dw.zeroPad2d(wrong('[[1, 2, 3], [1, 2]]')), /pairs of two numbers/],
  ['zeroPad2d of a pair and a number', () => dw.zeroPad2d(wrong('[[1, 2], 1]')), /pairs of two numbers/],
  ['zeroPad1d("same")', () => dw.zeroPad1d(wrong('"same"')), /padding/],
  ['constantPad2d without its constant', () => dw.constantPad2d(1, wrong('null')), /value as a number/],
  ['cropping2d(0.5)', () => dw.cropping2d(0.5), /cropping as an integer >= 0, got 0.5/],
  ['upsampling2d(0)', () => dw.upsampling2d(0), /scale as a finite number > 0, got 0/],
  ['upsampling2d([2])', () => dw.upsampling2d([2]), /scale as a number or a list of 2/],
  ['upsampling1d, cubic', () => dw.upsampling1d(2, { mode: 'cubic' }), /"nearest" or "linear", got "?cubic/],
  ['upsampling2d, bilinear', () => dw.upsampling2d(2, { mode: wrong('"bilinear"') }), /"nearest", "linear", "cubic"/],
  ['upsampling2d, nearest with corners', () => dw.upsampling2d(2, { alignCorners: true }), /alignCorners/],
  ['resize2d(0)', () => dw.resize2d(0), /size as an integer >= 1, got 0/],
  ['resizeTo, mode area', () => dw.resizeTo({ mode: wrong('"area"') }), /mode/],
  ['pixelShuffle(0)', () => dw.pixelShuffle(0), /pixelShuffle takes factor/],
  ['pixelUnshuffle(1.5)', () => dw.pixelUnshuffle(1.5), /factor/],
  ['channelShuffle(0)', () => dw.channelShuffle(0), /groups/],
  ['adaptiveAvgPool2d(0)', () => dw.adaptiveAvgPool2d(0), /size as an integer >= 1, got 0/],
  ['adaptiveMaxPool3d([1, 2])', () => dw.adaptiveMaxPool3d([1, 2]), /a list of 3/],
  ['lpPool2d with p 0', () => dw.lpPool2d(2, { p: 0 }), /lpPool2d takes p as an integer >= 1, got 0/],
  ['unfold(0)', () => dw.unfold(0), /kernel/],
  ['unfold, same, strided', () => dw.unfold(2, { padding: 'same', strides: 2 }), /padding/],
  ['fold([0, 4], 2)', () => dw.fold([0, 4], 2), /size/],
  ['localResponseNorm(0)', () => dw.localResponseNorm(0), /size/],
  ['localResponseNorm with alpha NaN', () => dw.localResponseNorm(3, { alpha: Number.NaN }), /alpha/],
  ['instanceNorm with epsilon -1', () => dw.instanceNorm({ epsilon: -1 }), /epsilon/],
  ['instanceNorm with channels 0', () => dw.instanceNorm({ channels: 0 }), /channels/],
  ['prelu with channels 0', () => dw.prelu({ channels: 0 }), /channels/],
  ['layerScale(NaN)', () => dw.layerScale(Number.NaN), /init/],
  ['layerScale with axis 0.5', () => dw.layerScale(1, { axis: 0.5 }), /axis/],
  ['squeezeExcite(0)', () => dw.squeezeExcite(0), /reduction/],
  ['squeezeExcite with channels 0', () => dw.squeezeExcite(4, { channels: 0 }), /channels/],
  [
    'squeezeExcite with a misspelt gate',
    () => dw.squeezeExcite(4, { gate: wrong('"sigmiod"') }),
    /did you mean sigmoid/,
  ],
  ['glu with axis 0.5', () => dw.glu({ axis: 0.5 }), /axis/],
  ['dropPath(2)', () => dw.dropPath(2), /dropPath takes rate as a number from 0 to 1, got 2/],
  ['gaussianNoise(-1)', () => dw.gaussianNoise(-1), /stddev/],
  ['celu with alpha 0', () => dw.celu({ alpha: 0 }), /alpha/],
  ['squareplus with b -1', () => dw.squareplus({ b: -1 }), /b as a number >= 0/],
  ['hardTanh with min 2', () => dw.hardTanh({ min: 2 }), /min as a number up to max, 1/],
  ['hardShrink with lambda -1', () => dw.hardShrink({ lambda: -1 }), /lambda/],
  ['threshold with value NaN', () => dw.threshold({ value: Number.NaN }), /value/],
  ['rrelu with upper Infinity', () => dw.rrelu({ upper: Number.POSITIVE_INFINITY }), /upper/],
  ['softmin with axis 0.5', () => dw.softmin({ axis: 0.5 }), /axis/],
  ['weightNorm of a function', () => dw.weightNorm(wrong<dw.Layer>('3')), /its first argument as a layer/],
  ['weightNorm of relu', () => dw.weightNorm(dw.relu()), /a parameter of relu, which has no parameters of its own/],
  [
    'weightNorm of another parameter',
    () => dw.weightNorm(dw.dense(3), { parameter: 'wieght' }),
    /dense, which has weight, bias/,
  ],
  ['weightNorm along axis 2 of dense', () => dw.weightNorm(dw.dense(3), { axis: 2 }), /an integer from -2 to 1/],
  ['spectralNorm with iterations -1', () => dw.spectralNorm(dw.dense(3), { iterations: -1 }), /iterations/],
  ['spectralNorm with epsilon NaN', () => dw.spectralNorm(dw.dense(3), { epsilon: Number.NaN }), /epsilon/],
  ['spectralNorm along axis 0.5', () => dw.spectralNorm(dw.dense(3), { axis: 0.5 }), /axis/],
];

describe('arguments of layers for images', () => {
  test.each(ARGUMENTS)('%s is refused where it is made', (_, make, says) => {
    const error = errorOf(make);
    expect(error.code).toBe('LAYER_ARGUMENT');
    expect(`${error.message} ${error.hint ?? ''}`).toMatch(says);
    expect(error.origin?.site?.place?.file).toContain('vision-arguments.test.ts');
    expect(error.expected).toBeTruthy();
    expect(error.actual).toBeTruthy();
  });
});

/** Every layer with options, made with options that a type checker would refuse. */
const MAKERS: readonly (readonly [kind: string, make: (options: object) => unknown])[] = [
  ['depthwiseConv2d', (options) => dw.depthwiseConv2d(3, options)],
  ['separableConv2d', (options) => dw.separableConv2d(4, 3, options)],
  ['deformableConv2d', (options) => dw.deformableConv2d(4, 3, options)],
  ['zeroPad1d', (options) => dw.zeroPad1d(1, options)],
  ['constantPad1d', (options) => dw.constantPad1d(1, 2, options)],
  ['cropping3d', (options) => dw.cropping3d(1, options)],
  ['upsampling2d', (options) => dw.upsampling2d(2, options)],
  ['resize2d', (options) => dw.resize2d(2, options)],
  ['resizeTo', (options) => dw.resizeTo(options)],
  ['pixelShuffle', (options) => dw.pixelShuffle(2, options)],
  ['adaptiveAvgPool2d', (options) => dw.adaptiveAvgPool2d(2, options)],
  ['lpPool2d', (options) => dw.lpPool2d(2, options)],
  ['unfold', (options) => dw.unfold(2, options)],
  ['fold', (options) => dw.fold(4, 2, options)],
  ['localResponseNorm', (options) => dw.localResponseNorm(3, options)],
  ['instanceNorm', (options) => dw.instanceNorm(options)],
  ['prelu', (options) => dw.prelu(options)],
  ['layerScale', (options) => dw.layerScale(1, options)],
  ['squeezeExcite', (options) => dw.squeezeExcite(4, options)],
  ['glu', (options) => dw.glu(options)],
  ['stochasticDepth', (options) => dw.stochasticDepth(0.1, options)],
  ['weightNorm', (options) => dw.weightNorm(dw.dense(3), options)],
  ['spectralNorm', (options) => dw.spectralNorm(dw.dense(3), options)],
  ['celu', (options) => dw.celu(options)],
  ['hardTanh', (options) => dw.hardTanh(options)],
];

describe('options of layers for images', () => {
  test.each(MAKERS)('%s refuses a misspelt one with a hint', (kind, make) => {
    const error = errorOf(() => make({ nmae: 'x' }));
    expect(error.code).toBe('LAYER_ARGUMENT');
    expect(error.message).toContain(`${kind} has no option nmae; it has `);
    expect(error.hint).toBe('did you mean name?');
    expect(() => make({ name: 'x' })).not.toThrow();
  });
});

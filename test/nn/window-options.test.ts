// Window options as ONNX attributes: what each form of padding says, for any window.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as dw from '../../src/index.ts';
import { type PerAxis, windowAttributes } from '../../src/nn/window-options.ts';

const size = fc.integer({ min: 1, max: 6 });
const perAxis = (axes: number) => fc.oneof(size, fc.array(size, { minLength: axes, maxLength: axes }));
const listOf = (value: PerAxis, axes: number): readonly number[] =>
  typeof value === 'number' ? Array.from({ length: axes }, () => value) : value;

const windows = fc
  .integer({ min: 1, max: 3 })
  .chain((axes) =>
    fc.record({ axes: fc.constant(axes), kernel: perAxis(axes), strides: perAxis(axes), dilation: perAxis(axes) }),
  );

const attributesOf = (axes: number, kernel: PerAxis, options: dw.WindowOptions) =>
  windowAttributes({ layer: 'test', axes, sizeName: 'kernel', size: kernel }, options);

describe('windowAttributes', () => {
  test('a number stands for all axes', () => {
    fc.assert(
      fc.property(windows, ({ axes, kernel, strides, dilation }) => {
        const given = attributesOf(axes, kernel, { strides, dilation });
        const spelt = attributesOf(axes, listOf(kernel, axes), {
          strides: listOf(strides, axes),
          dilation: listOf(dilation, axes),
        });
        expect(given).toEqual(spelt);
        expect(given.kernel_shape).toEqual(listOf(kernel, axes));
      }),
    );
  });

  test('same padding adds what the dilated kernel takes, the odd element at the end', () => {
    fc.assert(
      fc.property(windows, ({ axes, kernel, dilation }) => {
        const { pads = Array.from({ length: 2 * axes }, () => 0) } = attributesOf(axes, kernel, {
          dilation,
          padding: 'same',
        });
        const [kernels, dilations] = [listOf(kernel, axes), listOf(dilation, axes)];
        for (let axis = 0; axis < axes; axis++) {
          const [start = 0, end = 0] = [pads[axis], pads[axis + axes]];
          expect(start + end).toBe((dilations[axis] ?? 1) * ((kernels[axis] ?? 1) - 1));
          expect([0, 1]).toContain(end - start);
        }
      }),
    );
  });

  test('same padding keeps every size where the stride is 1', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 20 }), (kernel, dilation, width) => {
        const net = dw.model(dw.conv1d(2, kernel, { dilation, padding: 'same' }), { inputs: { x: ['n', 3, width] } });
        expect(net.graph.outputs.map(({ shape }) => dw.formatShape(shape))).toEqual([`[n, 2, ${width}]`]);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['nothing', 2, 'valid', undefined],
    ['zero', 2, 0, undefined],
    ['a number', 2, 1, [1, 1, 1, 1]],
    ['one for each axis', 2, [1, 2], [1, 2, 1, 2]],
    ['starts and ends', 2, [1, 2, 3, 4], [1, 2, 3, 4]],
    ['starts and ends of one axis', 1, [1, 2], [1, 2]],
    ['zeros', 3, [0, 0, 0], undefined],
  ] as const)('padding of %s', (_, axes, padding, pads) => {
    expect(attributesOf(axes, 3, { padding }).pads).toEqual(pads);
  });

  test('what equals the default of ONNX is left out', () => {
    expect(attributesOf(2, 3, { strides: 1, dilation: [1, 1], padding: 0 })).toEqual({ kernel_shape: [3, 3] });
    expect(attributesOf(1, 3, { strides: 2, padding: 'same' })).toEqual({
      kernel_shape: [3],
      strides: [2],
      auto_pad: 'SAME_UPPER',
    });
  });
});

// A one-stage detector in the style of YOLOv5 (Jocher et al. 2020): a backbone, a pyramid up and down, boxes at three sizes.
import {
  batchNorm,
  block,
  conv2d,
  type DefinedModel,
  type Layer,
  maxPool2d,
  model,
  op,
  sequential,
  silu,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link yolo}; those of YOLOv5s by default. */
export interface YoloConfig {
  readonly classes?: number;
  /** Channels of the first convolution. */
  readonly width?: number;
  /** Blocks of the first stage; the third has three times as many. */
  readonly depth?: number;
}

/** Pixels for each place of a feature map, and the boxes, width and height in pixels, that a place looks for: `[3, 1, 1, 2]`. */
interface Scale {
  readonly stride: number;
  readonly anchors: number[][][][];
}

const anchors = (...sizes: number[][]): number[][][][] => sizes.map((size) => [[size]]);

const SCALES: readonly Scale[] = [
  { stride: 8, anchors: anchors([10, 13], [16, 30], [33, 23]) },
  { stride: 16, anchors: anchors([30, 61], [62, 45], [59, 119]) },
  { stride: 32, anchors: anchors([116, 90], [156, 198], [373, 326]) },
];

/** A convolution, a normalization and an activation. */
const convolve = (channels: number, kernel = 1, strides = 1, padding = Math.floor(kernel / 2)): Layer =>
  sequential(conv2d(channels, kernel, { strides, padding, bias: false }), batchNorm({ epsilon: 1e-3 }), silu());

/** Two convolutions around a shortcut, or without one. */
function bottleneck(channels: number, hasShortcut: boolean): Layer {
  const [cv1, cv2] = [convolve(channels), convolve(channels, 3)];
  return block({ cv1, cv2 }, (x: Value) => (hasShortcut ? op.Add(x, cv2(cv1(x))) : cv2(cv1(x))));
}

/** A stage of bottlenecks beside a short way around all of them. */
function c3(channels: number, depth: number, hasShortcut = true): Layer {
  const half = channels / 2;
  const [cv1, cv2, cv3] = [convolve(half), convolve(half), convolve(channels)];
  const m = sequential(...Array.from({ length: depth }, () => bottleneck(half, hasShortcut)));
  return block({ cv1, cv2, cv3, m }, (x: Value) => cv3(op.Concat([m(cv1(x)), cv2(x)], { axis: 1 })));
}

/** Windows of 5, 9 and 13 pixels, by one pool after the other. */
function spatialPyramid(channels: number): Layer {
  const [cv1, cv2, pool] = [convolve(channels / 2), convolve(channels), maxPool2d(5, { strides: 1, padding: 2 })];
  return block({ cv1, cv2, pool }, (x: Value) => {
    const first = cv1(x);
    const second = pool(first);
    const third = pool(second);
    return cv2(op.Concat([first, second, third, pool(third)], { axis: 1 }));
  });
}

const upsample = (x: Value): Value => op.Resize(x, undefined, [1, 1, 2, 2], undefined, { mode: 'nearest' });

/** The column and the row of each place of a feature map: `[h, w, 2]`. */
function places(h: Value, w: Value): Value {
  const count = (size: Value): Value => op.Cast(op.Range(0n, op.Squeeze(size, [0n]), 1n), { to: 'float32' });
  const sizes = op.Concat([h, w], { axis: 0 });
  const columns = op.Expand(count(w), sizes);
  const rows = op.Expand(op.Unsqueeze(count(h), [1n]), sizes);
  return op.Concat([op.Unsqueeze(columns, [-1n]), op.Unsqueeze(rows, [-1n])], { axis: -1 });
}

/** `[n, 3 * (5 + classes), h, w]` to `[n, 3 * h * w, 5 + classes]`: boxes as centre and size in pixels, then the scores. */
function decode(x: Value, classes: number, { stride, anchors }: Scale): Value {
  const [h, w] = [op.Shape(x, { start: 2, end: 3 }), op.Shape(x, { start: 3, end: 4 })];
  const sizes = op.Concat([[0n, 3n, BigInt(5 + classes)], h, w], { axis: 0 });
  const shares = op.Transpose(op.Sigmoid(op.Reshape(x, sizes)), { perm: [0, 1, 3, 4, 2] });
  const part = (from: number, to: number): Value => op.Slice(shares, [from], [to], [-1]);
  const centre = op.Mul(op.Add(op.Sub(op.Mul(part(0, 2), 2), 0.5), places(h, w)), stride);
  const doubled = op.Mul(part(2, 4), 2);
  const size = op.Mul(op.Mul(doubled, doubled), anchors);
  const rows = op.Concat([centre, size, part(4, 5 + classes)], { axis: -1 });
  return op.Reshape(rows, [0, -1, 5 + classes]);
}

/** The way up and down the pyramid: what the backbone saw at strides 8, 16 and 32, mixed across the three. */
function pyramid(
  width: number,
  depth: number,
): Layer<[eight: Value, sixteen: Value, last: Value], [Value, Value, Value]> {
  const [reduce1, reduce2] = [convolve(8 * width), convolve(4 * width)];
  const [up1, up2] = [c3(8 * width, depth, false), c3(4 * width, depth, false)];
  const [halve1, halve2] = [convolve(4 * width, 3, 2), convolve(8 * width, 3, 2)];
  const [down1, down2] = [c3(8 * width, depth, false), c3(16 * width, depth, false)];
  const join = (a: Value, b: Value): Value => op.Concat([a, b], { axis: 1 });
  return block({ reduce1, up1, reduce2, up2, halve1, down1, halve2, down2 }, (eight, sixteen, last) => {
    const top = reduce1(last);
    const middle = reduce2(up1(join(upsample(top), sixteen)));
    const small = up2(join(upsample(middle), eight));
    const medium = down1(join(halve1(small), middle));
    return [small, medium, down2(join(halve2(medium), top))];
  });
}

/**
 * A detector for images of any size that 32 divides, and of the few others that the contract allows. It gives `[batch, boxes, 5 + classes]`:
 * centre and size in pixels, whether something is there, and what. 7,235,389 parameters at the sizes of YOLOv5s: 80 classes, 3 channels.
 */
export function yolo({ classes = 80, width = 32, depth = 1 }: YoloConfig = {}): DefinedModel {
  const stem = convolve(width, 6, 2, 2);
  const stage = (channels: number, blocks: number): Layer => sequential(convolve(channels, 3, 2), c3(channels, blocks));
  const [stage2, stage3] = [stage(2 * width, depth), stage(4 * width, 2 * depth)];
  const [stage4, stage5] = [stage(8 * width, 3 * depth), stage(16 * width, depth)];
  const [sppf, neck] = [spatialPyramid(16 * width), pyramid(width, depth)];
  const heads = SCALES.map(() => conv2d(3 * (5 + classes), 1));
  const body = block({ stem, stage2, stage3, stage4, stage5, sppf, neck, heads }, (image: Value) => {
    const eight = stage3(stage2(stem(image)));
    const sixteen = stage4(eight);
    const maps = neck(eight, sixteen, sppf(stage5(sixteen)));
    const found = SCALES.flatMap((scale, i) => {
      const [map, head] = [maps[i], heads[i]];
      return map && head ? [decode(head(map), classes, scale)] : [];
    });
    return { detections: op.Concat(found, { axis: 1 }) };
  });
  return model(body, { name: 'yolo', inputs: { images: ['batch', '?', 'height', 'width'] } });
}

const net = yolo();
export default net;

if (isScript(import.meta.url)) showLayers(net, ['batch', 3, 'height', 'width']);

// Small files that ask for huge shapes: they get an unknown rank, at once.
import { describe, expect, test } from 'vitest';
import { inferGraph } from '../../src/infer/infer-node.ts';
import { parseGraph } from '../../src/ir/parse-graph.ts';
import { formatType } from '../../src/ir/type.ts';

describe('a list of 2^31 sizes', () => {
  test.each([
    ['Reshape', 'Reshape (x, s)'],
    ['Expand', 'Expand (x, s)'],
    ['ConstantOfShape', 'ConstantOfShape (s)'],
    ['Tile', 'Tile (x, s)'],
    ['Pad', 'Pad (x, s)'],
    ['Slice', 'Slice (x, s, s)'],
    ['Unsqueeze', 'Unsqueeze (x, s)'],
    ['Squeeze', 'Squeeze (x, s)'],
    ['Upsample by scales', 'Resize (x, "", r)'],
    ['CenterCropPad', 'CenterCropPad (x, s)'],
    ['ReduceSum', 'ReduceSum (x, s)'],
    ['AffineGrid', 'AffineGrid (x, s)'],
    ['DFT', 'DFT (x, s)'],
    ['SplitToSequence', 'SplitToSequence (x, s)'],
    ['ArrayFeatureExtractor', 'ai.onnx.ml.ArrayFeatureExtractor (x, s)'],
    ['TopK', 'TopK (x, s)'],
    ['Range of it', 'Range (s, s, s)'],
    ['OneHot', 'OneHot (s, s, x)'],
    ['CumSum', 'CumSum (x, s)'],
  ])('costs %s nothing', (_, call) => {
    const graph = parseGraph(
      `<opset_import: ["" : 21, "ai.onnx.ml" : 5]> g (float[2,3] x, int64[2147483648] s, float[2147483648] r) => (y) { y = ${call} }`,
    );
    const before = process.memoryUsage();
    inferGraph(graph, () => {});
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(64 * 2 ** 20);
    for (const output of graph.outputs) expect(formatType(output.type).length).toBeLessThan(1000);
  });
});

describe('a size of 2^40', () => {
  test.each([
    ['ConstantOfShape', 'ConstantOfShape (big)'],
    ['Expand', 'Expand (one, big)'],
    ['Tile', 'Tile (one, big)'],
    ['Range', 'Range (zero, top, step)'],
    ['OneHot', 'OneHot (one, top, two)'],
    ['Split', 'Split <num_outputs = 1099511627776> (x)'],
    ['Pad', 'Pad (one, both)'],
    ['Reshape', 'Reshape (one, big)'],
    ['Resize', 'Resize (x, "", "", pair)'],
    ['Unsqueeze', 'Unsqueeze (x, big)'],
    ['Slice', 'Slice (x, zero1, big)'],
    ['DepthToSpace', 'DepthToSpace <blocksize = 1099511627776> (x)'],
    ['HannWindow', 'HannWindow (top)'],
    ['MelWeightMatrix', 'MelWeightMatrix (top, top, top, f, f)'],
    ['RandomNormal', 'RandomNormal <shape = [1099511627776, 1099511627776]> ()'],
    ['Pow', 'Pow (one, big)'],
  ])('in %s costs nothing', (_, call) => {
    const weights = [
      'int64[1] one = {1}',
      'int64[1] big = {1099511627776}',
      'int64[2] both = {0, 1099511627776}',
      'int64[2] pair = {1099511627776, 3}',
      'int64[2] two = {0, 1}',
      'int64[1] zero1 = {0}',
      'int64 zero = {0}',
      'int64 top = {1099511627776}',
      'int64 step = {1}',
      'float f = {1.0}',
    ];
    const graph = parseGraph(`<opset_import: ["" : 21]> g (float[2,3] x) => (y) <${weights.join(', ')}> {
      y = ${call}
      s = Shape (y)
      z = Reshape (y, s)
    }`);
    const before = process.memoryUsage();
    inferGraph(graph, () => {});
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    expect(heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(64 * 2 ** 20);
  });
});

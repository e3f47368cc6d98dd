// Each sort of difference, told as one line; written in ONNX's own syntax.
import { describe, expect, test } from 'vitest';
import { diffModels } from '../../../codegen/onnx/diff/diff-models.ts';
import { formatDifference } from '../../../codegen/onnx/diff/difference.ts';
import { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';

const BASE = `<ir_version: 10, opset_import: ["" : 21, "local" : 1]>
net (float[N, 4] x, float[N, 4] z) => (float[N, 3] y)
<float[4, 3] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, float[3] b = {0.5, 0.25, 0}, bool c = {1}>
{
  s = Add (x, z)
  h = MatMul (s, w)
  t = If (c) <
    then_branch = yes () => (float[N, 3] u) { u = Relu (h) },
    else_branch = no () => (float[N, 3] v) { v = LeakyRelu <alpha = 0.1> (h) }
  >
  k = local.twice (t)
  y = Add (k, b)
}
<domain: "local", opset_import: ["" : 21]>
twice (q) => (r) { r = Add (q, q) }
`;

const model = (text: string): OnnxModel => parseOnnx(text);
const lines = (a: OnnxModel, b: OnnxModel, options = {}): string[] => diffModels(a, b, options).map(formatDifference);
const edit = (from: string, to: string): OnnxModel => {
  expect(BASE).toContain(from);
  return model(BASE.replace(from, to));
};

describe('diffModels', () => {
  test.each([
    [
      'an attribute inside a body',
      'alpha = 0.1',
      'alpha = 0.2',
      [expect.stringMatching(/^~ node ".*" \(If\) else_branch \/ node ".*" \(LeakyRelu\) alpha: 0.1\d* -> 0.2\d*$/)],
    ],
    [
      'an operator inside a body',
      'u = Relu (h)',
      'u = Tanh (h)',
      [expect.stringMatching(/^~ node .* then_branch \/ node ".*" \(Relu\) operator: Relu -> Tanh$/)],
    ],
    ['an operator', 's = Add (x, z)', 's = Mul (x, z)', ['~ node "s" (Add) operator: Add -> Mul']],
    [
      'elements of a weight',
      '6, 7, 8',
      '6, 7.5, 8',
      ['~ initializer "w" (float32[4, 3]) 1 of 12 elements differ, by 0.5 at most'],
    ],
    [
      'a function',
      'r = Add (q, q)',
      'r = Mul (q, q)',
      ['~ function local.twice / node "r" (Add) operator: Add -> Mul'],
    ],
    ['the opset', '["" : 21, "local" : 1]', '["" : 20, "local" : 1]', ['~ opset ai.onnx: 21 -> 20']],
    ['the IR version', 'ir_version: 10', 'ir_version: 9', ['~ model IR version: 10 -> 9']],
    [
      'a node more',
      'k = local.twice (t)',
      'a = Abs (t)\n  k = local.twice (a)',
      ['+ node "a" (Abs) after node "t" (If)'],
    ],
    [
      'a node less',
      'k = local.twice (t)\n  y = Add (k, b)',
      'y = Add (t, b)',
      ['- node "k" (twice) after node "t" (If)'],
    ],
  ] as const)('tells of %s', (_, from, to, expected) => {
    expect(lines(model(BASE), edit(from, to))).toEqual(expected);
  });

  test('tells of another name of an input, which feeds use', () => {
    const other = model(BASE.replace('float[N, 4] z', 'float[N, 4] zz').replace('(x, z)', '(x, zz)'));
    expect(lines(model(BASE), other)).toEqual(['~ input "z" name: "z" -> "zz"']);
  });

  test('takes names of symbols for names', () => {
    expect(lines(model(BASE), model(BASE.replaceAll('N', 'batch')))).toEqual([]);
  });

  test('tells of a symbol that becomes a number, and of what it asks for no more', () => {
    const other = model(BASE.replace('float[N, 4] x, float[N, 4] z', 'float[2, 4] x, float[2, 4] z'));
    expect(lines(model(BASE), other)).toEqual([
      '~ input "x" type: float32[N, 4] -> float32[2, 4]',
      '~ input "z" type: float32[N, 4] -> float32[2, 4]',
      expect.stringMatching(/^~ output "y" type: float32\[N, 3\] -> float32\[2, 3\]$/),
    ]);
  });

  test('lets weights differ within a tolerance', () => {
    const other = edit('6, 7, 8', '6, 7.0001, 8');
    expect(lines(model(BASE), other)).toHaveLength(1);
    expect(lines(model(BASE), other, { tolerance: 1e-4 })).toEqual([]);
    expect(lines(model(BASE), other, { tolerance: 1e-6 })).toHaveLength(1);
  });

  test('finds nothing in how weights are stored', () => {
    const base = model(BASE);
    const { graph } = base.proto;
    const initializer = graph?.initializer?.map((tensor) => {
      const floats = tensor.floatData;
      if (!floats) return tensor;
      return { ...tensor, floatData: undefined, rawData: new Uint8Array(Float32Array.from(floats).buffer) };
    });
    const raw = new OnnxModel({ ...base.proto, graph: { ...graph, initializer } });
    expect(raw.proto.graph?.initializer?.some(({ rawData }) => rawData !== undefined)).toBe(true);
    expect(lines(base, raw)).toEqual([]);
  });

  test('tells of metadata but not of the contract in it', () => {
    const base = model(BASE);
    const other = base.with({ metadataProps: [{ key: 'author', value: 'me' }] });
    expect(lines(base, other)).toEqual(['+ metadata author "me"']);
    expect(lines(other, base)).toEqual(['- metadata author "me"']);
  });
});

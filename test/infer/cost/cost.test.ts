// Costs of graphs: the conventions, control flow, functions, live memory, parameters, groups and bindings.
import { describe, expect, test } from 'vitest';
import { formatCount } from '../../../src/dim/count-text.ts';
import { bindCost } from '../../../src/infer/cost/bind-cost.ts';
import { costByOperator, costByPath } from '../../../src/infer/cost/group-cost.ts';
import type { Measures } from '../../../src/infer/cost/measures.ts';
import { costOfText, texts } from './cost-of-text.ts';

const measured = ({ macs, flops, read, written }: Measures) => texts({ macs, flops, read, written });

const totals = (text: string) => {
  const { macs, flops, read, written, peak } = costOfText(text);
  return texts({ macs, flops, read, written, peak });
};

describe('costOf', () => {
  test.each<[string, string, Partial<ReturnType<typeof totals>>]>([
    [
      'a matrix product reads both operands and writes the result',
      'g (float[n,k] a, float[k,m] b) => (y) { y = MatMul (a, b) }',
      { macs: 'k*m*n', flops: '2*k*m*n', read: 'k*(4*m + 4*n)', written: '4*m*n' },
    ],
    [
      'one operation per element where nothing else is said',
      'g (float[n,5] a) => (y) { y = Sigmoid (a) }',
      { macs: '0', flops: '5*n', read: '20*n', written: '20*n' },
    ],
    [
      'a view computes and moves nothing, and needs no memory of its own',
      'g (float[n,6] a) => (y) <int64[2] s = {-1, 3}> { r = Reshape (a, s) y = Neg (r) }',
      { flops: '6*n', read: '24*n', written: '24*n', peak: '48*n' },
    ],
    [
      'copies move without computing',
      'g (float16[n,6] a) => (y) { y = Transpose (a) }',
      { flops: '0', read: '12*n', written: '12*n' },
    ],
    [
      'a lookup reads only the rows that it takes',
      'g (int64[n] ids) => (y) <float[4,2] w = {1,2,3,4,5,6,7,8}> { y = Gather (w, ids) }',
      { flops: '0', read: '16*n', written: '8*n' },
    ],
    [
      'a value that is read twice by one node is read once',
      'g (float[n] a) => (y) { y = Mul (a, a) }',
      { read: '4*n', written: '4*n' },
    ],
    [
      'packed types fill whole bytes',
      'g (int4[n] a) => (y) { y = Cast <to = 3> (a) }',
      { read: 'ceildiv(n, 2)', written: 'n' },
    ],
    [
      'outputs that nobody asks for are not written',
      'g (float[n,1,8] a) => (y) { y = MaxPool <kernel_shape = [2], strides = [2]> (a) }',
      { flops: '8*n', written: '16*n' },
    ],
  ])('%s', (_, text, expected) => {
    expect(totals(text)).toMatchObject(expected);
  });

  test('a convolution of a group meets the channels of the group', () => {
    const { macs } = costOfText(
      'g (float[n,8,h,w] x, float[16,2,3,3] k) => (y) { y = Conv <group = 4, pads = [1,1,1,1]> (x, k) }',
    );
    expect(formatCount(macs)).toBe('288*h*n*w');
  });

  test('counts stay exact beyond 2^53', () => {
    const cost = costOfText('g (float[n,1000000,1000000] a, float[n,1000000,1000000] b) => (y) { y = MatMul (a, b) }');
    expect(formatCount(bindCost(cost, { n: 7 }).flops)).toBe('14000000000000000000');
  });

  test('an unknown rank makes a symbol with a meaning, once for all that needs it', () => {
    const cost = costOfText('g (float[] a) => (y) { b = Neg (a) y = Neg (b) }');
    expect(measured(cost).flops).toBe('elements0 + elements1');
    expect(cost.open.map(({ meaning }) => meaning)).toEqual([
      'elements of value "b"',
      'elements of value "y"',
      'elements of value "a"',
    ]);
  });

  test('operators that nobody knows cost a symbol', () => {
    const cost = costOfText(
      '<opset_import: ["" : 21, "acme" : 1]> g (float[n] a) => (y) { ["thing"] y = acme.Thing (a) }',
    );
    expect(measured(cost).flops).toBe('work0');
    expect(cost.open[0]?.meaning).toContain('Thing "thing"');
  });
});

const IF = (yes: string, no: string) => `g (bool c, float[n] x, float[m] z) => (y) {
  ["choice"] y = If <then_branch = yes () => (a) { a = ${yes} }, else_branch = no () => (b) { b = ${no} }> (c)
}`;

describe('control flow', () => {
  test('of two branches the one that does more in everything counts', () => {
    const cost = costOfText(IF('Neg (x)', 'Identity (x)'));
    expect(measured(cost)).toMatchObject({ flops: 'n', read: '4*n' });
    expect(cost.nodes.map(({ name }) => name)).toEqual(['choice/then_branch/a']);
  });

  test('where sizes decide, the cost is a maximum and the branches are listed', () => {
    const cost = costOfText(IF('Neg (x)', 'Neg (z)'));
    expect(measured(cost).flops).toBe('max(m, n)');
    expect(cost.nodes.map(({ name, branches }) => [name, branches?.map((part) => measured(part).flops)])).toEqual([
      ['choice', ['n', 'm']],
    ]);
    expect(measured(bindCost(cost, { n: 3, m: 5 })).flops).toBe('5');
  });

  test('a branch that is surely taken counts alone', () => {
    const cost = costOfText(`g (float[n] x) => (y) <bool c = {0}> {
      y = If <then_branch = yes () => (a) { t = Neg (x) a = Neg (t) }, else_branch = no () => (b) { b = Neg (x) }> (c)
    }`);
    expect(measured(cost).flops).toBe('n');
  });

  test('the body of a Loop counts once for each step', () => {
    const cost = costOfText(`g (float[a] x) => (y) <int64 m = {6}, bool on = {1}> {
      y = Loop <body = step (int64 i, bool c, float[a] s) => (c2, t) { c2 = Identity (c) t = Add (s, s) }> (m, on, x)
    }`);
    expect(measured(cost).flops).toBe('6*a');
    expect(cost.nodes.map(({ name, runs }) => [name, formatCount(runs)])).toContainEqual(['y/body/t', '6']);
  });

  test('what grows with the step is summed over the steps', () => {
    const cost = costOfText(`g (int64 m, float[a] x) => (y) <bool on = {1}> {
      y = Loop <body = step (int64 i, bool c, float[k] s) => (c2, t) { c2 = Identity (c) u = Neg (s) t = Concat <axis = 0> (u, x) }> (m, on, x)
    }`);
    expect(measured(cost).flops).toContain('trips0');
    const known = costOfText(`g (float[a] x) => (y) <int64 m = {4}, bool on = {1}> {
      y = Loop <body = step (int64 i, bool c, float[k] s) => (c2, t) { c2 = Identity (c) u = Neg (s) t = Concat <axis = 0> (u, x) }> (m, on, x)
    }`);
    // Around the loop x and y: a and 5a elements; at the last Concat s, u and t: 4a, 4a and 5a, and i and c: 9 bytes.
    expect(formatCount(known.peak)).toBe('76*a + 9');
    expect(known.open).toEqual([]);
    // a + 2a + 3a + 4a
    expect(measured(known).flops).toBe('10*a');
  });

  test('a Loop whose steps data decides has a symbol for them', () => {
    const cost = costOfText(`g (float[a] x, bool go) => (y) {
      ["while"] y = Loop <body = step (int64 i, bool c, float[a] s) => (c2, t) <float z> {
        t = Neg (s) r = ReduceSum <keepdims = 0> (t) c2 = Greater (r, r)
      }> (, go, x)
    }`);
    expect(measured(cost).flops).toMatch(/^trips0\*\(2\*a \+ 1\)$|^2\*a\*trips0 \+ trips0$/);
    expect(cost.open.map(({ meaning }) => meaning)).toEqual(['steps of Loop "while"']);
  });

  test('Scan runs once for each slice, also along another axis', () => {
    const cost = costOfText(`g (float[a] s0, float[b,t] xs) => (s, ys) {
      s, ys = Scan <num_scan_inputs = 1, scan_input_axes = [1], body = step (float[a] s, float[b] x) => (s2, y) {
        s2 = Neg (s) y = Exp (x)
      }> (s0, xs)
    }`);
    expect(measured(cost).flops).toBe('t*(a + b)');
  });

  test('each call of a function counts, with its own sizes', () => {
    const cost = costOfText(`<opset_import: ["" : 21, "f" : 1]> g (float[n] x, float[n,3] z) => (y, w) {
      ["first"] y = f.twice (x)
      ["second"] w = f.twice (z)
    }
    <domain: "f", opset_import: ["" : 21]> twice (a) => (b) { t = Neg (a) b = Neg (t) }`);
    expect(measured(cost).flops).toBe('8*n');
    expect(cost.nodes.map(({ name }) => name)).toEqual(['first/t', 'first/b', 'second/t', 'second/b']);
  });
});

describe('the peak', () => {
  test('a value lives from its node to its last reader', () => {
    // x and a; x, a and b; x, b and c once a is dead, but c = a + b needs all.
    const { peak } = totals('g (float[n] x) => (c) { a = Neg (x) b = Neg (a) c = Add (a, b) }');
    expect(peak).toBe('16*n');
    expect(totals('g (float[n] x) => (c) { a = Neg (x) b = Neg (a) c = Neg (b) }').peak).toBe('12*n');
  });

  test('outputs live to the end, weights are left out', () => {
    expect(
      totals('g (float[n] x) => (a, d) <float[2] w = {1,2}> { a = Neg (x) b = Neg (x) c = Neg (b) d = Neg (c) }').peak,
    ).toBe('16*n');
  });

  test('what a body captures lives as long as its node', () => {
    const { peak } = totals(`g (bool c, float[n] x) => (y) {
      a = Neg (x)
      b = Neg (x)
      y = If <then_branch = yes () => (t) { t = Add (a, b) }, else_branch = no () => (f) { f = Add (a, b) }> (c)
    }`);
    // c, x, a, b, the output, and the branch's own.
    expect(peak).toBe('20*n + 1');
  });

  test('is a maximum where sizes decide, with the nodes that it may be at', () => {
    const cost = costOfText(`g (float[n] x, float[m] z) => (y, w) {
      a = Concat <axis = 0> (x, x) y = ReduceSum (a)
      b = Concat <axis = 0> (z, z) w = ReduceSum (b)
    }`);
    expect(texts({ peak: cost.peak }).peak).toBe('max(12*m + 4*n + 8, 4*m + 12*n + 4)');
    expect(cost.peakAt.map(({ node }) => node.outputs[0]?.name)).toEqual(['y', 'w']);
  });
});

describe('parameters', () => {
  test.each<[string, string, string]>([
    ['weights of products', 'g (float[n,2] x) => (y) <float[2,3] w = {1,2,3,4,5,6}> { y = MatMul (x, w) }', '6'],
    ['biases that are added', 'g (float[n,2] x) => (y) <float[2] b = {1,2}> { y = Add (x, b) }', '2'],
    ['no single factors', 'g (float[n,2] x) => (y) <float c = {2}> { y = Mul (x, c) }', '0'],
    ['no sizes', 'g (float[n,2] x) => (y) <int64[2] s = {2,-1}> { y = Reshape (x, s) }', '0'],
    ['no scales of a resize', 'g (float[n,1,2,2] x) => (y) <float[4] s = {1,1,2,2}> { y = Resize (x, , s) }', '0'],
    [
      'scale and bias of a normalization, not its statistics',
      'g (float[n,2,h] x) => (y) <float[2] s = {1,1}, float[2] b = {0,0}, float[2] m = {0,0}, float[2] v = {1,1}> { y = BatchNormalization (x, s, b, m, v) }',
      '4',
    ],
    [
      'quantized weights, not their scales',
      'g (float[n,2] x) => (y) <int8[2,2] w = {1,2,3,4}, float[2] s = {1,1}> { d = DequantizeLinear <axis = 0> (w, s) y = MatMul (x, d) }',
      '4',
    ],
    ['one that is shared once', 'g (float[n,2] x) => (y) <float[2] b = {1,2}> { a = Add (x, b) y = Add (a, b) }', '2'],
    [
      'those of Constant nodes',
      'g (float[n,2] x) => (y) { c = Constant <value = float[2] {1,2}> () y = Add (x, c) }',
      '2',
    ],
  ])('%s', (_, text, elements) => {
    expect(formatCount(costOfText(text).parameters.elements)).toBe(elements);
  });
});

describe('groups', () => {
  const cost = costOfText(`g (float[n,2] x) => (y) <float[2,2] w = {1,2,3,4}> {
    ["/enc/layer.0/MatMul"] a = MatMul (x, w)
    ["/enc/layer.0/Relu"] b = Relu (a)
    ["/enc/layer.1/MatMul"] c = MatMul (b, w)
    ["/head/Relu"] y = Relu (c)
  }`);

  test('operators make up the whole', () => {
    expect(costByOperator(cost).map(({ key, nodes, flops }) => [key, nodes, formatCount(flops)])).toEqual([
      ['MatMul', 2, '16*n'],
      ['Relu', 2, '4*n'],
    ]);
  });

  test('paths make a tree, each layer with what lies inside of it', () => {
    expect(
      costByPath(cost).map(({ key, depth, flops, parameters }) => [
        key,
        depth,
        ...Object.values(texts({ flops, parameters })),
      ]),
    ).toEqual([
      ['', 0, '20*n', '4'],
      ['enc', 1, '18*n', '4'],
      ['enc.layer', 2, '18*n', '4'],
      ['enc.layer.0', 3, '10*n', '4'],
      ['enc.layer.1', 3, '8*n', '0'],
      ['head', 1, '2*n', '0'],
    ]);
    expect(costByPath(cost, 1).map(({ key }) => key)).toEqual(['', 'enc', 'head']);
  });
});

describe('bindCost', () => {
  const cost = costOfText('g (float[n,m] x) => (y) { y = Neg (x) }');
  test('takes numbers and expressions, all symbols or some', () => {
    expect(measured(bindCost(cost, { n: 2, m: 3 })).flops).toBe('6');
    expect(measured(bindCost(cost, { m: '2*k' })).flops).toBe('2*k*n');
  });

  test('refuses a symbol that no formula has', () => {
    expect(() => bindCost(cost, { nn: 2 })).toThrow('no formula of the cost has a symbol "nn"');
  });
});

// Backward rules: what an output tells about an input of unknown rank is what the rule makes of that input.
import { describe, expect, test } from 'vitest';
import { hasUnknown } from '../../src/dim/dim.ts';
import { meetStatement } from '../../src/infer/claims.ts';
import { againBy, inferGraph } from '../../src/infer/infer-node.ts';
import { parseGraph } from '../../src/ir/parse-graph.ts';
import { formatType, type ValueType } from '../../src/ir/type.ts';
import { operatorRows } from '../../src/ops/rows.ts';
import { readInputs, runExample } from './run-example.ts';

const OPEN: ValueType = { kind: 'tensor', dtype: 'float32', shape: null };

/** Infers `nodes` from an input `x` of unknown rank, states the sizes of the last value, and tells the type of `x`. */
function settle(nodes: string, stated: string, constants = ''): { readonly x: string; readonly last: string } {
  const graph = parseGraph(`<opset_import: ["" : 21]> g (float x) => (y) ${constants} { ${nodes} }`);
  const [x] = graph.inputs;
  x?.setType(OPEN);
  inferGraph(graph, () => {});
  const [y] = graph.outputs;
  const { inputs } = parseGraph(`<opset_import: ["" : 21]> g (float${stated && `[${stated}]`} s) => (s) {}`);
  const type = inputs[0]?.type ?? OPEN;
  if (y)
    expect(
      meetStatement(
        y,
        { type, speaker: 'author', origin: undefined },
        againBy(() => {}),
      ),
    ).toBeUndefined();
  return { x: formatType(x?.type ?? OPEN), last: formatType(y?.type ?? OPEN) };
}

describe('a stated output', () => {
  test.each([
    ['y = Relu (x)', 'a,4', 'float32[a, 4]'],
    ['h = Relu (x) i = Softmax (h) y = Dropout (i)', 'a,4,b', 'float32[a, 4, b]'],
    ['y = Transpose (x)', 'a,4,b', 'float32[b, 4, a]'],
    ['y = Transpose <perm = [1, 2, 0]> (x)', 'a,4,b', 'float32[b, a, 4]'],
    ['y = Unsqueeze (x, one)', 'a,1,4', 'float32[a, 4]'],
    ['y = Squeeze (x, one)', 'a,4', 'float32[a, 1, 4]'],
    ['y = Concat <axis = 0> (x, x)', '8,4', 'float32[4, 4]'],
    ['y = Identity (x)', '', 'float32[]'],
    ['y = ReduceSum (x, one)', 'a,1,4', 'float32[a, ?, 4]'],
    ['y = ReduceMean (x)', '1,1', 'float32[?, ?]'],
    ['y = ReduceMax <keepdims = 0> (x, one)', 'a,4', 'float32[a, ?, 4]'],
    ['y = GlobalAveragePool (x)', 'a,3,1,1', 'float32[a, 3, ?, ?]'],
    ['y = MaxPool <kernel_shape = [1, 1]> (x)', 'a,3,h,w', 'float32[a, 3, h, w]'],
    ['y, z = Split <axis = 1> (x)', 'a,3', 'float32[a, 6]'],
    ['y = Tile (x, pair)', 'a,6', 'float32[a, 3]'],
    ['y, i = TopK <axis = 0> (x, one)', '1,4', 'float32[?, 4]'],
    ['y = Trilu (x)', 'a,b', 'float32[a, b]'],
  ])('tells through %s what x is', (nodes, stated, expected) => {
    const { x, last } = settle(nodes, stated, '<int64[1] one = {1}, int64[2] pair = {1, 2}>');
    expect(x).toBe(expected);
    expect(last).toBe(`float32[${stated.replaceAll(',', ', ')}]`);
  });

  test.each([
    ['broadcasting', 'y = Add (x, x)', '4,4'],
    ['Reshape', 'y = Reshape (x, s)', '4,4'],
    ['Expand', 'y = Expand (x, s)', '4,4'],
    ['ReduceSum of all axes', 'y = ReduceSum <keepdims = 0> (x)', ''],
    ['axes from both ends', 'y = ReduceMin <keepdims = 0> (x, both)', '4'],
    ['an axis that is not there', 'y = ReduceMin (x, both)', '4'],
    ['Squeeze without axes', 'y = Squeeze (x)', '4,4'],
  ])('tells nothing through %s', (_, nodes, stated) => {
    expect(settle(nodes, stated, '<int64[2] s = {4, 4}, int64[2] both = {1, -1}>').x).toBe('float32[...]');
  });
});

/** Each case of a row with a backward rule whose first input is a tensor of known rank, without known elements. */
const CASES = operatorRows()
  .filter((row) => row.backward)
  .flatMap((row) => row.examples.map((example) => ({ row, example, name: row.name })))
  .filter(({ example }) => {
    const [first] = readInputs(example);
    return !example.fails && first?.type.kind === 'tensor' && first.type.shape && !first.content;
  });

describe('a backward rule', () => {
  test.each(CASES)(
    'of $name gives an input of unknown rank the sizes that its output tells: $example.inputs',
    (one) => {
      const inputs = readInputs(one.example);
      const [first, ...rest] = inputs;
      const known = runExample(one, inputs, { given: true }).node;
      const stated = known.outputs[0]?.type;
      if (first?.type.kind !== 'tensor' || stated?.kind !== 'tensor' || !stated.shape) return;
      const open = runExample(one, [{ ...first, type: { ...first.type, shape: null } }, ...rest], { given: true }).node;
      const [x] = open.inputs;
      const [y] = open.outputs;
      if (!x || !y || y.poisoned) throw new Error(`${one.name} refuses an input of unknown rank`);
      const code = meetStatement(
        y,
        { type: stated, speaker: 'author', origin: undefined },
        againBy(() => {}),
      );
      expect(code).toBeUndefined();
      const [before, after] = [first.type, x.type].map((type) => (type.kind === 'tensor' ? type.shape : null));
      if (!after) {
        // Without known axes any number of them may have been dropped.
        expect(one.name === 'Squeeze' || one.example.attributes?.keepdims === 0, one.name).toBe(true);
        return;
      }
      // Where another input fixes the rank, its sizes may stay open; none may differ.
      expect(after).toHaveLength(before?.length ?? -1);
      after.forEach((dim, axis) => {
        const size = before?.[axis];
        if (size && !hasUnknown(dim)) expect(open.graph.facts.equal(dim, size)).not.toBe('false');
      });
    },
  );

  test('is had by the operators that keep the sizes of their input', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBeGreaterThan(60);
  });
});

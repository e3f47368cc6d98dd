// Relations between sizes that survive a way through several operators and back: as printed, and as ONNX Runtime gives them.
import { describe, expect, test } from 'vitest';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { op } from '../../src/index.ts';
import { expectJudged, type Feeds, graphOfProgram, type JudgedProgram, outputTypes } from './judged-program.ts';
import { f32 } from './loop-programs.ts';

interface Row {
  readonly fact: string;
  readonly program: JudgedProgram;
  readonly types: readonly string[];
  readonly constraints?: readonly string[];
  readonly runs: readonly Feeds[];
}

const ROWS: readonly Row[] = [
  {
    fact: 'MatMul makes the inner sizes one, which later operators know',
    program: (g) => {
      const [x, y] = [f32(g, 'x', 'a', 'b'), f32(g, 'y', 'c', 'd')];
      return [op.MatMul(x, y), op.Concat([op.Transpose(x), y], { axis: 1 })];
    },
    types: ['float32[a, d]', 'float32[b, a + d]'],
    constraints: ['b == c'],
    runs: [
      { x: [2, 3], y: [3, 5] },
      { x: [1, 4], y: [4, 1] },
    ],
  },
  {
    fact: 'h in 12 parts and back is h, under 12 | h',
    program: (g) => {
      const x = f32(g, 'x', 'b', 'h');
      const parts = op.Reshape(x, [0, 12, -1]);
      return [parts, op.Reshape(parts, [0, -1])];
    },
    types: ['float32[b, 12, h//12]', 'float32[b, h]'],
    constraints: ['12 | h'],
    runs: [{ x: [2, 24] }, { x: [3, 60] }],
  },
  {
    fact: 'two sizes that broadcast are neither of both',
    program: (g) => {
      const sum = op.Add(f32(g, 'x', 'a', 4), f32(g, 'y', 'b', 4));
      return [sum, op.Flatten(sum, { axis: 0 })];
    },
    types: ['float32[broadcast(a, b), 4]', 'float32[1, 4*broadcast(a, b)]'],
    constraints: ['broadcastable(a, b)'],
    runs: [
      { x: [1, 4], y: [3, 4] },
      { x: [3, 4], y: [1, 4] },
      { x: [2, 4], y: [2, 4] },
    ],
  },
  {
    fact: 'what Slice takes apart, Concat puts together',
    program: (g) => {
      const x = f32(g, 'x', 's', 4);
      const [head, rest] = [op.Slice(x, [0], [3], [0]), op.Slice(x, [3], [2147483647], [0])];
      return [head, rest, op.Concat([head, rest], { axis: 0 })];
    },
    types: ['float32[min(s, 3), 4]', 'float32[max(s - 3, 0), 4]', 'float32[s, 4]'],
    runs: [{ x: [2, 4] }, { x: [7, 4] }],
  },
  {
    fact: 'SpaceToDepth and DepthToSpace undo each other',
    program: (g) => {
      const deep = op.SpaceToDepth(f32(g, 'x', 'n', 3, 'h', 'w'), { blocksize: 2 });
      return [deep, op.DepthToSpace(deep, { blocksize: 2 })];
    },
    types: ['float32[n, 12, h//2, w//2]', 'float32[n, 3, h, w]'],
    constraints: ['2 | h', '2 | w'],
    runs: [{ x: [1, 3, 4, 6] }, { x: [2, 3, 2, 8] }],
  },
  {
    fact: 'a convolution with stride 2 and the transposed one round to an even size',
    program: (g) => {
      const [k, t] = [f32(g, 'k', 4, 3, 4, 4), f32(g, 't', 4, 3, 4, 4)];
      const down = op.Conv(f32(g, 'x', 'n', 3, 'h', 'h'), k, undefined, { strides: [2, 2], pads: [1, 1, 1, 1] });
      return [down, op.ConvTranspose(down, t, undefined, { strides: [2, 2], pads: [1, 1, 1, 1] })];
    },
    types: ['float32[n, 4, h//2, h//2]', 'float32[n, 3, 2*(h//2), 2*(h//2)]'],
    constraints: ['h >= 2'],
    runs: [
      { x: [1, 3, 8, 8], k: [4, 3, 4, 4], t: [4, 3, 4, 4] },
      { x: [2, 3, 5, 5], k: [4, 3, 4, 4], t: [4, 3, 4, 4] },
    ],
  },
  {
    fact: 'five halvings by pools that round up are one division',
    program: (g) => {
      let x = f32(g, 'x', 1, 1, 'h');
      for (let i = 0; i < 5; i++) x = op.MaxPool(x, { kernel_shape: [2], strides: [2], ceil_mode: 1 });
      return [x];
    },
    types: ['float32[1, 1, ceildiv(h, 32)]'],
    runs: [{ x: [1, 1, 33] }, { x: [1, 1, 64] }],
  },
  {
    fact: 'Tile, Pad and Slice back give the size again',
    program: (g) => {
      const tiled = op.Tile(f32(g, 'x', 'n'), [3]);
      const padded = op.Pad(tiled, [2, 1]);
      return [tiled, padded, op.Slice(padded, [2], [-1], [0])];
    },
    types: ['float32[3*n]', 'float32[3*n + 3]', 'float32[3*n]'],
    runs: [{ x: [1] }, { x: [4] }],
  },
  {
    fact: 'a product of sizes is taken apart by one of them',
    program: (g) => {
      const x = f32(g, 'x', 'b', 's', 8);
      const flat = op.Reshape(x, [-1, 8]);
      return [flat, op.Reshape(flat, op.Shape(x))];
    },
    types: ['float32[b*s, 8]', 'float32[b, s, 8]'],
    runs: [{ x: [2, 3, 8] }, { x: [1, 5, 8] }],
  },
  {
    fact: 'Einsum makes the sizes of a letter one',
    program: (g) => [op.Einsum([f32(g, 'q', 'b', 's', 'd'), f32(g, 'k', 'b', 't', 'd')], { equation: 'bsd,btd->bst' })],
    types: ['float32[b, s, t]'],
    runs: [
      { q: [2, 3, 4], k: [2, 5, 4] },
      { q: [1, 1, 2], k: [1, 2, 2] },
    ],
  },
  {
    fact: 'Resize by 2 and a pool by 2 undo each other',
    program: (g) => {
      const large = op.Resize(f32(g, 'x', 'n', 3, 'h', 'w'), undefined, [1, 1, 2, 2]);
      return [large, op.AveragePool(large, { kernel_shape: [2, 2], strides: [2, 2] })];
    },
    types: ['float32[n, 3, 2*h, 2*w]', 'float32[n, 3, h, w]'],
    runs: [{ x: [1, 3, 4, 6] }, { x: [2, 3, 1, 5] }],
  },
];

describe('relations', () => {
  test.each(ROWS.map((row) => [row.fact, row] as const))('%s', async (_, { program, types, constraints, runs }) => {
    expect(outputTypes(program)).toEqual(types);
    const graph = graphOfProgram(program);
    expect(graph.facts.constraints().map((one) => formatConstraint(one))).toEqual(constraints ?? []);
    await expectJudged(program, runs);
  });
});

// Positions made by Range bound the table that they are looked up in; ONNX Runtime runs within the bound and refuses beyond it.
import { describe, expect, test } from 'vitest';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { DimwiseError, type GraphBuilder, op, type Value } from '../../src/index.ts';
import { type Feeds, graphOfProgram, type JudgedProgram, judgeRun } from './judged-program.ts';

const x = (g: GraphBuilder, ...sizes: (string | number)[]): Value => g.input('x', 'float32', sizes);
const table = (g: GraphBuilder, rows = 8): Value => g.input('table', 'float32', [rows, 2]);
const sizeOf = (value: Value, axis = 0): Value => op.Gather(op.Shape(value), axis);
/** ONNX Runtime 1.30 ends the process where it fuses Range and Gather into Slice although the positions are an output too. */
const range = (from: bigint, to: Value, by: bigint): Value => op.Unsqueeze(op.Range(from, to, by), [0n]);
const upTo = (size: Value): Value => range(0n, size, 1n);

interface Row {
  readonly fact: string;
  readonly program: JudgedProgram;
  readonly contract: readonly string[];
  readonly runs: readonly Feeds[];
  readonly refused: readonly Feeds[];
}

const rows = (n: number, more: Feeds = {}): Feeds => ({ table: [8, 2], x: [n], ...more });

const ROWS: readonly Row[] = [
  {
    fact: 'positions from 0 on ask for as many rows as there are positions',
    program: (g) => [op.Gather(table(g), upTo(sizeOf(x(g, 's'))))],
    contract: ['s <= 8'],
    runs: [rows(3), rows(8)],
    refused: [rows(9)],
  },
  {
    fact: 'a number that is added moves them, through casts, reshapes and copies',
    program: (g) => {
      const s = x(g, 's');
      const moved = op.Add(op.Sub(op.Add(3n, upTo(sizeOf(s))), [1n]), [0n]);
      const copied = op.Expand(op.Reshape(op.Identity(op.Cast(moved, { to: 'int64' })), [-1n, 1n]), [1n, 2n]);
      return [op.Gather(table(g), op.Transpose(copied))];
    },
    contract: ['s <= 6'],
    runs: [rows(2), rows(6)],
    refused: [rows(7)],
  },
  {
    fact: 'positions behind what is cached ask for both',
    program: (g) => {
      const [s, past] = [x(g, 's'), g.input('past', 'float32', ['p', 4])];
      return [op.Gather(table(g), op.Add(upTo(sizeOf(s)), sizeOf(past)))];
    },
    contract: ['p + s <= 8'],
    runs: [rows(3, { past: [5, 4] }), rows(1, { past: [2, 4] })],
    refused: [rows(3, { past: [6, 4] })],
  },
  {
    fact: 'positions counted from the end ask for as many rows',
    program: (g) => {
      const s = sizeOf(x(g, 's'));
      return [op.Gather(table(g), range(-1n, op.Sub(-1n, s), -1n))];
    },
    contract: ['s <= 8'],
    runs: [rows(3), rows(8)],
    refused: [rows(9)],
  },
  {
    fact: 'steps of more than one reach further',
    program: (g) => [op.Gather(table(g), range(1n, op.Mul(sizeOf(x(g, 's')), 3n), 3n))],
    contract: ['s <= 3'],
    runs: [rows(2), rows(3)],
    refused: [rows(4)],
  },
  {
    fact: 'positions of which there may be none ask for nothing',
    program: (g) => [op.Gather(table(g), range(20n, op.Add(sizeOf(x(g, 's')), 19n), 1n))],
    contract: [],
    runs: [rows(1)],
    refused: [rows(2)],
  },
  {
    fact: 'what data say, or arithmetic of two lists, is not followed',
    program: (g) => {
      const [s, rows] = [sizeOf(x(g, 's')), table(g)];
      const crossed = op.Sub(upTo(s), upTo(s));
      return [op.Gather(rows, crossed), op.Gather(rows, op.Mod(upTo(s), [8n]))];
    },
    contract: [],
    runs: [rows(20), rows(2)],
    refused: [],
  },
];

describe('Gather', () => {
  test.each(ROWS.map((row) => [row.fact, row] as const))('%s', async (_, { program, contract, runs, refused }) => {
    const graph = graphOfProgram(program);
    expect(graph.facts.constraints().map((constraint) => formatConstraint(constraint))).toEqual(contract);
    for (const feeds of runs) expect(await judgeRun(graph, feeds)).toMatchObject({ mistakes: [] });
    for (const feeds of refused) expect(await judgeRun(graph, feeds)).toHaveProperty('refused');
  });

  test('refuses more positions than the table has', () => {
    const program: JudgedProgram = (g) => {
      const tall = x(g, 2000);
      return [op.Gather(table(g, 1024), upTo(sizeOf(tall)))];
    };
    expect(() => graphOfProgram(program)).toThrow(DimwiseError);
    expect(() => graphOfProgram(program)).toThrow(/SHAPE_MISMATCH/);
  });

  test('looks back a bounded number of nodes', () => {
    const program: JudgedProgram = (g) => {
      let positions = upTo(sizeOf(x(g, 's')));
      for (let i = 0; i < 20_000; i++) positions = op.Add(positions, 0n);
      return [op.Gather(table(g), positions)];
    };
    expect(graphOfProgram(program).facts.constraints()).toEqual([]);
  });
});

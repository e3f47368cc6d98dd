// Cross attention that keeps what it makes of a context, and cells that run in both directions.
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import { errorOf } from '../initializers/error-of.ts';

interface Fed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Numbers that differ, the same at each call. */
const fed = (shape: readonly number[], phase: number): Fed => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(phase + 0.7 * i)),
});

/** What a model makes of float32 inputs. */
async function run(net: dw.DefinedModel, feeds: Readonly<Record<string, Fed>>): Promise<Record<string, Fed>> {
  const shapes = Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  await using session = await createSession(net.bind(shapes).compile(), { providers: ['cpu'] });
  const typed = Object.entries(feeds).map(([name, one]) => [name, { dtype: 'float32', ...one }] as const);
  const found = await session.run(Object.fromEntries(typed));
  return Object.fromEntries(
    Object.entries(found).map(([name, one]) => [
      name,
      { shape: one?.shape ?? [], data: Array.from(one?.data ?? [], Number) },
    ]),
  );
}

function expectSame(found: Fed | undefined, expected: Fed | undefined): void {
  expect(found?.shape).toEqual(expected?.shape);
  expect(found?.data.length).toBeGreaterThan(0);
  for (const [i, value] of expected?.data.entries() ?? []) expect(found?.data[i]).toBeCloseTo(value, 6);
}

describe('crossAttention with a cache', () => {
  test.each([
    ['of equal heads', { units: 8 }],
    ['of grouped heads with normalized keys', { headSize: 4, kvHeads: 1, qkNorm: true }],
  ] as const)('%s computes from kept keys what it computes from the context', async (_, options) => {
    const attention = dw.crossAttention(2, { ...options, cache: true });
    const keys = dw.contextKeys(attention);
    const first = dw.model((x: Value, context: Value) => ({ ...attention(x, context) }), {
      inputs: { x: ['n', 's', 8], context: ['n', 't', 6] },
    });
    first.initialize({ seed: 3 });
    const [x, context] = [fed([2, 3, 8], 1), fed([2, 5, 6], 2)];
    const whole = await run(first, { x, context });
    const width = 'kvHeads' in options ? 4 : 8;
    expect(whole.key?.shape).toEqual([2, 5, width]);

    const further = dw.model((y: Value, key: Value, value: Value) => attention(y, { key, value }).output, {
      inputs: { y: ['n', 's', 8], key: ['n', 't', width], value: ['n', 't', width] },
    });
    const { key = x, value = x } = whole;
    expectSame((await run(further, { y: x, key, value })).output, whole.output);
    const names = [...further.bind({ y: [2, 3, 8], key: key.shape, value: value.shape }).graph.nodes()];
    expect(names.filter(({ op }) => op === 'dense' || op === 'projection')).toHaveLength(2);

    const encoder = dw.model((memory: Value) => ({ ...keys(memory) }), { inputs: { memory: ['n', 't', 6] } });
    const made = await run(encoder, { memory: context });
    expectSame(made.key, key);
    expectSame(made.value, value);
  });

  test('without a cache takes kept keys too, and gives the output alone', () => {
    const attention = dw.crossAttention(2);
    const net = dw.model((x: Value, key: Value, value: Value) => attention(x, { key, value }), {
      inputs: { x: ['n', 's', 8], key: ['n', 't', 8], value: ['n', 't', 8] },
    });
    expect(dw.formatShape(net.bind({ x: [1, 2, 8], key: [1, 3, 8], value: [1, 3, 8] }).graph.outputs[0]?.shape)).toBe(
      '[n, s, 8]',
    );
  });

  test('refuses a context that is neither a value nor keys and values', () => {
    const attention = dw.crossAttention(2);
    const make = () =>
      dw.model((x: Value) => attention(x, JSON.parse('{ "key": 1 }')), { inputs: { x: ['n', 's', 8] } });
    const error = errorOf(make);
    expect([error.code, error.message]).toEqual(['LAYER_ARGUMENT', expect.stringMatching(/its context/)]);
  });
});

describe('bidirectional of cells', () => {
  test('computes what it computes of the cells repeated, and gives the states of both', async () => {
    const cells = [dw.lstmCell(3), dw.lstmCell(3)] as const;
    const both = dw.bidirectional(...cells, { returnState: true });
    const layers = dw.bidirectional(dw.recurrent(cells[0]), dw.recurrent(cells[1]));
    const net = dw.model(
      (x: Value) => {
        const { output, state } = both(x);
        const [h, , back] = state;
        return { output, expected: layers(x), h: h ?? x, back: back ?? x };
      },
      { inputs: { x: ['n', 's', 4] } },
    );
    net.initialize({ seed: 5 });
    const found = await run(net, { x: fed([2, 3, 4], 0) });
    expectSame(found.output, found.expected);
    expect(found.output?.shape).toEqual([2, 3, 6]);
    const rows = (at: (row: number) => number): number[] =>
      [0, 1].flatMap((row) => found.output?.data.slice(at(row), at(row) + 3) ?? []);
    // Forward ends at the last step, backward at the first one.
    expect(found.h?.data).toEqual(rows((row) => row * 18 + 12));
    expect(found.back?.data).toEqual(rows((row) => row * 18 + 3));
  });

  test('goes on from states that are given', async () => {
    const both = dw.bidirectional(dw.gruCell(3), dw.gruCell(3), { merge: 'sum' });
    const net = dw.model((x: Value, a: Value, b: Value) => ({ given: both(x, undefined, [a, b]), zeros: both(x) }), {
      inputs: { x: ['n', 's', 4], a: ['n', 3], b: ['n', 3] },
    });
    net.initialize({ seed: 6 });
    const x = fed([1, 2, 4], 0);
    const zeros: Fed = { shape: [1, 3], data: [0, 0, 0] };
    const still = await run(net, { x, a: zeros, b: zeros });
    expectSame(still.given, still.zeros);
    const moved = await run(net, { x, a: fed([1, 3], 1), b: zeros });
    expect(moved.given?.data).not.toEqual(still.zeros?.data);
  });

  test('refuses another number of states', () => {
    const both = dw.bidirectional(dw.gruCell(3), dw.gruCell(3));
    const make = () => dw.model((x: Value) => both(x, undefined, [x]), { inputs: { x: ['n', 's', 4] } });
    const error = errorOf(make);
    expect([error.code, error.message]).toEqual(['LAYER_ARGUMENT', expect.stringMatching(/2 values/)]);
  });
});

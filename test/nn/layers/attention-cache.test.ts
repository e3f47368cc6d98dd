// A cache of keys and values: token by token gives what the whole text gives, from an empty past on, as parts and as operators.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { op, type Value } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';

const WIDTH = 8;
const BATCH = 2;

const OPTIONS: readonly (readonly [string, dw.AttentionOptions])[] = [
  ['plain', {}],
  ['grouped', { kvHeads: 2 }],
  ['rotary, one head of keys', { kvHeads: 1, rotary: true, bias: false }],
  ['windowed', { kvHeads: 2, window: 3, rotary: { interleaved: true } }],
  ['capped, with norms', { kvHeads: 2, softcap: 0.5, qkNorm: true, headSize: 6, scale: 0.7 }],
];

interface Numbers {
  readonly dims: readonly number[];
  readonly type: string;
  readonly data: Float32Array;
}

const zeros = (dims: readonly number[]): Numbers => ({ dims, type: 'float32', data: new Float32Array(0) });

/** Rows `from` to `to` of each text. */
function slice(data: Float32Array, length: number, from: number, to: number): Numbers {
  const rows = Array.from({ length: BATCH }, (_, n) => [
    ...data.subarray((n * length + from) * WIDTH, (n * length + to) * WIDTH),
  ]);
  return { dims: [BATCH, to - from, WIDTH], type: 'float32', data: Float32Array.from(rows.flat()) };
}

/** A model of one cached attention; an operator of opset 24 on a second output raises it. */
function cachedModel(options: dw.AttentionOptions, isNew: boolean): dw.DefinedModel {
  const attention = dw.multiHeadAttention(4, { ...options, cache: true });
  const heads = options.kvHeads ?? 4;
  const past = ['n', heads, 'p', options.headSize ?? WIDTH / 4] as const;
  const net = dw.model(
    (x: Value, pastKey: Value, pastValue: Value) => {
      const results = { ...attention(x, pastKey, pastValue) };
      return isNew ? { ...results, raised: op.Swish(x) } : results;
    },
    { inputs: { x: ['n', 's', '?'], pastKey: past, pastValue: past }, symbols: { p: { min: 0 } } },
  );
  return net.initialize({ seed: 3 });
}

const RUNS = OPTIONS.flatMap(([name, options]) => [
  [name, 'as parts', options, false] as const,
  [name, 'at opset 24', options, true] as const,
]);

describe('multiHeadAttention with a cache', () => {
  test.each(RUNS)('%s gives token by token what it gives at once, %s', async (_, __, options, isNew) => {
    const net = cachedModel(options, isNew);
    const size = [BATCH, options.kvHeads ?? 4, 0, options.headSize ?? WIDTH / 4];
    const bound = net.bind({ x: [BATCH, 5, WIDTH], pastKey: size, pastValue: size });
    const [output, key, value] = bound.graph.outputs.map(({ shape }) => dw.formatShape(shape));
    const present = `[n, ${size[1]}, p + s, ${size[3]}]`;
    expect([output, key, value]).toEqual(['[n, s, 8]', present, present]);
    await using session = await createSession(bound.compile(), { providers: ['cpu'] });
    const step = async (x: Numbers, pastKey: Numbers, pastValue: Numbers) => {
      const results = await session.run({ x, pastKey, pastValue });
      const read = (name: string): Numbers => {
        const result = results[name];
        if (!result) throw new Error(`no output ${name}`);
        return { dims: result.shape, type: 'float32', data: Float32Array.from(result.data, Number) };
      };
      return [read('output'), read('presentKey'), read('presentValue')] as const;
    };
    const parts = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 0, max: 999 }), async (sizes, seed) => {
        const length = sizes.reduce((sum, count) => sum + count, 0);
        const data = Float32Array.from({ length: BATCH * length * WIDTH }, (_, i) => Math.sin(seed + 3 * i));
        const [whole, keys] = await step(slice(data, length, 0, length), zeros(size), zeros(size));
        let past = [zeros(size), zeros(size)] as const;
        let from = 0;
        for (const count of sizes) {
          const [part, ...next] = await step(slice(data, length, from, from + count), ...past);
          past = next;
          const expected = slice(whole.data, length, from, from + count);
          expect(part.dims).toEqual(expected.dims);
          expect(
            Math.max(...part.data.map((number, i) => Math.abs(number - (expected.data[i] ?? Number.NaN)))),
          ).toBeLessThan(1e-5);
          from += count;
        }
        expect(past[0].dims).toEqual([BATCH, size[1], length, size[3]]);
        expect(
          Math.max(...past[0].data.map((number, i) => Math.abs(number - (keys.data[i] ?? Number.NaN)))),
        ).toBeLessThan(1e-5);
      }),
      { numRuns: 5 },
    );
  });

  test('takes a mask over past and present, and positions of its own', async () => {
    const attention = dw.groupedQueryAttention(4, { kvHeads: 2, rotary: true, cache: true });
    const past = ['n', 2, 'p', 2] as const;
    const net = dw.model(
      (x: Value, k: Value, v: Value, mask: Value, positions: Value) => ({ ...attention(x, k, v, mask, positions) }),
      {
        inputs: {
          x: ['n', 's', WIDTH],
          k: past,
          v: past,
          mask: dw.tensor('bool', ['n', 1, 1, 'p + s']),
          positions: dw.tensor('int64', ['n', 's']),
        },
        symbols: { p: { min: 0 } },
      },
    );
    const shapes = { x: [1, 2, 8], k: [1, 2, 3, 2], v: [1, 2, 3, 2], mask: [1, 1, 1, 5], positions: [1, 2] };
    const compiled = net.initialize().bind(shapes).compile();
    await using session = await createSession(compiled, { providers: ['cpu'] });
    const numbers = (dims: readonly number[], from: number) => {
      const data = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(from + i));
      return { dims, type: 'float32', data };
    };
    const run = async (hidden: number, k: number) => {
      const cache = numbers([1, 2, 3, 2], 5);
      // What the mask hides may be anything.
      const key = { ...cache, data: cache.data.map((value, i) => (Math.floor(i / 2) % 3 === 0 ? k : value)) };
      const mask = { dims: [1, 1, 1, 5], type: 'bool', data: [hidden, 1, 1, 1, 1] };
      const positions = { dims: [1, 2], type: 'int64', data: [2, 3] };
      const { output } = await session.run({ x: numbers([1, 2, 8], 1), k: key, v: cache, mask, positions });
      return [...(output?.data ?? [])].map(Number);
    };
    expect(await run(0, 0.5)).toEqual(await run(0, -3));
    expect(await run(1, 0.5)).not.toEqual(await run(1, -3));
  });

  test('says what is wrong with a past', () => {
    const attention = dw.groupedQueryAttention(4, { kvHeads: 2, headSize: 4, cache: true });
    const past = ['n', 'h', 'p', 'd'] as const;
    const net = dw.model((x: Value, k: Value, v: Value) => ({ ...attention(x, k, v) }), {
      inputs: { x: ['n', 's', WIDTH], k: past, v: past },
    });
    expect(() => net.bind({ x: [1, 1, 8], k: [1, 4, 3, 4], v: [1, 4, 3, 4] })).toThrow(/h == 2|heads/);
    expect(() => net.bind({ x: [1, 1, 8], k: [1, 2, 3, 5], v: [1, 2, 3, 5] })).toThrow(/d == 4|width of a head/);
    expect(() => net.bind({ x: [1, 1, 8], k: [1, 2, 3, 4], v: [1, 2, 3, 4] })).not.toThrow();
  });
});

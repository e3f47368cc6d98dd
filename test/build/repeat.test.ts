// repeat() does in one run what the step, called one time after the other, does: the same numbers and sizes on ONNX Runtime.
import { describe, expect, test } from 'vitest';
import { repeat } from '../../src/build/repeat.ts';
import {
  block,
  dense,
  dispose,
  isDimwiseError,
  lstmCell,
  model,
  op,
  run,
  tensor,
  type Value,
} from '../../src/index.ts';
import { relativeDistance } from '../helpers/torch-fixture.ts';

const CPU = { providers: 'cpu' } as const;
const INPUTS = { start: tensor('float32', ['batch', 4]) };

interface State {
  readonly x: Value;
  readonly kept: readonly [hidden: Value, cell: Value];
}

/** An LSTM cell that is fed what its readout says: as one Loop, or written out. Paths, and so weights, are the same. */
function sampler(steps: number, isLooped: boolean) {
  const [cell, readout] = [lstmCell(6), dense(4)];
  const step = ({ x, kept }: State): State => {
    const next = cell(x, kept);
    return { x: readout(next.output), kept: [next.state[0], next.state[1]] };
  };
  const body = block({ cell, readout }, (start: Value) => {
    const zeros = op.Expand(0, op.Concat([op.Shape(start, { start: 0, end: 1 }), [6]], { axis: 0 }));
    let state: State = { x: start, kept: [zeros, zeros] };
    if (isLooped) {
      const done = repeat({
        steps,
        state,
        step: (now) => {
          const next = step(now);
          return { state: next, outputs: { x: next.x } };
        },
      });
      return { last: done.state.x, hidden: done.state.kept[0], all: done.outputs.x };
    }
    const rows: Value[] = [];
    for (let i = 0; i < steps; i++) {
      state = step(state);
      rows.push(op.Unsqueeze(state.x, [0]));
    }
    return { last: state.x, hidden: state.kept[0], all: op.Concat(rows, { axis: 0 }) };
  });
  return model(body, { inputs: INPUTS }).initialize();
}

const batchOf = (rows: number) => ({
  dims: [rows, 4],
  type: 'float32',
  data: Float32Array.from({ length: 4 * rows }, (_, i) => Math.sin(i + 1)),
});

/** The codes of what a composition over `x`, float32 `[batch, 4]`, does wrong, and the whole text. */
function mistakesOf(compose: (x: Value) => Value): { codes: readonly string[]; text: string } {
  try {
    model(compose, { inputs: { x: INPUTS.start } }).bind([2, 4]);
    return { codes: [], text: '' };
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return { codes: error.errors.map(({ code }) => code), text: error.message };
  }
}

describe('repeat', () => {
  test.each([
    [1, 5],
    [3, 2],
  ])('equals the steps written one after the other: batch %i, %i steps', async (rows, steps) => {
    const [looped, unrolled] = [sampler(steps, true), sampler(steps, false)];
    const feeds = { start: batchOf(rows) };
    const [ours, theirs] = [await run(looped, feeds, CPU), await run(unrolled, feeds, CPU)];
    expect(ours.all?.shape).toEqual([steps, rows, 4]);
    for (const name of ['last', 'hidden', 'all'] as const) {
      expect(ours[name]?.shape).toEqual(theirs[name]?.shape);
      const [a, b] = [ours[name]?.data, theirs[name]?.data];
      if (!(a instanceof Float32Array && b instanceof Float32Array)) throw new TypeError(name);
      expect(a.some((value) => value !== 0)).toBe(true);
      expect(relativeDistance(a, b)).toBeLessThan(1e-6);
    }
    const paths = (net: typeof looped) => [...net.parameters().keys()];
    expect(paths(looped)).toEqual(paths(unrolled));
    await Promise.all([dispose(looped), dispose(unrolled)]);
  });

  test.each([
    [2, 3],
    [1, 0],
  ])(
    'lets a state grow by a size of each step, and takes the number of steps from an input: %i rows, %i steps',
    async (rows, n) => {
      const net = model(
        (start: Value, steps: Value) => {
          const seen = op.Unsqueeze(start, [1]);
          const { state } = repeat({
            steps,
            state: { seen },
            step: (now, index) => {
              const next = op.Add(start, op.Cast(index, { to: 'float32' }));
              return { state: { seen: op.Concat([now.seen, op.Unsqueeze(next, [1])], { axis: 1 }) } };
            },
          });
          return { seen: state.seen };
        },
        { inputs: { ...INPUTS, steps: tensor('int64', []) } },
      );
      const shape = String(net.bind().graph.outputs[0]?.shape);
      expect(shape).toMatch(/^batch,\w+ \+ 1,4$/);
      const { seen } = await run(net, { start: batchOf(rows), steps: n }, CPU);
      expect(seen?.shape).toEqual([rows, n + 1, 4]);
      const expected = Array.from({ length: n + 1 }, (_, i) =>
        Math.fround(Math.fround(Math.sin(1)) + Math.max(i - 1, 0)),
      );
      expect(Array.from(seen?.data ?? [], Number).filter((_, i) => i < 4 * (n + 1) && i % 4 === 0)).toEqual(expected);
      await dispose(net);
    },
  );

  test.each([
    [10, 4, 'scalar'],
    [10, 4, 'one element'],
    [3, 3, 'scalar'],
  ])('ends behind the step that says stop: of %i steps %i are done (%s)', async (steps, done, form) => {
    const net = model(
      (x: Value) => {
        const { state, outputs } = repeat({
          steps,
          state: x,
          step: (now) => {
            const next = op.Add(now, 1);
            const least = op.ReduceMin(next, undefined, { keepdims: 0 });
            const stop = op.GreaterOrEqual(form === 'scalar' ? least : op.Reshape(least, [1]), 4);
            return { state: next, outputs: { next }, stop };
          },
        });
        return { last: state, rows: outputs.next };
      },
      { inputs: { x: INPUTS.start } },
    );
    const { last, rows } = await run(net, { x: { ...batchOf(1), data: new Float32Array(4) } }, CPU);
    expect(last?.data[0]).toBe(done);
    expect(rows?.shape).toEqual([done, 1, 4]);
    await dispose(net);
  });

  test('needs no number of steps where a step says stop', async () => {
    const net = model(
      (x: Value) =>
        repeat({
          state: x,
          step: (now) => {
            const next = op.Mul(now, 2);
            return { state: next, stop: op.Greater(op.ReduceMax(next, undefined, { keepdims: 0 }), 100) };
          },
        }).state,
      { inputs: { x: INPUTS.start } },
    );
    const { output } = await run(net, { x: { ...batchOf(1), data: Float32Array.of(1, 2, 3, 4) } }, CPU);
    expect([...(output?.data ?? [])]).toEqual([32, 64, 96, 128]);
    await dispose(net);
  });

  test('lets two states that meet in a step grow alike, and refuses those that grow apart', () => {
    const grow = (x: Value, times: number) =>
      repeat({
        steps: 3,
        state: { key: x, value: x },
        step: ({ key, value }) => {
          // The sum needs as many rows of one as of the other.
          const both = op.MatMul(op.Transpose(key, { perm: [1, 0] }), value);
          const row = op.ReduceSum(both, [0], { keepdims: 1 });
          const rows = Array.from({ length: times }, () => row);
          return {
            state: { key: op.Concat([key, row], { axis: 0 }), value: op.Concat([value, ...rows], { axis: 0 }) },
          };
        },
      }).state.value;
    expect(mistakesOf((x) => grow(x, 1)).codes).toEqual([]);
    const apart = mistakesOf((x) => grow(x, 2));
    expect(apart.codes).toEqual(['SHAPE_MISMATCH']);
    expect(apart.text).toMatch(/takes \w+ \+ 1 on axis 0 of state 1 and returns \w+ \+ 2/);
  });

  test.each<[string, string, RegExp, (x: Value) => unknown]>([
    [
      'another name',
      'OP_INVALID',
      /takes the state x and returns y/,
      (x) => repeatOnce({ x }, () => ({ state: { y: x } })),
    ],
    ['fewer values', 'OP_INVALID', /\[0\], \[1\] and returns \[0\]/, (x) => repeatOnce([x, x], () => ({ state: [x] }))],
    [
      'a number',
      'OP_INVALID',
      /a\.b of the state .*is 5/,
      (x) => repeatOnce({ a: { b: x } }, () => ({ state: { a: { b: 5 } } })),
    ],
    ['no state', 'OP_INVALID', /a step returns undefined/, (x) => repeatOnce(x, () => undefined)],
    ['no first state', 'OP_INVALID', /holds no value/, () => repeatOnce({}, () => ({ state: {} }))],
    ['no function', 'OP_INVALID', /step is 7/, (x) => repeatOnce(x, 7)],
    [
      'another type',
      'DTYPE_MISMATCH',
      /takes x as float32.* returns int64/,
      (x) => repeatOnce({ x }, () => ({ state: { x: op.Cast(x, { to: 'int64' }) } })),
    ],
    [
      'another rank',
      'RANK_MISMATCH',
      /batch, 4\].*returns float32\[4\]/,
      (x) => repeatOnce(x, () => ({ state: op.ReduceSum(x, [0], { keepdims: 0 }) })),
    ],
    ['no end', 'OP_INVALID', /nothing ends the loop/, (x) => repeatOnce(x, () => ({ state: x }), {})],
    ['half a step', 'OP_INVALID', /steps is 2\.5/, (x) => repeatOnce(x, () => ({ state: x }), { steps: 2.5 })],
    ['steps below 0', 'OP_INVALID', /steps is -1/, (x) => repeatOnce(x, () => ({ state: x }), { steps: -1 })],
  ])('refuses %s as the state', (_, code, text, compose) => {
    const found = mistakesOf((x) => compose(x) as Value);
    expect(found.codes).toEqual([code]);
    expect(found.text).toMatch(text);
  });
});

/** Hands repeat() what its types forbid. */
function repeatOnce(state: unknown, step: unknown, more: object = { steps: 2 }): unknown {
  return Reflect.apply(repeat, undefined, [{ ...more, state, step }]).state;
}

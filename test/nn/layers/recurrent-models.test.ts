// Cells, wrappers and recurrent layers in models: states, lengths, directions.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { op, tensor, type Value } from '../../../src/index.ts';
import { expectClose, run, wave } from './recurrent-run.ts';

describe('recurrence in models', () => {
  test('a row of length 0 gives zeros, and a repeated cell keeps its state', async () => {
    const layer = dw.lstm(3, { bidirectional: true, returnState: true });
    const cell = dw.recurrent(dw.lstmCell(3), { returnState: true, reverse: true });
    const net = dw
      .model(
        (x: Value, h: Value, c: Value, lengths: Value) => {
          const one = layer(x, [op.Concat([h, h], { axis: 0 }), op.Concat([c, c], { axis: 0 })], lengths);
          const other = cell(x, [op.Squeeze(h, [0]), op.Squeeze(c, [0])], lengths);
          return [one.output, other.output, other.state[0]];
        },
        { inputs: { x: ['n', 's', 2], h: [1, 'n', 3], c: [1, 'n', 3], lengths: tensor('int64', ['n']) } },
      )
      .initialize();
    const batch = { x: [2, 4, 2], h: [1, 2, 3], c: [1, 2, 3] };
    const lengths = dw.tensorFromValues('int64', [2], [0, 3]);
    const [y, y2, state2] = await run(net, batch, { lengths });
    expect(y?.data.slice(0, 24)).toEqual(Array.from({ length: 24 }, () => 0));
    expect(y2?.data.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => 0));
    expect(y2?.data.slice(-3)).toEqual([0, 0, 0]);
    const h = Array.from(wave(6));
    expectClose(state2?.data.slice(0, 3), h.slice(0, 3));
  });

  test.each(['concat', 'sum', 'mul', 'ave'] as const)(
    'bidirectional merges by %s what both directions give',
    async (merge) => {
      const parts = [dw.recurrent(dw.gruCell(3)), dw.recurrent(dw.gruCell(3))] as const;
      const both = dw.bidirectional(...parts, { merge });
      const net = dw
        .model((x: Value) => {
          const back = parts[1](op.Slice(x, [-1], [-100], [1], [-1]));
          return [both(x), parts[0](x), op.Slice(back, [-1], [-100], [1], [-1])];
        })
        .initialize();
      const [found, ahead, back] = await run(net, { x: [2, 4, 2] });
      const [a = [], b = []] = [ahead?.data, back?.data];
      const row = (i: number): number[] => [...a.slice(3 * i, 3 * i + 3), ...b.slice(3 * i, 3 * i + 3)];
      const merged = {
        concat: () => Array.from({ length: 8 }, (_, i) => row(i)).flat(),
        sum: () => a.map((value, i) => value + (b[i] ?? 0)),
        mul: () => a.map((value, i) => value * (b[i] ?? 0)),
        ave: () => a.map((value, i) => (value + (b[i] ?? 0)) / 2),
      };
      expectClose(found?.data, merged[merge]());
    },
  );

  test('bidirectional with lengths is an lstm that runs both ways', async () => {
    const single = dw.lstm(3, { bidirectional: true });
    const both = dw.bidirectional(dw.lstm(3), dw.recurrent(dw.lstmCell(3)));
    const net = dw
      .model((x: Value, lengths: Value) => [single(x, undefined, lengths), both(x, lengths)], {
        inputs: { x: ['n', 's', 2], lengths: tensor('int64', ['n']) },
      })
      .initialize();
    net.bind({ x: [2, 4, 2], lengths: tensor('int64', [2]) });
    for (const name of ['weightInput', 'weightHidden', 'biasInput', 'biasHidden']) {
      net.parameter(`1.forward.0.${name}`).setData(net.parameter(`0.0.${name}`).data());
      net.parameter(`1.backward.cell.${name}`).setData(net.parameter(`0.0.${name}Reverse`).data());
    }
    const [one, other] = await run(net, { x: [2, 4, 2] }, { lengths: dw.tensorFromValues('int64', [2], [4, 2]) });
    expectClose(other?.data, one?.data);
  });

  test.each([false, true])('timeDistributed applies its layer to each step; time first: %s', async (swap) => {
    const layer = dw.conv1d(3, 2);
    const net = dw
      .model((x: Value) => {
        const steps = op.Split(x, [1, 1], { axis: swap ? 0 : 1 });
        const each = steps.map((step) => op.Unsqueeze(layer(op.Squeeze(step, [swap ? 0 : 1])), [swap ? 0 : 1]));
        return [dw.timeDistributed(layer)(x), op.Concat(each, { axis: swap ? 0 : 1 })];
      })
      .initialize();
    const [all, each] = await run(net, { x: [2, 2, 4, 5] });
    expect(all?.shape).toEqual([2, 2, 3, 4]);
    expectClose(all?.data, each?.data);
  });

  test("a cell of one's own is repeated", async () => {
    const sum = dw.defineCell<readonly [Value]>({
      kind: 'sum',
      states: 1,
      zeroState: (x) => [op.Mul(x, 0)],
      apply: (_call, x, [total = x]) => ({ output: op.Add(total, x), state: [op.Add(total, x)] }),
    });
    expect(dw.isCell(sum)).toBe(true);
    expect(dw.isCell(dw.dense(3))).toBe(false);
    const net = dw.model((x: Value) => {
      const { output, state } = dw.recurrent(sum, { returnState: true })(x);
      return [output, state[0], op.CumSum(x, 1)];
    });
    const [output, state, expected] = await run(net, { x: [2, 4, 3] });
    expectClose(output?.data, expected?.data);
    expectClose(state?.data, [...(expected?.data.slice(9, 12) ?? []), ...(expected?.data.slice(21, 24) ?? [])]);
  });

  test('float16 computes what float32 computes, as far as half precision reaches', async () => {
    const outputs: number[][] = [];
    for (const dtype of ['float32', 'float16'] as const) {
      const layers = [dw.lstm(4), dw.gru(4), dw.recurrent(dw.rnnCell(4))] as const;
      const net = dw.model(
        (x: Value) => layers.map((layer) => op.Cast(layer(op.Cast(x, { to: dtype })), { to: 'float32' })),
        { inputs: { x: ['n', 's', 3] } },
      );
      const found = await run(net.initialize({ seed: 4 }), { x: [2, 4, 3] });
      expect([...net.parameters().values()].every((cell) => cell.dtype === dtype)).toBe(true);
      outputs.push(found.flatMap(({ data }) => data));
    }
    const [single = [], half = []] = outputs;
    expect(half).toHaveLength(96);
    expect(Math.max(...half.map((value, i) => Math.abs(value - (single[i] ?? 0))))).toBeLessThan(0.01);
  });

  test.each(['nsc', 'snc'] as const)('the last step of rows of other lengths, in the layout %s', async (layout) => {
    const cell = dw.gruCell(3);
    const last = dw.recurrent(cell, { layout, returnSequences: false });
    const whole = dw.recurrent(cell, { layout, returnState: true });
    const net = dw
      .model((x: Value, lengths: Value) => [last(x, undefined, lengths), ...whole(x, undefined, lengths).state], {
        inputs: { x: [2, 2, 3], lengths: tensor('int64', [2]) },
      })
      .initialize();
    const lengths = dw.tensorFromValues('int64', [2], [1, 2]);
    const [found, state] = await run(net, { x: [2, 2, 3] }, { lengths });
    expectClose(found?.data, state?.data);
  });

  test('branches hold recurrent layers, which share their weights', async () => {
    const layer = dw.lstm(3, { layers: 2 });
    const net = dw
      .model((x: Value) => {
        const isLong = op.Greater(op.Squeeze(op.Shape(x, { start: 1, end: 2 })), 2);
        const branches = { then_branch: () => layer(x), else_branch: () => layer(op.Neg(x)) };
        return [op.If(isLong, branches)[0] ?? x, layer(x)];
      })
      .initialize();
    const [chosen, plain] = await run(net, { x: [2, 4, 3] });
    expectClose(chosen?.data, plain?.data);
  });

  test.each([
    ['rnn', dw.rnn(8, { layers: 2 })],
    ['gru', dw.gru(8, { bidirectional: true })],
    ['lstm', dw.lstm(8)],
  ])('%s costs what its operators cost', (_, layer) => {
    const bound = dw.model(layer).initialize().bind(['n', 's', 5]);
    const [before, after] = [bound, bound.compile()].map((one) => dw.formatCount(dw.costOf(one).macs));
    expect(before).toMatch(/n\*s/);
    expect(after).toBe(before);
  });
});

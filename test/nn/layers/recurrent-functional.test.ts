// Recurrent layers as functions of values compute what the layers compute.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { functional, op, type Value } from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';
import { expectClose, run, wave } from './recurrent-run.ts';

describe('functional forms', () => {
  const sizes = { x: ['n', 's', 3], wi: [12, 3], wh: [12, 4], bi: [12], bh: [12] };
  const shapes = { wi: [12, 3], wh: [12, 4], bi: [12], bh: [12] };

  /** The numbers of a GRU whose parameters are those values. */
  async function own(): Promise<readonly number[] | undefined> {
    const net = dw.model(dw.gru(4)).initialize();
    net.bind([2, 5, 3]);
    const names = { wi: '0.weightInput', wh: '0.weightHidden', bi: '0.biasInput', bh: '0.biasHidden' };
    for (const [key, dims] of Object.entries(shapes)) {
      const count = dims.reduce((product, size) => product * size, 1);
      net
        .parameter(names[key as keyof typeof names])
        .setData(dw.tensorFromValues('float32', dims, Array.from(wave(count))));
    }
    const [output] = await run(net, { x: [2, 5, 3] });
    return output?.data;
  }

  test('functional.gru computes what the layer computes', async () => {
    const net = dw.model(
      (x: Value, weightInput: Value, weightHidden: Value, biasInput: Value, biasHidden: Value) =>
        functional.gru(x, [[{ weightInput, weightHidden, biasInput, biasHidden }]]).output,
      { inputs: sizes },
    );
    const [output] = await run(net, { x: [2, 5, 3], ...shapes });
    expectClose(output?.data, await own());
  });

  test('functional.gruCell, step by step, computes what the layer computes', async () => {
    const net = dw.model(
      (x: Value, wi: Value, wh: Value, bi: Value, bh: Value) => {
        const steps = op.Split(x, [1, 1, 1, 1, 1], { axis: 1 });
        let h = op.Expand(dw.tensorFromValues('float32', [], [0]), [2, 4]);
        for (const step of steps) h = functional.gruCell(op.Squeeze(step, [1]), h, [wi, wh, bi, bh]);
        return h;
      },
      { inputs: { ...sizes, x: [2, 5, 3] } },
    );
    const [output] = await run(net, { x: [2, 5, 3], ...shapes });
    const all = (await own()) ?? [];
    expectClose(output?.data, [...all.slice(16, 20), ...all.slice(36, 40)]);
  });

  test.each([
    ['no levels', []],
    ['levels of other directions', [1, 2]],
    ['three directions', [3]],
  ])('%s are refused', (_, counts) => {
    const net = (): unknown =>
      dw.model(
        (x: Value, weightInput: Value, weightHidden: Value) =>
          functional.rnn(
            x,
            counts.map((count) => Array.from({ length: count }, () => ({ weightInput, weightHidden }))),
          ).output,
        { inputs: { x: ['n', 's', 3], weightInput: [4, 3], weightHidden: [4, 4] } },
      );
    expect(errorOf(net).message).toMatch(/rnn takes weights as a list of levels/);
  });

  test('weights with an odd number of rows are refused', () => {
    const net = (): unknown =>
      dw.model((x: Value, h: Value, wi: Value, wh: Value) => functional.gruCell(x, h, [wi, wh]), {
        inputs: { x: ['n', 3], h: ['n', 4], wi: [13, 3], wh: [13, 4] },
      });
    expect(errorOf(net).message).toMatch(/weightHidden as a weight whose rows are a multiple of 3, got 13/);
  });

  test('functional.lstmCell and functional.lstm agree on one step', async () => {
    const inputs = { x: ['n', 3], h: ['n', 4], c: ['n', 4], wi: [16, 3], wh: [16, 4] } as const;
    const batch = { x: [2, 3], h: [2, 4], c: [2, 4], wi: [16, 3], wh: [16, 4] };
    const net = dw.model(
      (x: Value, h: Value, c: Value, weightInput: Value, weightHidden: Value) => {
        const [h1, c1] = functional.lstmCell(x, [h, c], [weightInput, weightHidden]);
        const one = [op.Unsqueeze(h, [0]), op.Unsqueeze(c, [0])];
        const layer = functional.lstm(op.Unsqueeze(x, [1]), [[{ weightInput, weightHidden }]], { state: one });
        return [h1, c1, ...layer.state];
      },
      { inputs },
    );
    const [h1, c1, h2, c2] = await run(net, batch);
    expectClose(h2?.data, h1?.data);
    expectClose(c2?.data, c1?.data);
  });

  test('one bias of two is enough', async () => {
    const inputs = { x: ['n', 's', 3], wi: [16, 3], wh: [16, 4], bias: [16] } as const;
    const net = dw.model(
      (x: Value, weightInput: Value, weightHidden: Value, bias: Value) => {
        const weights = { weightInput, weightHidden };
        return [{ biasInput: bias }, { biasHidden: bias }].map(
          (given) => functional.lstm(x, [[{ ...weights, ...given }]]).output,
        );
      },
      { inputs },
    );
    const [first, second] = await run(net, { x: [2, 5, 3], wi: [16, 3], wh: [16, 4], bias: [16] });
    expectClose(first?.data, second?.data);
  });
});

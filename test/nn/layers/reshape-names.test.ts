// Sizes by the names of the declaration, whatever a batch has put in their place.
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import { errorOf } from '../initializers/error-of.ts';

const heads = (): dw.DefinedModel =>
  dw.model(dw.reshape(['seq', 2, -1]), { inputs: { x: ['batch', 'seq', '?'] }, name: 'heads' });

/** The shape of the output in words, and the one that ONNX Runtime gives. */
async function shapesOf(bound: dw.BoundModel, inputs: Readonly<Record<string, readonly number[]>>) {
  await using session = await createSession(bound.compile(), { providers: ['cpu'] });
  const feeds = Object.entries(inputs).map(([name, shape]) => {
    const data = Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => i);
    return [name, { dtype: 'float32', shape, data }] as const;
  });
  const { output } = await session.run(Object.fromEntries(feeds));
  return [dw.formatShape(bound.graph.outputs[0]?.shape ?? null), output?.shape];
}

describe('reshape by names', () => {
  test.each<[string, dw.Batch, dw.BindOptions, string]>([
    ['a batch of numbers', [3, 4, 6], {}, '[batch, seq, 2, 3]'],
    ['static sizes', [3, 4, 6], { static: true }, '[3, 4, 2, 3]'],
    ["the batch's own names", ['n', 's', 6], {}, '[n, s, 2, 3]'],
    ['own names and static sizes', ['n', 4, 6], { static: true }, '[n, 4, 2, 3]'],
  ])('takes %s', async (_, batch, options, expected) => {
    expect(await shapesOf(heads().bind(batch, options), { x: [3, 4, 6] })).toEqual([expected, [3, 4, 2, 3]]);
  });

  test('finds a size that only another input has, in bodies of layers too', async () => {
    const split = dw.unflatten(1, ['parts', -1]);
    const net = () =>
      dw.model(
        dw.block({ split }, (x: Value, y: Value) => dw.op.Add(split(x), dw.op.Unsqueeze(y, [0, 2]))),
        {
          inputs: { x: ['n', 'k'], y: ['parts'] },
        },
      );
    const feeds = { x: [2, 6], y: [3] };
    expect(await shapesOf(net().bind({ x: [2, 6], y: [3] }, { static: true }), feeds)).toEqual([
      '[2, 3, 2]',
      [2, 3, 2],
    ]);
    const [text, actual] = await shapesOf(net().bind({ x: ['b', 'w'], y: ['p'] }), feeds);
    expect(text).toMatch(/^\[b, p, /);
    expect(actual).toEqual([2, 3, 2]);
  });

  test('keeps the name where the size equals another one', async () => {
    const net = dw.model((x: Value, y: Value) => dw.reshape(['second', -1])(dw.op.MatMul(x, y)), {
      inputs: { x: ['n', 'first', 'k'], y: ['n', 'k', 'second'] },
    });
    const shapes = { x: [2, 3, 4], y: [2, 4, 5] };
    const [text, actual] = await shapesOf(net.bind(), shapes);
    expect(text).toMatch(/^\[n, second, /);
    expect(actual).toEqual([2, 5, 3]);
  });

  test('refuses a name that no input has, and tells the ones of the declaration', () => {
    const make = () => dw.model(dw.reshape(['length', -1]), { inputs: { x: ['batch', 'seq', 4] } });
    const error = errorOf(make);
    expect(error).toMatchObject({ code: 'LAYER_ARGUMENT' });
    expect(error.message).toMatch(/batch, seq.*length/s);
  });
});

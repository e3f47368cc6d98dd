// Deferred initialization: parameters that several calls or models share (D61 to D66).
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/index.ts';
import * as dw from '../../../src/index.ts';
import { errorOf } from '../initializers/error-of.ts';
import { bytesOf, printed, warningsOf } from './helpers.ts';

describe('a layer that is called twice', () => {
  test('D61 has one parameter, bound once, by whichever call meets data first', () => {
    const shared = dw.dense(20);
    const net = dw.model((x: Value) => shared(dw.relu(shared(x)))).initialize();
    net.bind([2, 20]);
    expect(printed(net)).toEqual(['0.weight (20, 20)', '0.bias (20)']);
    const other = dw.model(dw.sequential(shared, dw.dense(3)));
    expect(other.parameter('0.weight')).toBe(net.parameter('0.weight'));
    expect(bytesOf(other.parameter('0.weight'))).toEqual(bytesOf(net.parameter('0.weight')));
  });

  test.each([
    ['first', (a: Value, b: Value, f: dw.Layer) => [f(a), f(b)]],
    ['second', (a: Value, b: Value, f: dw.Layer) => [f(b), f(a)]],
  ] as const)(
    'D62 takes the known size where one call knows it and the other does not: the known one %s',
    (_, calls) => {
      const shared = dw.dense(4);
      const inputs = { a: ['n', 20], b: ['n', '?'] } as const;
      const net = dw.model(
        (...values: Value[]) => {
          const [a, b] = values;
          return a && b ? calls(a, b, shared) : [];
        },
        { inputs },
      );
      expect(printed(net)).toEqual(['0.weight (4, 20)', '0.bias (4)']);
      expect(net.graph.inputs.map(({ type }) => dw.formatType(type))).toEqual(['float32[n, 20]', 'float32[n, 20]']);
    },
  );

  test('D63 that needs different sizes is refused with both calls', () => {
    const shared = dw.dense(4);
    const error = errorOf(() =>
      dw.model((...values: Value[]) => values.map((value) => shared(value)), { inputs: { a: [2, 20], b: [2, 30] } }),
    );
    expect(error.code).toBe('SHAPE_MISMATCH');
    expect(error.message).toContain('0.weight takes 20 input features, this batch brings 30');
    expect(error.message).toContain('20 was fixed by an earlier call');
    expect(error.message).toContain('30 comes from b');
    expect(error.origin?.path).toBe('model.0 dense');
  });

  test('D66 counts once among the parameters and in the emitted file', () => {
    const shared = dw.dense(20);
    const net = dw.model(dw.sequential(shared, dw.relu(), shared, shared)).initialize();
    const compiled = net.bind([2, 20]).compile();
    expect(net.parameters().size).toBe(2);
    const names = compiled.emit().message.graph?.initializer?.map(({ name }) => name);
    expect(names).toEqual(['0.weight', '0.bias']);
    expect(compiled.bytes().byteLength).toBeLessThan(2 * 4 * (20 * 20 + 20));
  });

  test('D64 is saved once, under the path of its first owner', () => {
    const shared = dw.dense(20);
    const first = dw.model(dw.sequential(shared)).initialize();
    first.bind([2, 20]);
    const second = dw.model(dw.sequential(dw.dense(20), shared, shared));
    expect([...second.parameters().values()].filter(({ path }) => path === '0.weight').length).toBe(2);
    warningsOf(() => second.initialize({ seed: 1 }));
    const graph = second.bind([2, 20]).compile().emit().message.graph;
    expect(graph?.initializer?.map(({ name }) => name)).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
  });
});

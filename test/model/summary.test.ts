// The summary of a model: rows that make up the totals, unknown sizes as ?, formulas held to the numbers, 80 columns.
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { evaluateCount } from '../../src/dim/evaluate-count.ts';
import * as dw from '../../src/index.ts';
import { op, type Value } from '../../src/index.ts';
import { errorOf } from '../nn/initializers/error-of.ts';

const lenet = (): dw.DefinedModel =>
  dw.model(
    dw.sequential(
      dw.conv2d(6, 5, { padding: 2, activation: 'sigmoid' }),
      dw.avgPool2d(2),
      dw.conv2d(16, 5),
      dw.batchNorm(),
      dw.flatten(),
      dw.dense(10),
    ),
    { name: 'lenet' },
  );

const linesOf = (text: string): string[] => text.split('\n');
const rowsOf = (summary: dw.ModelSummary): string[] =>
  summary.rows.map((row) => `${row.path}|${row.kind}|${summary.outputText(row)}|${row.parameters ?? '?'}`);

describe('summary of an unbound model', () => {
  test('has a row for each layer, unknown sizes and operations as ?', () => {
    expect(linesOf(lenet().summary().toString())).toEqual([
      'layer             output         parameters  flops',
      '--------------------------------------------------',
      'lenet sequential  [?, 10]',
      '  0 conv2d        [?, 6, ?, ?]            ?  ?',
      '  1 avgPool2d     [?, 6, ?, ?]            0  ?',
      '  2 conv2d        [?, 16, ?, ?]       2,416  ?',
      '  3 batchNorm     [?, 16, ?, ?]          64  ?',
      '  4 flatten       [?, ?]                  0  0',
      '  5 dense         [?, 10]                 ?  ?',
      '--------------------------------------------------',
      'parameters: ? (2,496 known; 2 tensors wait for a batch)',
      'flops: ?',
    ]);
  });

  test('has formulas where the declaration tells them', () => {
    const net = dw.model(dw.dense(8), { inputs: { x: ['n', 's', 4] } });
    const { total } = net.summary();
    expect(net.summary().countText(total.flops)).toBe('64*n*s');
    expect([total.parameters, total.bytes, total.open]).toEqual([40, 160, 0]);
  });

  test('tells the layers of a model that reads what only a batch brings', () => {
    const fc = dw.dense(4);
    const net = dw.model((x: Value) => op.Add(fc(x), op.Reshape(x, [x.shape.length, -1])));
    expect(rowsOf(net.summary())).toEqual(['||?|0']);
    const whole = dw.model(dw.sequential(dw.dense(4), (x: Value) => (x.shape.length > 2 ? x : op.Relu(x))));
    expect(rowsOf(whole.summary()).slice(0, 2)).toEqual(['|sequential|?|0', '0|dense|?|?']);
  });
});

describe('summary of a bound model', () => {
  test('has its sizes, symbols kept, and the counts', () => {
    const bound = lenet().bind([1, 1, 28, 28]);
    expect(rowsOf(bound.summary())).toEqual([
      '|sequential|[batch, 10]|0',
      '0|conv2d|[batch, 6, 28, 28]|156',
      '1|avgPool2d|[batch, 6, 14, 14]|0',
      '2|conv2d|[batch, 16, 10, 10]|2416',
      '3|batchNorm|[batch, 16, 10, 10]|64',
      '4|flatten|[batch, 1600]|0',
      '5|dense|[batch, 10]|16010',
    ]);
    const { total } = bound.summary();
    expect([total.parameters, total.trainable, total.frozen, total.buffers, total.bytes]).toEqual([
      18646, 18614, 0, 32, 74584,
    ]);
  });

  const block = dw.transformerEncoderLayer(4, 256, { name: 'block' });
  const nested = () => {
    const head = dw.dense(7, { name: 'head' });
    return dw.model((x: Value) => op.Relu(head(block(block(x)))), { inputs: { x: ['batch', 'seq', 64] }, name: 'net' });
  };

  test.each([0, 1, 2, 3, Number.POSITIVE_INFINITY])('at depth %d its rows make up the totals', (depth) => {
    const bound = nested().bind(['batch', 'seq', 64]);
    const { rows, total } = bound.summary({ depth });
    expect(Math.max(...rows.map((row) => row.depth))).toBe(Math.min(depth, 3));
    expect(rows.reduce((sum, { parameters = Number.NaN }) => sum + parameters, 0)).toBe(total.parameters);
    const at = (count: dw.Count | undefined): bigint | undefined =>
      count && evaluateCount(count, ({ name }) => (name === 'batch' ? 3 : 11));
    expect(rows.reduce((sum, { flops }) => sum + (at(flops) ?? 0n), 0n)).toBe(at(total.flops));
    expect(dw.formatCount(total.flops ?? { terms: [] })).toBe(dw.formatCount(dw.costOf(bound).flops));
  });

  test('counts a layer that is called twice once, with the operations of both calls', () => {
    const { rows } = nested().bind(['batch', 'seq', 64]).summary({ depth: 1 });
    const once = dw
      .model(dw.transformerEncoderLayer(4, 256), { inputs: { x: ['batch', 'seq', 64] } })
      .bind(['batch', 'seq', 64])
      .summary({ depth: 0 });
    expect(rows.map(({ path }) => path)).toEqual(['', 'block', 'head']);
    expect(rows[1]?.parameters).toBe(once.total.parameters);
    const sizes = ({ name }: dw.SymbolDim): number => (name === 'batch' ? 2 : 5);
    const [twice, single] = [rows[1]?.flops, once.total.flops].map((count) => count && evaluateCount(count, sizes));
    expect(twice).toBe(2n * (single ?? 0n));
  });

  test('its text keeps to 80 columns and to any other width: long cells stand below as notes', () => {
    const bound = nested().bind(['batch', 'seq', 64]);
    for (const width of [60, 70, 80, 120]) {
      const lines = linesOf(bound.summary({ width }).toString());
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    }
    expect(bound.summary({ width: 60 }).toString()).toContain('(1) ');
    expect(bound.summary({ width: 200 }).toString()).not.toContain('(1)');
    expect(linesOf(bound.summary({ width: 200, depth: 2 }).toString()).slice(2, 5)).toEqual([
      expect.stringMatching(/^net +\[batch, seq, 7] +7\*batch\*seq$/),
      expect.stringMatching(/^ {2}block transformerEncoderLayer +\[batch, seq, 64] /),
      expect.stringMatching(/^ {4}attention multiHeadAttention +\[batch, seq, 64] +16,640 /),
    ]);
  });

  test('names sizes that only a run tells, and further outputs by their number', () => {
    const found = dw.model((x: Value) => op.NonZero(op.Relu(x)), { inputs: { x: ['n', 4] } });
    const summary = found.bind(['n', 4]).summary();
    expect(summary.rows.map((row) => summary.outputText(row))).toEqual([expect.stringMatching(/^int64\[2, \w+]$/)]);
    const lstm = dw.lstm(3, { returnState: true });
    const net = dw.model((x: Value) => lstm(x).output, { inputs: { x: ['n', 's', 4] } });
    const made = net.bind(['n', 's', 4]).summary();
    expect(made.rows.map((row) => made.outputText(row))).toEqual(['[n, s, 3]', '[n, s, 3] +2']);
  });

  test('as JSON it has shapes and formulas as text', () => {
    const bound = dw.model(dw.dense(2), { inputs: { x: ['n', 3] } }).bind(['n', 3]);
    const flops = { formula: '12*n', value: null };
    expect(JSON.parse(JSON.stringify(bound.summary()))).toEqual({
      name: 'model',
      state: 'bound',
      layers: [{ path: '', kind: 'dense', depth: 0, outputs: ['float32[n, 2]'], parameters: 8, trainable: 8, flops }],
      total: { parameters: 8, trainable: 8, frozen: 0, buffers: 0, bytes: 32, open: 0, flops },
    });
  });

  test('refuses wrong options by name', () => {
    const net = lenet();
    for (const options of [{ depth: -1 }, { width: 10 }, { deep: 1 }]) {
      expect(errorOf(() => net.summary(options)).code).toBe('LAYER_ARGUMENT');
    }
  });
});

describe('printing', () => {
  test('a model, bound or not, prints as its summary, a compiled one in a line', () => {
    const net = lenet();
    expect(inspect(net)).toBe(net.summary().toString());
    const bound = net.initialize().bind([1, 1, 28, 28]);
    expect(`${bound}`).toBe(bound.summary().toString());
    expect(inspect(bound.compile())).toMatch(/^lenet for ort@[\d.]+: \d+ nodes, opset 21$/);
  });

  test('a layer prints its parts, a parameter and a dim themselves', () => {
    const net = dw.sequential(dw.dense(4, { name: 'fc' }), dw.relu());
    expect(inspect(net)).toBe('sequential\n  fc dense weight(4, ?) bias(4)\n  1 relu');
    expect(inspect(dw.dense(4, { name: 'fc', bias: false }))).toBe('fc dense weight(4, ?)');
    const model = dw.model(net);
    expect(inspect([...model.parameters().values()])).toContain('fc.weight float32(4, ?)');
    expect(inspect(dw.parseDim('n + 1'))).toBe('n + 1');
    model.bind([1, 3]);
    expect(`${net}`).toContain('fc dense weight(4, 3)');
  });
});

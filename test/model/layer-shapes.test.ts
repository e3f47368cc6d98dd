// The rows of shape tables.
import {
  block,
  dense,
  formatType,
  graph,
  isDimwiseError,
  layerShapes,
  model,
  op,
  relu,
  sequential,
  type Value,
} from 'dimwise';
import { describe, expect, test } from 'vitest';

const rows = (...given: Parameters<typeof layerShapes>): string[] =>
  layerShapes(...given).map(({ path, kind, type }) => `${path}|${kind}|${formatType(type)}`);

describe('layerShapes', () => {
  test('lists a sequence by index, kind and output', () => {
    const bound = model(sequential(dense(8, { activation: 'relu' }), relu(), dense(3))).bind([2, 5]);
    expect(rows(bound)).toEqual(['0|dense|float32[batch, 8]', '1|relu|float32[batch, 8]', '2|dense|float32[batch, 3]']);
  });

  test('tells of a definition what is known without a batch', () => {
    const net = model(sequential(dense(8), dense(3)), { inputs: { x: ['n', '?'] } });
    expect(rows(net)).toEqual(['0|dense|float32[n, 8]', '1|dense|float32[n, 3]']);
  });

  test('goes as deep as it is asked', () => {
    const parts = { up: dense(8), down: dense(4) };
    const net = model(sequential(block(parts, (x: Value) => op.Relu(parts.down(parts.up(x))), { kind: 'bottleneck' })));
    const bound = net.bind([2, 4]);
    expect(rows(bound)).toEqual(['0|bottleneck|float32[batch, 4]']);
    expect(rows(bound, 2)).toEqual([
      '0.up|dense|float32[batch, 8]',
      '0.down|dense|float32[batch, 4]',
      '0|bottleneck|float32[batch, 4]',
    ]);
  });

  test('leaves the kind open where only the layers inside are known', () => {
    expect(rows(model(sequential(sequential(dense(4)))).bind([2, 4]))).toEqual(['0||float32[batch, 4]']);
  });

  test('lists a layer again where it is called again', () => {
    const shared = dense(4);
    const paths = layerShapes(model(sequential(shared, relu(), shared)).bind([2, 4])).map(({ path }) => path);
    expect(paths).toEqual(['0', '1', '0']);
  });

  test('lists operators outside of layers by their names, one by one', () => {
    const net = graph((g) => op.Exp(op.Neg(g.input('x', 'float32', ['n']))));
    expect(rows(net)).toEqual(['|Neg|float32[n]', '|Exp|float32[n]']);
  });

  test('takes names with spaces and dots apart', () => {
    const net = model(sequential(dense(4, { name: 'first layer' })), { name: 'my model.v2' });
    expect(rows(net.bind([2, 4]))).toEqual(['first layer|dense|float32[batch, 4]']);
  });

  test('is an error where the definition can only be traced for a batch', () => {
    const net = model((x: Value) => op.Reshape(x, [x.rank, -1]));
    let code: string | undefined;
    try {
      layerShapes(net);
    } catch (error) {
      code = isDimwiseError(error) ? error.code : undefined;
    }
    expect(code).toBe('RANK_UNKNOWN');
  });
});

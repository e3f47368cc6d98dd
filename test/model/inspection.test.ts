// What can be changed in a model by pattern: freezing, initializers, visits of its layers.
import { describe, expect, test } from 'vitest';
import * as dw from '../../src/index.ts';
import { op, type Value } from '../../src/index.ts';
import { errorOf } from '../nn/initializers/error-of.ts';

const mlp = (): dw.DefinedModel =>
  dw.model(dw.sequential(dw.dense(8, { name: 'body' }), dw.batchNorm(), dw.dense(3, { name: 'head' })));

const frozen = (net: dw.DefinedModel): string[] =>
  [...net.parameters()].flatMap(([path, { trainable }]) => (trainable ? [] : [path]));
const BUFFERS = ['1.runningMean', '1.runningVar'];

describe('parameters', () => {
  test('picks by glob and by regular expression, in the order of all', () => {
    const net = mlp();
    expect([...net.parameters('*.weight').keys()]).toEqual(['body.weight', '1.weight', 'head.weight']);
    expect([...net.parameters('head.**').keys()]).toEqual(['head.weight', 'head.bias']);
    expect([...net.parameters(/^1\..*Mean/).keys()]).toEqual(['1.runningMean']);
    expect([...net.parameters('tail.*').keys()]).toEqual([]);
    expect([...net.bind([2, 4]).parameters('head.*').keys()]).toEqual(['head.weight', 'head.bias']);
  });
});

describe('freeze', () => {
  test('marks what a pattern matches, before and after a batch, and unfreeze takes it back; buffers stay', () => {
    const net = mlp();
    expect(frozen(net)).toEqual(BUFFERS);
    expect(frozen(net.freeze('body.*'))).toEqual(['body.weight', 'body.bias', ...BUFFERS]);
    net.bind([2, 4]);
    expect(frozen(net.freeze())).toHaveLength(8);
    expect(frozen(net.unfreeze(/head/))).toEqual(['body.weight', 'body.bias', '1.weight', '1.bias', ...BUFFERS]);
    expect(frozen(net.unfreeze())).toEqual(BUFFERS);
  });

  test('the summary counts frozen parameters and buffers apart', () => {
    const net = mlp();
    net.bind([2, 4]);
    const { total } = net.freeze('body.**').summary();
    expect([total.parameters, total.trainable, total.frozen, total.buffers]).toEqual([99, 43, 40, 16]);
    expect(net.summary().toString()).toContain('parameters: 99 (43 trainable, 40 frozen, 16 in buffers), 396 bytes');
  });

  test('changes nothing of the emitted bytes', () => {
    const bytes = (isFrozen: boolean): Uint8Array => {
      const net = mlp().initialize({ seed: 3 });
      if (isFrozen) net.freeze();
      return net.bind([2, 4]).compile().bytes();
    };
    expect(bytes(true)).toEqual(bytes(false));
  });

  test('a pattern that matches nothing is told with the near paths', () => {
    for (const change of ['freeze', 'unfreeze'] as const) {
      const error = errorOf(() => mlp()[change]('head.wieght'));
      expect(error.code).toBe('PARAM_UNKNOWN');
      expect(error.message).toContain('no parameter of model model matches head.wieght');
      expect(error.hint).toContain('head.weight');
    }
    expect(dw.model((x: Value) => op.Relu(x)).freeze()).toBeInstanceOf(dw.DefinedModel);
  });
});

describe('setInitializer', () => {
  test('counts for what matches, from the next initialize(), and wins over its initializer', () => {
    const net = mlp().setInitializer('*.bias', dw.constant(0.5)).initialize({ initializer: 'ones' });
    net.bind([2, 4]);
    const firstOf = (path: string): unknown => {
      const data = net.parameter(path).data();
      const bytes = dw.materialize(data);
      return bytes && dw.typedArrayOf(data.dtype, bytes)[0];
    };
    expect(['body.bias', 'head.bias', '1.bias', 'body.weight'].map(firstOf)).toEqual([0.5, 0.5, 0.5, 1]);
    net.setInitializer('head.bias', 'ones');
    expect(firstOf('head.bias')).toBe(0.5);
    net.initialize({ forceReinit: true });
    expect(firstOf('head.bias')).toBe(1);
  });

  test('an initializer that does not exist, and a pattern that matches nothing, change nothing', () => {
    const net = mlp();
    // @ts-expect-error there is none of this name
    expect(errorOf(() => net.setInitializer('**', 'glorot')).code).toBe('INITIALIZER_INVALID');
    expect(errorOf(() => net.setInitializer('x.*', 'ones')).code).toBe('PARAM_UNKNOWN');
    expect(dw.describeInitializer(net.parameter('head.bias').initializer)).toBe('zeros');
  });
});

describe('apply', () => {
  const seen = (net: dw.DefinedModel): string[] => {
    const rows: string[] = [];
    net.apply(({ path, kind, parameters }) => rows.push(`${path}:${kind}:${[...parameters.keys()].join(',')}`));
    return rows;
  };

  test('visits each layer once, those inside before those that hold them', () => {
    const shared = dw.dense(4, { name: 'shared' });
    const [first, second] = [dw.dense(4), dw.relu()];
    const parts = { first, rest: [second, shared] };
    const block = dw.block(parts, (x: Value) => shared(second(first(x))), { name: 'block' });
    const net = dw.model(dw.sequential(block, shared, dw.dense(2)));
    expect(seen(net)).toEqual([
      'block.first:dense:weight,bias',
      'block.rest.0:relu:',
      'block.shared:dense:weight,bias',
      'block:block:',
      '2:dense:weight,bias',
      ':sequential:',
    ]);
  });

  test('finds the layers that a function calls', () => {
    const [a, b] = [dw.dense(4), dw.sequential(dw.dense(4), dw.relu())];
    expect(seen(dw.model((x: Value) => b(a(x))))).toEqual([
      '0:dense:weight,bias',
      '1.0:dense:weight,bias',
      '1.1:relu:',
      '1:sequential:',
    ]);
  });

  test('gives the very parameters, to be changed', () => {
    const net = mlp();
    net.apply(({ kind, parameters }) => {
      if (kind === 'dense') parameters.get('weight')?.setInitializer('ones');
    });
    expect(dw.describeInitializer(net.parameter('body.weight').initializer)).toBe('ones');
    // @ts-expect-error a text is no function
    expect(errorOf(() => net.apply('dense')).code).toBe('LAYER_ARGUMENT');
  });
});

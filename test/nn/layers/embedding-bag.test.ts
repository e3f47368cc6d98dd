// Bags of weights that PyTorch's fixtures cannot hold.
import { describe, expect, test } from 'vitest';
import * as dw from '../../../src/index.ts';
import { tensor, type Value } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';

describe('embeddingBag', () => {
  test('gives minus infinity where a bag holds nothing else, as PyTorch does, and zeros for an empty one', async () => {
    const layer = dw.embeddingBag(2, 1, { mode: 'max', paddingIdx: 1 });
    const net = dw.model((ids: Value, offsets: Value) => layer(ids, offsets), {
      inputs: { ids: tensor('int64', ['k']), offsets: tensor('int64', ['n']) },
    });
    net.parameter('0.weight').setData(dw.tensorFromValues('float32', [2, 1], [-Infinity, 5]));
    const compiled = net.bind({ ids: ['k'], offsets: ['n'] }).compile();
    await using session = await createSession(compiled, { providers: ['cpu'] });
    const feed = (data: readonly number[]) => ({ dtype: 'int64', shape: [data.length], data }) as const;
    const { output } = await session.run({ ids: feed([0, 1, 0, 1]), offsets: feed([0, 2, 2, 3]) });
    expect(Array.from(output?.data ?? [], Number)).toEqual([-Infinity, 0, -Infinity, 0]);
  });
});

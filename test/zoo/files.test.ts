// A checkpoint as Hugging Face's library saves it: in shards, dense weights [in, out], packed projections, a tied output layer.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSession, openCheckpoint, openOnnx, saveModel } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { gpt2, names } from '../../examples/zoo/gpt2.ts';
import { expectClose } from './close.ts';
import { feedsOf, type Numbers } from './feeds.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/zoo/gpt2', import.meta.url));
const RECORDED: { readonly input_ids: Numbers; readonly logits: Numbers } = JSON.parse(
  readFileSync(join(FOLDER, 'logits.json'), 'utf8'),
);

describe('a folder of shards', () => {
  test.each(['auto', 'external'] as const)(
    'streams into a model file, weights %s, that computes its numbers',
    async (externalData) => {
      const net = gpt2({ vocabulary: 50, positions: 16, width: 24, heads: 4, depth: 2 });
      const report = net.load(await openCheckpoint(FOLDER), { names });
      expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
      expect(report.loaded.get('h.1.attn.key.weight')).toEqual(['transformer.h.1.attn.c_attn.weight']);
      const folder = await mkdtemp(join(tmpdir(), 'dimwise-'));
      try {
        const file = join(folder, 'gpt2.onnx');
        await saveModel(net.bind().compile(), file, { externalData });
        await using session = await createSession(await openOnnx(file), { providers: ['cpu'] });
        const { logits } = await session.run(feedsOf({ input_ids: RECORDED.input_ids }));
        expect(logits?.shape).toEqual(RECORDED.logits.shape);
        expectClose(logits?.data, RECORDED.logits.data, 1e-4);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

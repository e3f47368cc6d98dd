// The node cases of onnx under every edit: ONNX Runtime gives the bits of the model before it.
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { extractModel } from '../../../codegen/onnx/edit/extract-model.ts';
import { addOutputs } from '../../../codegen/onnx/edit/model-outputs.ts';
import { pruneModel } from '../../../codegen/onnx/edit/prune-model.ts';
import { renameValues } from '../../../codegen/onnx/edit/rename-values.ts';
import type { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { feedsOf } from '../bind/run-model.ts';
import { runnableCases } from '../runnable-cases.ts';
import { fedInputs, freshNames, madeBy, outputsOf } from './helpers.ts';

/** One case of so many is run; a run of all of them takes minutes. */
const STEP = Number(process.env['DIMWISE_CASE_STEP'] ?? 24);

/** Element types that a run in Node can give. */
const HELD_DTYPES = new Set([
  'float32',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
]);
type Feeds = ReturnType<typeof feedsOf>;

async function outcome(model: OnnxModel, feeds: Feeds): Promise<Record<string, unknown> | undefined> {
  let session: InferenceSession | undefined;
  try {
    session = await InferenceSession.create(model.encode(), {
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 4,
    });
    const results = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => [name, { type, dims, data }]),
    );
  } catch {
    return undefined;
  } finally {
    await session?.release();
  }
}

/** Values that nodes make and onnxruntime-node can fetch. */
function fetched(model: OnnxModel): string[] {
  const outputs = outputsOf(model);
  const held = new Set<string | undefined>();
  for (const { outputs: made } of model.inference.graph.nodes())
    for (const { type, name } of made) if (type.kind === 'tensor' && HELD_DTYPES.has(type.dtype)) held.add(name);
  return madeBy(model).filter((name) => held.has(name) && !outputs.includes(name));
}

const pick = <T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(names.flatMap((name) => (record[name] === undefined ? [] : [[name, record[name]]])));

describe('edits of node cases', () => {
  test('keep the bits of what the model gives', { timeout: 900_000 }, async () => {
    const differ: string[] = [];
    const counts = { cases: 0, inner: 0, parts: 0 };
    const same = async (what: string, edit: () => Promise<readonly [unknown, unknown]>): Promise<void> => {
      try {
        const [found, wanted] = await edit();
        expect(found).toEqual(wanted);
      } catch (error) {
        differ.push(`${what}: ${isDimwiseError(error) ? error.message : String(error).slice(0, 200)}`);
      }
    };
    for (const { name, model } of runnableCases(STEP)) {
      const feeds = feedsOf(model, {});
      const wanted = await outcome(model, feeds);
      // What ONNX Runtime refuses with made-up elements judges nothing.
      if (wanted === undefined) continue;
      counts.cases++;
      await same(`${name} pruned`, async () => [await outcome(pruneModel(model), feeds), wanted]);
      const names = freshNames(model);
      const renamedFeeds = Object.fromEntries(Object.entries(feeds).map(([old, feed]) => [names[old] ?? old, feed]));
      const renamedWanted = Object.fromEntries(
        Object.entries(wanted).map(([old, value]) => [names[old] ?? old, value]),
      );
      await same(`${name} renamed`, async () => [
        await outcome(renameValues(model, names), renamedFeeds),
        renamedWanted,
      ]);
      for (const output of outputsOf(model)) {
        const cut = () => extractModel(model, { inputs: [], outputs: [output], addInputs: true });
        await same(`${name} cut at ${output}`, async () => [
          await outcome(cut(), pick(feeds, fedInputs(cut()))),
          pick(wanted, [output]),
        ]);
      }
      const inner = fetched(model);
      if (inner.length === 0) continue;
      const all = await outcome(addOutputs(model, inner), feeds);
      await same(`${name} with all values`, async () => [pick(all ?? {}, outputsOf(model)), wanted]);
      const step = Math.ceil(inner.length / 3);
      for (const value of inner.filter((_, i) => i % step === 0)) {
        if (all?.[value] === undefined) continue;
        counts.inner++;
        const head = () => extractModel(model, { inputs: [], outputs: [value], addInputs: true });
        await same(`${name} before ${value}`, async () => [
          await outcome(head(), pick(feeds, fedInputs(head()))),
          pick(all, [value]),
        ]);
      }
    }
    expect(differ).toEqual([]);
    expect(counts.cases).toBeGreaterThan(600 / STEP);
    expect(counts.inner).toBeGreaterThan(200 / STEP);
  });
});

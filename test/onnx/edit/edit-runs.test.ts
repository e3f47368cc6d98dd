// Edited models on ONNX Runtime: they give the bits of the models that they were made of.
import { describe, expect, test } from 'vitest';
import { extractModel } from '../../../codegen/onnx/edit/extract-model.ts';
import { joinModels } from '../../../codegen/onnx/edit/join-models.ts';
import { addOutputs, keepOutputs } from '../../../codegen/onnx/edit/model-outputs.ts';
import { pruneModel } from '../../../codegen/onnx/edit/prune-model.ts';
import { renameNodes } from '../../../codegen/onnx/edit/rename-nodes.ts';
import { renameValues } from '../../../codegen/onnx/edit/rename-values.ts';
import type { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import { LOOPS, loopModel, SMALL_MODELS, smallBindings, smallModel } from '../bind/models.ts';
import { feedsOf, runModel, type Sizes } from '../bind/run-model.ts';
import { fedInputs, freshNames, madeBy, outputsOf } from './helpers.ts';

interface Row {
  readonly name: string;
  readonly model: OnnxModel;
  readonly sizes: Sizes;
}

const ROWS: readonly Row[] = [
  // The others are of the same kinds.
  ...SMALL_MODELS.filter((name) => !name.includes('session')).map((name) => ({
    name,
    model: smallModel(name),
    sizes: smallBindings(name)[0] ?? {},
  })),
  ...LOOPS.map(([name, bindings]) => ({ name, model: loopModel(name), sizes: bindings[0] ?? {} })),
];

const byOldName = (record: Readonly<Record<string, unknown>>, names: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.keys(names).flatMap((old) => (names[old] && names[old] in record ? [[old, record[names[old]]]] : [])),
  );

describe.each(ROWS)('$name', ({ model, sizes }) => {
  const feeds = feedsOf(model, sizes);

  test('gives the same under other names', async () => {
    const names = freshNames(model);
    const renamed = renameValues(model, names);
    const fed = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [names[name] ?? name, feed]));
    expect(byOldName(await runModel(renamed, fed), names)).toEqual(await runModel(model, feeds));
    const back = renameValues(renamed, Object.fromEntries(Object.entries(names).map(([from, to]) => [to, from])));
    expect(back.proto).toEqual(model.proto);
  });

  test('gives the same when pruned, for each output alone', async () => {
    const wanted: Record<string, unknown> = await runModel(model, feeds);
    for (const output of outputsOf(model)) {
      const alone = pruneModel(keepOutputs(model, [output]));
      expect(await runModel(alone, feeds)).toEqual({ [output]: wanted[output] });
    }
  });

  test('gives the same when every node has another name', async () => {
    const nodes = (model.proto.graph?.node ?? []).flatMap(({ name }) => (name ? [name] : []));
    const names = Object.fromEntries([...new Set(nodes)].map((name, i) => [name, `node ${i}`]));
    expect(await runModel(renameNodes(model, names), feeds)).toEqual(await runModel(model, feeds));
  });

  test('gives its inner values as outputs, and the parts before and after one join to the same', async () => {
    const wanted = await runModel(model, feeds);
    // onnxruntime-node fetches no lists.
    const tensors = new Set(
      [...model.graph.nodes()]
        .flatMap(({ outputs }) => outputs.filter(({ type }) => type.kind === 'tensor'))
        .map(({ name }) => name),
    );
    const made = madeBy(model).filter((name) => !outputsOf(model).includes(name) && tensors.has(name));
    const picked = made.filter((_, i) => i % Math.ceil(made.length / 2) === 0);
    const whole = await runModel(addOutputs(model, picked), feeds);
    expect(Object.keys(whole)).toEqual([...outputsOf(model), ...picked]);
    for (const value of picked) {
      const inner = whole[value];
      const head = extractModel(model, { inputs: [], outputs: [value], addInputs: true });
      const headFeeds = Object.fromEntries(fedInputs(head).map((name) => [name, feeds[name]]));
      expect(await runModel(head, headFeeds as typeof feeds)).toEqual({ [value]: inner });
      const tail = extractModel(model, { inputs: [value], outputs: outputsOf(model), addInputs: true });
      const tailFeeds = Object.fromEntries(fedInputs(tail).map((name) => [name, feeds[name]])) as typeof feeds;
      if (!(value in tailFeeds)) throw new Error(`${value} is no input of the part behind it`);
      const renamed = renameValues(tail, Object.fromEntries(fedInputs(tail).map((name) => [name, `${name}__in`])));
      const joined = joinModels(head, renamed, { connect: { [`${value}__in`]: value }, prefix: 'tail/' });
      const joinedFeeds = Object.fromEntries(
        fedInputs(joined).map((name) => [name, feeds[name.replace(/^tail\//, '').replace(/__in$/, '')]]),
      ) as typeof feeds;
      const results: Record<string, unknown> = await runModel(joined, joinedFeeds);
      // What the first part makes too is the second's own under the prefix.
      for (const [name, result] of Object.entries(wanted))
        expect(results[`tail/${name}`] ?? results[name]).toEqual(result);
    }
  });
});

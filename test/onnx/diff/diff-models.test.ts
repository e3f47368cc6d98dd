// Two models compared by structure: no guise makes a difference, one change is told as that one.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOPOLOGIES, topologyBytes } from '../../../bench/topologies.ts';
import { diffModels } from '../../../codegen/onnx/diff/diff-models.ts';
import { type Difference, formatDifference } from '../../../codegen/onnx/diff/difference.ts';
import { emitModel } from '../../../codegen/onnx/emit.ts';
import { OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import type { GraphProto, NodeProto } from '../../../codegen/onnx/proto/messages.ts';
import { joinParts } from '../../../codegen/onnx/proto/parts.ts';
import { setWarningHandler, type WarningHandler } from '../../../src/base/warn.ts';
import { Rng } from '../../random/rng.ts';
import { SAMPLES } from '../sample-graphs.ts';
import { disguise } from './disguise.ts';

const LOOPS = ['append', 'branch', 'grow', 'nested', 'rnn', 'rows', 'while'];

const models: readonly (readonly [string, () => OnnxModel])[] = [
  ...TOPOLOGIES.map((name) => [name, () => readOnnx(topologyBytes(name))] as const),
  ...LOOPS.map(
    (name) =>
      [name, () => readOnnx(readFileSync(new URL(`../../fixtures/loops/${name}.onnx`, import.meta.url)))] as const,
  ),
  ...SAMPLES.map(({ name, make }) => [name, () => readOnnx(joinParts(emitModel(make()).parts))] as const),
];

/** What differs in structure: a change of one node may well change shapes and what feeds must meet. */
const structural = (a: OnnxModel, b: OnnxModel): Difference[] =>
  diffModels(a, b).filter(({ subject }) => subject !== 'shape' && subject !== 'contract');

const lines = (a: OnnxModel, b: OnnxModel, options = {}): string[] => diffModels(a, b, options).map(formatDifference);

let before: WarningHandler;
beforeAll(() => {
  before = setWarningHandler(() => {});
});
afterAll(() => {
  setWarningHandler(before);
});

describe('diffModels', () => {
  test.each(models)('finds no difference between %s and the same model in another guise', (_, open) => {
    const model = open();
    for (const seed of [1, 2]) {
      const other = new OnnxModel(disguise(model.proto, new Rng(seed)), model.files);
      expect(lines(model, other, { shapes: true })).toEqual([]);
    }
  });

  const editable = models.filter(([name]) => !name.includes('empty'));

  test.each(editable)('tells of one changed node of %s as that one, in any guise', (_, open) => {
    const model = open();
    const nodes = model.proto.graph?.node ?? [];
    for (const seed of [3, 4, 5]) {
      const rng = new Rng(seed);
      const at = rng.int(0, nodes.length - 1);
      const node = nodes[at];
      if (!node) continue;
      const changed = withNode(model, at, {
        ...node,
        attribute: [...(node.attribute ?? []), { name: 'zz', type: 2, i: 7 }],
      });
      const other = new OnnxModel(disguise(changed.proto, rng), model.files);
      const found = structural(model, other);
      const reversed = structural(other, model);
      expect(found.map(({ kind, subject, detail, before, after }) => [kind, subject, detail, before, after])).toEqual([
        ['changed', 'attribute', 'zz', 'the default', '7'],
      ]);
      expect(found[0]?.place).toContain(`(${node.opType})`);
      expect(reversed.map(({ before, after }) => [before, after])).toEqual([['7', 'the default']]);
    }
  });

  test.each(editable)('tells of one node put in and taken out of %s', (_, open) => {
    const model = open();
    const nodes = model.proto.graph?.node ?? [];
    const rng = new Rng(6);
    const at = rng.int(0, nodes.length - 1);
    const longer = inserted(model, at);
    if (!longer) return;
    const other = new OnnxModel(disguise(longer.proto, rng), model.files);
    expect(
      structural(model, other).map(({ kind, subject, place }) => [kind, subject, place.replace(/".*?" /, '')]),
    ).toEqual([['added', 'node', expect.stringMatching(/^node \(Inserted\)/)]]);
    expect(structural(other, model).map(({ kind, subject }) => [kind, subject])).toEqual([['removed', 'node']]);
  });
});

function withNode(model: OnnxModel, at: number, node: NodeProto): OnnxModel {
  const graph: GraphProto = { ...model.proto.graph, node: (model.proto.graph?.node ?? []).with(at, node) };
  return model.with({ graph });
}

/** Puts a node of an unknown operator behind the first output of a node. */
function inserted(model: OnnxModel, at: number): OnnxModel | undefined {
  const { graph } = model.proto;
  const nodes = graph?.node ?? [];
  const name = nodes[at]?.output?.[0];
  const isEdge = (graph?.output ?? []).some((output) => output.name === name);
  if (!graph || !name || isEdge) return undefined;
  const node: NodeProto = { opType: 'Inserted', domain: 'test', name: 'inserted', input: [name], output: ['inserted'] };
  const behind = nodes
    .slice(at + 1)
    .map((each) => ({ ...each, input: each.input?.map((input) => (input === name ? 'inserted' : input)) }));
  const read = nodes.slice(at + 1).some((each) => each.input?.includes(name));
  if (!read) return undefined;
  return model.with({
    graph: { ...graph, node: [...nodes.slice(0, at + 1), node, ...behind] },
    opsetImport: model.proto.opsetImport,
  });
}

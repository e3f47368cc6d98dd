// Finds where nodes hold a batch size that an exporter fixed, and repairs the targets of Reshape.
import type { Diagnostic } from '../../../src/base/errors.ts';
import { dimwiseError } from '../../../src/base/errors.ts';
import { mul } from '../../../src/dim/arithmetic.ts';
import { constant, type Dim, type SymbolDim, symbolsOf } from '../../../src/dim/dim.ts';
import { substitute } from '../../../src/dim/evaluate.ts';
import { formatDim } from '../../../src/dim/text.ts';
import { intOf } from '../../../src/ir/content.ts';
import type { Graph, Node, Value } from '../../../src/ir/graph.ts';
import { tensorFromValues } from '../../../src/ir/tensor-data.ts';
import type { Shape } from '../../../src/ir/type.ts';
import { inferReadModel } from '../infer-read.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { ATTRIBUTE_TYPE } from '../proto/enums.ts';
import type { GraphProto, NodeProto } from '../proto/messages.ts';
import { tensorMessage } from './attribute-input.ts';
import { graphOf } from './checked.ts';
import { freshName } from './fresh-name.ts';
import { readsOf, ValueTable } from './value-table.ts';

/**
 * Repairs the constant targets of Reshape in the main graph that hold the old batch size, from the inputs on: a repaired one tells the
 * shapes behind it.
 *
 * @param batch the symbol that the inputs have in place of the old size
 * @throws BATCH_FIXED when a target holds the size in a way that may mean something else
 */
export function repairReshapes(model: OnnxModel, batch: SymbolDim, old: number): OnnxModel {
  let repaired = model;
  for (;;) {
    const { graph } = inferred(repaired);
    const targets = new Map<string, readonly number[]>();
    for (const node of graph.nodes()) {
      const target = repairOf(node, batch, old);
      if (target) targets.set(node.outputs[0]?.name ?? '', target);
    }
    if (targets.size === 0) return repaired;
    repaired = repaired.with({ graph: withTargets(graphOf(repaired), targets) });
  }
}

function inferred(model: OnnxModel) {
  const read = model.read();
  inferReadModel(read, () => {}, { contradicted: () => {} });
  return read;
}

const depends = (dim: Dim, batch: SymbolDim): boolean => [...symbolsOf(dim)].includes(batch);

const shapeOf = (value: Value | undefined): Shape | undefined =>
  value && !value.poisoned && value.type.kind === 'tensor' ? (value.type.shape ?? undefined) : undefined;

/** The target of a Reshape that holds no batch size any more; undefined where it holds none. */
function repairOf(node: Node, batch: SymbolDim, old: number): readonly number[] | undefined {
  if (node.op !== 'Reshape' || node.domain !== '') return undefined;
  const [data, target] = node.inputs;
  // A target that holds the old size settles the symbol for all that follows: as it was set, a type still has the symbol.
  const shape = data?.typeAsSet.kind === 'tensor' && !data.poisoned ? data.typeAsSet.shape : undefined;
  const elements = target?.content?.elements.map((element) =>
    typeof element === 'boolean' ? undefined : intOf(element),
  );
  if (!shape || !elements) return undefined;
  const sizes = elements.flatMap((element) => (element === undefined ? [] : [Number(element)]));
  const axes = shape.flatMap((dim, axis) => (depends(dim, batch) ? [axis] : []));
  const [axis = 0] = axes;
  if (axes.length === 0 || sizes.length !== elements.length) return undefined;
  const copies = node.attributes.get('allowzero')?.value !== 1;
  // A 0 that copies the axis of the batch follows it.
  if (copies && sizes[axis] === 0) return undefined;
  const refuse = (fact: string) => unclear(node, { shape, sizes, batch, old, fact });
  const times = timesOf(shape[axis], batch);
  if (axes.length > 1 || times === undefined) throw refuse('the batch stands in no single axis');
  const at = placeOf({ shape, sizes, axis, held: times * old, old });
  const open = sizes.indexOf(-1);
  if (open >= 0) {
    if (at === undefined || at >= open) return undefined;
    if (at === axis && times === 1 && copies && sizes[at] === old) return sizes.with(at, 0);
    throw refuse(`its -1 at axis ${open} would take the batch in`);
  }
  if (at === undefined) throw refuse('no axis of the target is clearly the batch');
  return sizes.with(at, -1);
}

/** The number of times that a dim holds the batch; undefined where it is no multiple. */
function timesOf(dim: Dim | undefined, batch: SymbolDim): number | undefined {
  if (!dim) return undefined;
  const once = substitute(dim, (each) => (each === batch ? constant(1) : undefined));
  return once.kind === 'const' && mul(once, batch) === dim ? once.value : undefined;
}

interface Placing {
  readonly shape: Shape;
  readonly sizes: readonly number[];
  /** The axis of the data that holds the batch. */
  readonly axis: number;
  /** What that axis was. */
  readonly held: number;
  readonly old: number;
}

/**
 * The axis of a target that holds the batch. Elements stand in C order: where the batch is the outermost axis of the data, it is that of
 * the target too; where it is an inner one, the axes before it must be the same.
 */
function placeOf({ shape, sizes, axis, held, old }: Placing): number | undefined {
  const before = shape.slice(0, axis);
  const isOutermost = before.every((dim) => dim.kind === 'const' && dim.value === 1);
  if (!isOutermost) {
    const isSame = before.every((dim, i) => (dim.kind === 'const' && dim.value === sizes[i]) || sizes[i] === 0);
    return isSame && sizes[axis] === held ? axis : undefined;
  }
  const first = old === 1 ? 0 : sizes.findIndex((size) => size !== 1);
  const size = sizes[first] ?? -1;
  return size > 0 && size % old === 0 ? first : undefined;
}

function unclear(
  node: Node,
  {
    shape,
    sizes,
    batch,
    old,
    fact,
  }: {
    readonly shape: Shape;
    readonly sizes: readonly number[];
    readonly batch: SymbolDim;
    readonly old: number;
    readonly fact: string;
  },
) {
  const what = node.origin?.what ?? node.op;
  const data = `[${shape.map((dim) => formatDim(dim)).join(', ')}]`;
  return dimwiseError({
    code: 'BATCH_FIXED',
    message: `change batch: the model holds the batch size ${old}: ${what}, a Reshape of ${data} to [${sizes.join(', ')}]: ${fact}`,
    origin: node.origin,
    expected: `a target for any ${formatDim(batch)}`,
    actual: `[${sizes.join(', ')}]`,
    hint: 'give this Reshape a target with -1 or 0 for the batch, by setInitializer',
  });
}

/** A graph in which some Reshape nodes, named by what they give, have other targets; constants that nothing reads any more go. */
function withTargets(graph: GraphProto, targets: ReadonlyMap<string, readonly number[]>): GraphProto {
  const taken = new Set([...new ValueTable(graph).makers.keys(), ...new ValueTable(graph).inner.keys()]);
  const left = new Set<string>();
  const node = (graph.node ?? []).flatMap((each): readonly NodeProto[] => {
    const target = targets.get(each.output?.[0] ?? '');
    const [data = '', old = ''] = each.input ?? [];
    if (!target) return [each];
    const name = freshName(old, taken);
    taken.add(name);
    left.add(old);
    // A node, because an initializer would have to be an input before IR version 4.
    const t = tensorMessage(tensorFromValues('int64', [target.length], target), name);
    const value = { name: 'value', type: ATTRIBUTE_TYPE.TENSOR, t };
    return [
      { output: [name], name, opType: 'Constant', attribute: [value] },
      { ...each, input: [data, name] },
    ];
  });
  const read = new Set((graph.output ?? []).map(({ name = '' }) => name));
  for (const each of node) for (const name of readsOf(each)) read.add(name);
  const isGone = (name = ''): boolean => left.has(name) && !read.has(name);
  // Before IR version 4 an initializer is an input too.
  const held = new Set((graph.initializer ?? []).map(({ name }) => name));
  return {
    ...graph,
    node: node.filter(({ opType, output }) => opType !== 'Constant' || !isGone(output?.[0])),
    ...(graph.input ? { input: graph.input.filter(({ name }) => !held.has(name) || !isGone(name)) } : {}),
    ...(graph.initializer ? { initializer: graph.initializer.filter(({ name }) => !isGone(name)) } : {}),
  };
}

const TAKES_PARTS = new Set(['Gather', 'Slice', 'Split']);

/** Nodes that take single elements of a batch: with another size they would leave the others out. */
export function partsOfBatch(graph: Graph, batch: SymbolDim): readonly Diagnostic[] {
  const mistakes: Diagnostic[] = [];
  for (const node of graph.nodes()) {
    if (!TAKES_PARTS.has(node.op) || node.domain !== '') continue;
    const shape = shapeOf(node.inputs[0]);
    const given = node.outputs.map(shapeOf);
    if (!shape?.some((dim) => depends(dim, batch))) continue;
    if (given.some((each) => !each || each.some((dim) => depends(dim, batch)))) continue;
    const data = `[${shape.map((dim) => formatDim(dim)).join(', ')}]`;
    const what = node.origin?.what ?? '';
    mistakes.push({
      code: 'BATCH_FIXED',
      message: `a ${node.op} of ${data} gives [${given[0]?.map((dim) => formatDim(dim)).join(', ')}], a part of the batch`,
      origin: { what },
    });
  }
  return mistakes;
}

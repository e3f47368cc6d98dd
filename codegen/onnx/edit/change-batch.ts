// Gives a model another batch size, also one that its exporter fixed.
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../../../src/base/errors.ts';
import { sizeToDim } from '../../../src/build/declare.ts';
import { type Constraint, constraintDims, formatConstraint } from '../../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbol, symbolsOf } from '../../../src/dim/dim.ts';
import { formatDim } from '../../../src/dim/text.ts';
import type { Graph, Value } from '../../../src/ir/graph.ts';
import type { SizeSpec } from '../../../src/ir/value.ts';
import { mapAll } from '../annotate/scope-values.ts';
import { bindTo } from '../bind/bind-model.ts';
import { inferReadModel } from '../infer-read.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { GraphProto, ValueInfoProto } from '../proto/messages.ts';
import type { DimensionProto } from '../proto/type-messages.ts';
import { requireModel } from '../require-model.ts';
import { graphOf, hasContract, settled, withContract, withoutContract } from './checked.ts';
import { partsOfBatch, repairReshapes } from './fixed-batch.ts';
import { freshName } from './fresh-name.ts';
import { unknownValue } from './value-table.ts';

/** How the batch size is changed. */
export interface ChangeBatchOptions {
  /**
   * The axis of each input that is the batch. By default axis 0 of the first input, and of every other input that has the same size
   * there.
   */
  readonly axes?: Readonly<Record<string, number>> | undefined;
}

/**
 * A model for another batch size: a number, or a symbol for one that varies. Where the file has a symbol, it is bound. Where an exporter
 * fixed the size, the inputs' axes change and the types of all values follow; constant targets of Reshape that hold the old size are
 * repaired where they can mean the batch only, and whatever else holds it is named in an error.
 *
 * @param size a positive number, the name of a symbol, or an expression such as `'2*n'`
 * @throws BATCH_FIXED when a node, a weight or the shape of a constant holds the old size; the node is named
 * @throws BIND_INPUT_UNKNOWN, RANK_MISMATCH when an axis is named that no input has
 * @example changeBatch(await openOnnx('yolo-b1.onnx'), 'batch')
 */
export function changeBatch(model: OnnxModel, size: number | string, { axes }: ChangeBatchOptions = {}): OnnxModel {
  requireModel('changeBatch', model);
  const { graph } = model.read();
  const batch = axes ? namedAxes(graph, axes) : commonAxes(graph);
  const dim = sizeToDim(size);
  const old = [...new Set(batch.map((each) => each.dim))];
  if (old.every((each) => each.kind === 'const')) return unfix(model, batch, size, dim);
  const named = old.filter((each): each is SymbolDim => each.kind === 'symbol' && each.role === 'named');
  const symbols = new Map(named.map((each) => [each.name, size]));
  const inputs = batch
    .filter((each) => !named.some((known) => known === each.dim))
    .map(({ value, axis, rank }) => ({
      name: value.name ?? '',
      dtype: undefined,
      sizes: Array.from({ length: rank }, (_, i): SizeSpec => (i === axis ? size : '?')),
    }));
  return bindTo(model, { symbols, inputs }, false);
}

interface BatchAxis {
  readonly value: Value;
  readonly axis: number;
  readonly rank: number;
  readonly dim: Dim;
}

function axisOf(value: Value, axis: number): BatchAxis | undefined {
  const { type } = value;
  const shape = type.kind === 'tensor' ? type.shape : null;
  const dim = shape?.[axis];
  return shape && dim ? { value, axis, rank: shape.length, dim } : undefined;
}

function namedAxes(graph: Graph, axes: Readonly<Record<string, number>>): readonly BatchAxis[] {
  const mistakes: Diagnostic[] = [];
  const found: BatchAxis[] = [];
  for (const [name, axis] of Object.entries(axes)) {
    const value = graph.inputs.find((each) => each.name === name);
    const batch = value && axisOf(value, axis);
    if (batch) found.push(batch);
    else if (value) {
      const message = `change batch: input "${name}" has no axis ${axis}`;
      mistakes.push({ code: 'RANK_MISMATCH', message, origin: { what: `input "${name}"` }, actual: `axis ${axis}` });
    } else {
      const names = graph.inputs.map((each) => each.name ?? '');
      const [unknown] = unknownValue(name, 'change batch', names, 'input').errors;
      if (unknown) mistakes.push({ ...unknown, code: 'BIND_INPUT_UNKNOWN' });
    }
  }
  throwDiagnostics(mistakes);
  if (found.length === 0) throw noBatch('no axis is named');
  return found;
}

function commonAxes(graph: Graph): readonly BatchAxis[] {
  const all = graph.inputs.flatMap((value) => axisOf(value, 0) ?? []);
  const [first] = all;
  if (!first) throw noBatch('no input has an axis');
  const isUnnamed = (dim: Dim): boolean => dim.kind === 'symbol' && dim.role === 'fresh';
  return all.filter(({ dim }) => dim === first.dim || (isUnnamed(dim) && isUnnamed(first.dim)));
}

const noBatch = (fact: string) =>
  dimwiseError({
    code: 'BATCH_FIXED',
    message: `change batch: ${fact}`,
    hint: 'name the axis of each input that is the batch',
  });

/** Changes a size that is a number: with a symbol first, which shows what holds the number, then to what is wanted. */
function unfix(model: OnnxModel, batch: readonly BatchAxis[], size: number | string, wanted: Dim): OnnxModel {
  const sizes = [...new Set(batch.map(({ dim }) => (dim.kind === 'const' ? dim.value : 0)))];
  const [old = 0] = sizes;
  if (sizes.length > 1) throw noBatch(`the named axes have different sizes: ${sizes.join(', ')}`);
  if (wanted.kind === 'const' && wanted.value === old) return model;
  const taken = new Set(
    [...model.read().graph.inputs].flatMap(({ type }) =>
      (type.kind === 'tensor' ? (type.shape ?? []) : []).flatMap((dim) => [...symbolsOf(dim)].map(({ name }) => name)),
    ),
  );
  const name = wanted.kind === 'symbol' ? wanted.name : taken.has('batch') ? freshName('batch', taken) : 'batch';
  const open = withSymbol(withoutContract(model), batch, old, name);
  const repaired = repairReshapes(open, symbol(name), old);
  requireFree(repaired, symbol(name), old);
  const named = settled(repaired);
  const bound =
    wanted.kind === 'symbol' ? named : bindTo(named, { symbols: new Map([[name, size]]), inputs: [] }, false);
  return hasContract(model) ? withContract(bound) : bound;
}

/** The message with a symbol at the batch axes; what it states of the old size at the first axis of other values is taken back. */
function withSymbol(model: OnnxModel, batch: readonly BatchAxis[], old: number, name: string): OnnxModel {
  const graph = graphOf(model);
  const axes = new Map(batch.map(({ value, axis }) => [value.name ?? '', axis]));
  const input =
    graph.input && mapAll(graph.input, (info) => withDim(info, axes.get(info.name ?? ''), () => ({ dimParam: name })));
  const unsaid = (info: ValueInfoProto): ValueInfoProto =>
    withDim(info, 0, (dim) => (Number(dim.dimValue) === old ? {} : undefined));
  const parts: Partial<GraphProto> = {
    input,
    output: graph.output && mapAll(graph.output, unsaid),
    valueInfo: graph.valueInfo && mapAll(graph.valueInfo, unsaid),
  };
  return model.with({ graph: { ...graph, ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part)) } });
}

function withDim(
  info: ValueInfoProto,
  axis: number | undefined,
  change: (dim: DimensionProto) => DimensionProto | undefined,
): ValueInfoProto {
  const tensorType = info.type?.tensorType;
  const before = axis === undefined ? undefined : tensorType?.shape?.dim?.[axis];
  const after = before && change(before);
  if (!after || !before || axis === undefined) return info;
  const { dimValue: _value, dimParam: _param, ...rest } = before;
  const dim = tensorType?.shape?.dim?.with(axis, { ...rest, ...after });
  return { ...info, type: { ...info.type, tensorType: { ...tensorType, shape: { ...tensorType?.shape, dim } } } };
}

/** Refuses a model in which the size is not free, or that looks at single elements of a batch. */
function requireFree(model: OnnxModel, batch: SymbolDim, old: number): void {
  const read = model.read();
  const mistakes: Diagnostic[] = [];
  inferReadModel(read, (mistake) => mistakes.push(fixed(mistake, old)), { contradicted: () => {} });
  throwDiagnostics(mistakes);
  const { facts } = read.graph;
  const settledAs = facts.simplify(batch);
  if (settledAs !== batch) {
    const by = facts.settledBy(batch);
    throw dimwiseError(
      fixed({ code: 'BATCH_FIXED', message: `it can only be ${formatDim(settledAs)}`, origin: by }, old),
    );
  }
  const alone = facts.constraints().filter((constraint) => fixes(constraint, batch));
  throwDiagnostics(
    alone.map((constraint) =>
      fixed(
        { code: 'BATCH_FIXED', message: `it must meet ${formatConstraint(constraint)}`, origin: constraint.origins[0] },
        old,
      ),
    ),
  );
  throwDiagnostics(partsOfBatch(read.graph, batch).map((mistake) => fixed(mistake, old)));
}

/** Whether a constraint lets a size be a few numbers only; bounds and divisors leave many. */
const fixes = (constraint: Constraint, batch: SymbolDim): boolean =>
  (constraint.kind === 'broadcastable' || constraint.kind === 'equal') &&
  constraintDims(constraint).every(
    (dim) => dim.kind === 'const' || [...symbolsOf(dim)].every((each) => each === batch),
  );

function fixed(mistake: Diagnostic, old: number): Diagnostic {
  const where = mistake.origin?.what ? `${mistake.origin.what}: ` : '';
  return {
    ...mistake,
    code: 'BATCH_FIXED',
    message: `change batch: the model holds the batch size ${old}: ${where}${mistake.message}`,
  };
}

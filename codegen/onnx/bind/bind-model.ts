// Binds a model of a file: sizes become numbers or get other names, and what becomes known is folded.
import { type Diagnostic, throwDiagnostics } from '../../../src/base/errors.ts';
import { warn } from '../../../src/base/warn.ts';
import { type Dim, symbolsOf } from '../../../src/dim/dim.ts';
import { noteOf, ruledOutBranches } from '../../../src/infer/rule-out.ts';
import { CONTRACT_KEY, contractOf, contractToJson } from '../../../src/ir/contract.ts';
import { mapDims } from '../../../src/ir/type.ts';
import type { ShapeSpec } from '../../../src/ir/value.ts';
import { withMetadata, withTypes } from '../annotate/annotate-model.ts';
import { writeTypes } from '../annotate/write-types.ts';
import { foldKnown } from '../fold/fold-known.ts';
import { inferReadModel } from '../infer-read.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { ReadModel } from '../read.ts';
import { requireModelAnd } from '../require-model.ts';
import { type Bound, bindInputs } from './bind-inputs.ts';
import type { Bindings } from './bindings.ts';
import { keepPromises } from './promise.ts';

/** What a model is bound to. */
export interface BindModelOptions {
  /** What takes the place of symbols by their names: a number, another name, or an expression such as `'2*n + 1'`. */
  readonly symbols?: Readonly<Record<string, number | string>> | undefined;
  /** Sizes of inputs by their names; `'?'` and null leave an axis as it is. */
  readonly inputs?: Readonly<Record<string, ShapeSpec>> | undefined;
  /** Whether what becomes known is folded: sizes that nodes compute, branches, what nothing needs any more; true by default. */
  readonly fold?: boolean | undefined;
}

/**
 * A copy of a model for some sizes of its inputs. Stated types of other values follow; where the file states what the sizes contradict,
 * the inferred type takes its place. Names, documentation and metadata stay; a contract that was saved with the model is that of the copy.
 *
 * @throws LAYER_ARGUMENT when an option is unknown
 * @throws BIND_INPUT_UNKNOWN, BIND_SYMBOL_UNKNOWN, KIND_MISMATCH, RANK_MISMATCH, BIND_MISMATCH, DIM_SYNTAX when the sizes do not fit the file
 * @throws all mistakes that the sizes make in nodes, together
 * @example bindModel(await openOnnx('bert.onnx'), { symbols: { batch: 1, sequence: 128 } })
 */
export function bindModel(model: OnnxModel, options: BindModelOptions): OnnxModel {
  requireModelAnd('bindModel', model, options, { symbols: true, inputs: true, fold: true });
  const { symbols = {}, inputs = {}, fold = true } = options;
  return bindTo(
    model,
    {
      symbols: new Map(Object.entries(symbols)),
      inputs: Object.entries(inputs).map(([name, sizes]) => ({ name, dtype: undefined, sizes })),
    },
    fold,
  );
}

/** As {@link bindModel} does, for bindings as a command line gives them. */
export function bindTo(model: OnnxModel, bindings: Bindings, fold: boolean): OnnxModel {
  const read = model.read();
  const bound = bindInputs(read, bindings);
  infer(read, bound);
  for (const [node, ruledOut] of ruledOutBranches(read.graph)) if (!ruledOut.isBehind) warn(noteOf(node, ruledOut));
  const written = writeInferred(model, read, bound);
  if (!fold) return written;
  const folded = foldKnown(written);
  if (folded === written) return written;
  // An inlined branch tells more than an If did.
  const again = folded.read();
  infer(again, (dim) => dim);
  return writeInferred(folded, again, undefined);
}

function infer(read: ReadModel, bound: Bound): void {
  const mistakes: Diagnostic[] = [];
  const report = (mistake: Diagnostic): void => void mistakes.push(mistake);
  keepPromises(read, bound, report);
  // What the file states may belong to other sizes: it gives way.
  inferReadModel(read, report, { bound, contradicted: () => {} });
  throwDiagnostics(mistakes);
}

function writeInferred(model: OnnxModel, read: ReadModel, bound: Bound | undefined): OnnxModel {
  const { names, ...types } = writeTypes(model.proto, read, { addsAll: false, bound });
  const written = withTypes(model, types);
  if (!read.contract && !needsContract(read)) return written;
  return withMetadata(written, CONTRACT_KEY, contractToJson(contractOf(read.graph, names)));
}

/** Whether a symbol stands in expressions of inputs only: a reader takes `2*n` for a name unless the contract has `n`. */
function needsContract({ graph }: ReadModel): boolean {
  const alone = new Set<Dim>();
  const inside = new Set<Dim>();
  for (const { declaredType } of graph.inputs) {
    mapDims(declaredType, (dim) => {
      if (dim.kind === 'symbol') alone.add(dim);
      else for (const symbol of symbolsOf(dim)) inside.add(symbol);
      return dim;
    });
  }
  return [...inside].some((symbol) => !alone.has(symbol));
}

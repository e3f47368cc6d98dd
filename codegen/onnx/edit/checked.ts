// Checks the result of an edit: a model that is worse than before is refused.
import { type Diagnostic, throwDiagnostics } from '../../../src/base/errors.ts';
import { CONTRACT_KEY, contractOf, contractToJson } from '../../../src/ir/contract.ts';
import { withMetadata } from '../annotate/annotate-model.ts';
import { bindTo } from '../bind/bind-model.ts';
import { NO_BINDINGS } from '../bind/bindings.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { GraphProto } from '../proto/messages.ts';

/** The main graph of a model. */
export const graphOf = (model: OnnxModel): GraphProto => model.proto.graph ?? {};

/**
 * The edited model, checked: it can be read, its values have shapes, and what the edit made wrong is thrown. Mistakes that the model had
 * before are no reason to refuse an edit.
 *
 * @throws ONNX_MALFORMED and the mistakes of nodes and values that the edit made, together
 */
export function checked(before: OnnxModel, after: OnnxModel): OnnxModel {
  const { mistakes } = after.inference;
  if (mistakes.length > 0) throwDiagnostics(newMistakes(mistakes, mistakesOf(before)));
  return after;
}

function mistakesOf(model: OnnxModel): readonly Diagnostic[] {
  try {
    return model.inference.mistakes;
  } catch {
    return [];
  }
}

/** What is worse than before. Names change in edits, so equal counts of a code count as equal mistakes. */
function newMistakes(after: readonly Diagnostic[], before: readonly Diagnostic[]): readonly Diagnostic[] {
  const count = (list: readonly Diagnostic[], code: string): number => list.filter((each) => each.code === code).length;
  const messages = new Set(before.map(({ message }) => message));
  const worse = after.filter(({ code }) => count(after, code) > count(before, code));
  const added = worse.filter(({ message }) => !messages.has(message));
  return added.length > 0 ? added : worse;
}

/**
 * The edited model with its types worked out anew: what the file states of sizes and the edit made false gives way to what inference
 * finds. A contract that was saved with the model becomes that of the edited one.
 *
 * @throws ONNX_MALFORMED and all mistakes of nodes and values, together
 */
export const settled = (model: OnnxModel): OnnxModel => bindTo(model, NO_BINDINGS, false);

/** Whether a contract was saved with a model. */
export const hasContract = ({ proto }: OnnxModel): boolean =>
  (proto.metadataProps ?? []).some(({ key }) => key === CONTRACT_KEY);

/** A model without the contract that was saved with it. */
export function withoutContract(model: OnnxModel): OnnxModel {
  if (!hasContract(model)) return model;
  return model.with({ metadataProps: model.proto.metadataProps?.filter(({ key }) => key !== CONTRACT_KEY) });
}

/** A model with its contract in the metadata. @throws what `model.graph` throws */
export const withContract = (model: OnnxModel): OnnxModel =>
  withMetadata(model, CONTRACT_KEY, contractToJson(contractOf(model.graph)));

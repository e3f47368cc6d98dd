// Binds the inputs of a graph that was read from an .onnx file, and infers it.

import { bindInputs } from '../../codegen/onnx/bind/bind-inputs.ts';
import { type Bindings, isUnbound } from '../../codegen/onnx/bind/bindings.ts';
import { keepPromises } from '../../codegen/onnx/bind/promise.ts';
import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import type { ReadModel } from '../../codegen/onnx/read.ts';
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import type { Graph } from '../ir/graph.ts';
import { assumedTypes } from './assume-option.ts';
import type { InputBinding } from './bind-option.ts';

/** What a user says of a file beside what stands in it. */
export interface ReadHints {
  readonly bindings: Bindings;
  /** What is known of values: `--assume`. */
  readonly assumptions: readonly InputBinding[];
}

/** A file whose values are inferred. */
export interface InferredFile {
  readonly graph: Graph;
  /** Inputs that the file has elements for. */
  readonly defaults: ReadonlySet<string>;
  /** What is no mistake: other names for sizes, what was put right while reading. */
  readonly notes: readonly Diagnostic[];
}

/**
 * Gives the inputs their bound sizes, puts in what the saved contract promises, and infers every value. A size that is bound
 * takes the place of its symbol everywhere.
 *
 * @throws BIND_INPUT_UNKNOWN, BIND_SYMBOL_UNKNOWN, RANK_MISMATCH, DTYPE_MISMATCH, BIND_MISMATCH when the bindings do not fit the file
 * @throws VALUE_UNKNOWN when an assumption names a value that the file does not have
 * @throws all mistakes of the graph together, and SHAPE_MISMATCH where the file states another type than the one inferred
 */
export function inferRead(read: ReadModel, { bindings, assumptions }: ReadHints): InferredFile {
  const { graph } = read;
  const mistakes: Diagnostic[] = [];
  const bound = bindInputs(read, bindings);
  keepPromises(read, bound, (mistake) => mistakes.push(mistake));
  const notes = [...read.notes];
  const assumed = assumedTypes(graph, assumptions, bound);
  inferReadModel(read, (mistake) => mistakes.push(isUnbound(bindings) ? mistake : ofOtherInputs(mistake)), {
    bound,
    assumed,
    note: (diagnostic) => notes.push(diagnostic),
  });
  throwDiagnostics(mistakes);
  return { graph, defaults: read.defaults, notes };
}

/** Where inputs are bound, stated shapes may belong to other ones. */
function ofOtherInputs(mistake: Diagnostic): Diagnostic {
  const isStated = mistake.message.startsWith('the file states ');
  return isStated ? { ...mistake, hint: 'bind other sizes: the file states this shape for others' } : mistake;
}

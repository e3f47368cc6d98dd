// Binds the inputs of a graph that was read from an .onnx file, and infers it.

import { inferReadModel } from '../../codegen/onnx/infer-read.ts';
import type { ReadModel } from '../../codegen/onnx/read.ts';
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { sizeToDim } from '../build/declare.ts';
import { type Constraint, mapConstraint, parseConstraint } from '../dim/constraint.ts';
import type { Dim, SymbolDim } from '../dim/dim.ts';
import { symbol } from '../dim/dim.ts';
import { substitute } from '../dim/evaluate.ts';
import { formatDim } from '../dim/text.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { formatType, mapDims } from '../ir/type.ts';
import { assumedTypes } from './assume-option.ts';
import type { InputBinding } from './bind-option.ts';

/** What a user says of a file beside what stands in it. */
export interface ReadHints {
  readonly bindings: readonly InputBinding[];
  /** What is known of values: `--assume`. */
  readonly assumptions: readonly InputBinding[];
}

/** A file whose values are inferred. */
export interface InferredFile {
  readonly graph: Graph;
  /** What is no mistake: other names for sizes, what was put right while reading. */
  readonly notes: readonly Diagnostic[];
}

/**
 * Gives the inputs their bound sizes, puts in what the saved contract promises, and infers every value. A size that is bound
 * takes the place of its symbol everywhere.
 *
 * @throws BIND_INPUT_UNKNOWN, RANK_MISMATCH, DTYPE_MISMATCH, BIND_MISMATCH when the bindings do not fit the file
 * @throws VALUE_UNKNOWN when an assumption names a value that the file does not have
 * @throws all mistakes of the graph together, and SHAPE_MISMATCH where the file states another type than the one inferred
 */
export function inferRead(read: ReadModel, { bindings, assumptions }: ReadHints): InferredFile {
  const { graph } = read;
  const mistakes: Diagnostic[] = [];
  const sizes = bindInputs(graph, bindings, mistakes);
  throwDiagnostics(mistakes);
  const bound = (dim: Dim): Dim => substitute(dim, (s) => sizes.get(s));
  for (const value of graph.inputs) value.setType(mapDims(value.type, bound), value.content);
  promise(read, bound, mistakes);
  const notes = [...read.notes];
  const assumed = assumedTypes(graph, assumptions, bound);
  inferReadModel(read, (mistake) => mistakes.push(bindings.length > 0 ? ofOtherInputs(mistake) : mistake), {
    bound,
    assumed,
    note: (diagnostic) => notes.push(diagnostic),
  });
  throwDiagnostics(mistakes);
  return { graph, notes };
}

/** Where inputs are bound, stated shapes may belong to other ones. */
function ofOtherInputs(mistake: Diagnostic): Diagnostic {
  const isStated = mistake.message.startsWith('the file states ');
  return isStated ? { ...mistake, hint: 'bind other sizes: the file states this shape for others' } : mistake;
}

/** What each symbol of the inputs is bound to. */
function bindInputs(graph: Graph, bindings: readonly InputBinding[], mistakes: Diagnostic[]): Map<SymbolDim, Dim> {
  const sizes = new Map<SymbolDim, Dim>();
  for (const binding of bindings) {
    const value = inputFor(graph, binding);
    const { type } = value;
    const origin = { what: `input "${value.name}"` };
    if (type.kind !== 'tensor') {
      const message = `input "${value.name}" is ${formatType(type)}, which has no shape to bind`;
      mistakes.push({ code: 'KIND_MISMATCH', message, origin, expected: 'a tensor', actual: type.kind });
      continue;
    }
    const dims = binding.sizes.map(sizeToDim);
    if (binding.dtype !== undefined && type.dtype !== 'undefined' && binding.dtype !== type.dtype) {
      const message = `input "${value.name}" is ${type.dtype}, --bind says ${binding.dtype}`;
      mistakes.push({ code: 'DTYPE_MISMATCH', message, origin, expected: type.dtype, actual: binding.dtype });
    }
    if (!type.shape) {
      value.setType({ ...type, shape: dims });
      continue;
    }
    if (type.shape.length !== dims.length) {
      const message = `input "${value.name}" has ${type.shape.length} axes, --bind gives ${dims.length}`;
      const [expected, actual] = [formatType(type), `${dims.length} axes`];
      mistakes.push({ code: 'RANK_MISMATCH', message, origin, expected, actual });
      continue;
    }
    type.shape.forEach((declared, axis) => {
      const dim = dims[axis];
      const mistake = dim && meet(declared, dim, sizes, graph);
      if (mistake)
        mistakes.push({ ...mistake, message: `input "${value.name}" axis ${axis}: ${mistake.message}`, origin });
    });
  }
  return sizes;
}

function meet(declared: Dim, dim: Dim, sizes: Map<SymbolDim, Dim>, graph: Graph): Diagnostic | undefined {
  if (declared.kind !== 'symbol') {
    const fits = dim.kind === 'const' ? graph.facts.unify(declared, dim) !== 'false' : declared === dim;
    return fits ? undefined : mismatch(`the file has ${formatDim(declared)}`, declared, dim);
  }
  const before = sizes.get(declared);
  if (before && before !== dim) return mismatch(`${formatDim(declared)} is ${formatDim(before)} already`, before, dim);
  sizes.set(declared, dim);
  return undefined;
}

function mismatch(fact: string, expected: Dim, actual: Dim): Diagnostic {
  const [wanted, given] = [formatDim(expected), formatDim(actual)];
  return { code: 'BIND_MISMATCH', message: `${fact}, --bind gives ${given}`, expected: wanted, actual: given };
}

function inputFor(graph: Graph, { name }: InputBinding): Value {
  const [only] = graph.inputs;
  if (name === undefined && only && graph.inputs.length === 1) return only;
  const found = graph.inputs.find((value) => value.name === name);
  if (found) return found;
  const names = graph.inputs.map((value) => value.name ?? '');
  const near = name === undefined ? undefined : nearest(name, names);
  throw dimwiseError({
    code: 'BIND_INPUT_UNKNOWN',
    message:
      name === undefined
        ? `--bind without a name stands for the only input; the file has ${names.join(', ')}`
        : `the file has no input "${name}"; it has ${names.map((each) => `"${each}"`).join(', ')}`,
    expected: names.join(', '),
    actual: name,
    hint: near && `did you mean "${near}"?`,
  });
}

/** Puts the contract that was saved with the file into the facts of its graph. */
function promise({ graph, contract }: ReadModel, bound: (dim: Dim) => Dim, mistakes: Diagnostic[]): void {
  if (!contract) return;
  const require = (constraint: Constraint, expr: string): void => {
    const answer = graph.facts.require(constraint);
    if (answer !== 'false' && answer !== 'contradiction') return;
    const message = `the sizes of --bind do not meet the contract of the file: ${expr}`;
    mistakes.push({ code: 'BIND_MISMATCH', message, expected: expr });
  };
  for (const [name, { min, max }] of Object.entries(contract.symbols)) {
    const dim = bound(symbol(name));
    const expr = max === undefined ? `${name} >= ${min}` : `${min} <= ${name} <= ${max}`;
    if (dim.kind === 'symbol') graph.facts.declare(dim, max === undefined ? { min } : { min, max });
    else require({ kind: 'range', dim, min, ...(max === undefined ? {} : { max }), origins: [] }, expr);
  }
  for (const { expr, scope } of contract.constraints) {
    if (scope === 'feed') require(mapConstraint(parseConstraint(expr), bound), expr);
  }
}

// Gives the inputs of a graph that was read their bound sizes, and finds what stands in the place of each symbol.
import { type Diagnostic, isDimwiseError, throwDiagnostics } from '../../../src/base/errors.ts';
import { didYouMean, nearest } from '../../../src/base/nearest.ts';
import { sizeToDim } from '../../../src/build/declare.ts';
import { type Dim, hasUnknown, type SymbolDim } from '../../../src/dim/dim.ts';
import { substitute } from '../../../src/dim/evaluate.ts';
import { formatDim } from '../../../src/dim/text.ts';
import { contractOf, fedSymbols } from '../../../src/ir/contract.ts';
import type { Graph, Value } from '../../../src/ir/graph.ts';
import { formatType, mapDims, type Shape } from '../../../src/ir/type.ts';
import type { ReadModel } from '../read.ts';
import type { Bindings, InputBinding } from './bindings.ts';
import { aliasOf } from './name-of-size.ts';

/** What stands in the place of a dim once inputs are bound. */
export type Bound = (dim: Dim) => Dim;

/**
 * Binds the inputs of a model that was read and is not inferred yet. A bound size takes the place of its symbol in all inputs.
 *
 * @returns what stands in the place of any dim
 * @throws BIND_INPUT_UNKNOWN, BIND_SYMBOL_UNKNOWN, KIND_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH, BIND_MISMATCH, DIM_SYNTAX when the
 *   bindings do not fit the file; all of them together
 */
export function bindInputs(read: ReadModel, bindings: Bindings): Bound {
  const binder = new InputBinder(read);
  for (const [name, size] of bindings.symbols) binder.symbol(name, size);
  for (const binding of bindings.inputs) binder.input(binding);
  return binder.finish();
}

interface Settled {
  readonly dim: Dim;
  /** `input "x" axis 0`; undefined where a binding names the symbol itself. */
  readonly by: string | undefined;
}

/** An axis that the file declares by an expression or a number. */
interface Expression {
  readonly declared: Dim;
  readonly dim: Dim;
  readonly where: string;
}

class InputBinder {
  readonly #read: ReadModel;
  readonly #graph: Graph;
  readonly #symbols: ReadonlySet<SymbolDim>;
  readonly #sizes = new Map<SymbolDim, Settled>();
  readonly #expressions: Expression[] = [];
  readonly #mistakes: Diagnostic[] = [];
  readonly #bound: Bound = (dim) => substitute(dim, (symbol) => this.#sizes.get(symbol)?.dim);

  constructor(read: ReadModel) {
    this.#read = read;
    this.#graph = read.graph;
    this.#symbols = fedSymbols(read.graph);
  }

  /** Binds a symbol by its name; where no input has it, a name of an input stands for its only axis. */
  symbol(name: string, size: number | string): void {
    const known = [...this.#symbols].filter(({ role }) => role === 'named');
    const found = known.find((symbol) => symbol.name === name);
    if (found) {
      const dim = this.#dim(size, `symbol ${formatDim(found)}`);
      if (dim) this.#meet(found, dim, undefined);
      return;
    }
    const input = this.#graph.inputs.find((value) => value.name === name);
    if (input) {
      this.input({ name, dtype: undefined, sizes: [size] });
      return;
    }
    this.#mistakes.push(this.#unknownSymbol(name, known));
  }

  /** Binds the sizes of an input. */
  input(binding: InputBinding): void {
    const value = this.#inputFor(binding);
    if (!value) return;
    const { type } = value;
    const origin = { what: `input "${value.name}"` };
    if (type.kind !== 'tensor') {
      const message = `input "${value.name}" is ${formatType(type)}, which has no shape to bind`;
      this.#mistakes.push({ code: 'KIND_MISMATCH', message, origin, expected: 'a tensor', actual: type.kind });
      return;
    }
    const dims = binding.sizes.map((size, axis) => this.#dim(size, `input "${value.name}" axis ${axis}`));
    if (binding.dtype !== undefined && type.dtype !== 'undefined' && binding.dtype !== type.dtype) {
      const message = `input "${value.name}" is ${type.dtype}, the binding says ${binding.dtype}`;
      this.#mistakes.push({ code: 'DTYPE_MISMATCH', message, origin, expected: type.dtype, actual: binding.dtype });
    }
    const dtype = type.dtype === 'undefined' ? (binding.dtype ?? 'undefined') : type.dtype;
    if (dims.some((dim) => !dim)) return;
    const known = dims.filter((dim) => dim !== undefined);
    if (type.shape) this.#shape(value, type.shape, known);
    if (!type.shape || dtype !== type.dtype) value.setType({ ...type, dtype, shape: type.shape ?? known });
  }

  /** Checks what expressions ask for, puts the sizes into all inputs, and throws what does not fit. */
  finish(): Bound {
    const { facts, inputs } = this.#graph;
    for (const { declared, dim, where } of this.#expressions) {
      const wanted = this.#bound(declared);
      const answer = wanted === dim ? 'true' : isFree(dim) ? 'false' : facts.unify(wanted, dim);
      if (answer !== 'false' && answer !== 'contradiction') continue;
      const here = wanted === declared ? '' : `, here ${formatDim(wanted)}`;
      const mistake = mismatch(where, `the file has ${formatDim(declared)}${here}`, wanted, dim);
      const hint = 'keep it; changeBatch() and dimwise edit --batch change a batch that is a number';
      this.#mistakes.push(declared.kind === 'const' ? { ...mistake, hint } : mistake);
    }
    throwDiagnostics(this.#mistakes);
    for (const symbol of this.#symbols) {
      if (!this.#sizes.has(symbol) && facts.solved(symbol))
        this.#sizes.set(symbol, { dim: facts.simplify(symbol), by: undefined });
    }
    for (const value of inputs) value.setType(mapDims(value.typeAsSet, this.#bound), value.content);
    return this.#bound;
  }

  #shape(value: Value, declared: Shape, dims: readonly Dim[]): void {
    if (declared.length !== dims.length) {
      this.#mistakes.push({
        code: 'RANK_MISMATCH',
        message: `input "${value.name}" has ${declared.length} axes, the binding gives ${dims.length}`,
        origin: { what: `input "${value.name}"` },
        expected: formatType(value.type),
        actual: `${dims.length} axes`,
      });
      return;
    }
    declared.forEach((each, axis) => {
      const dim = dims[axis];
      if (!dim || hasUnknown(dim) || dim === each) return;
      const where = `input "${value.name}" axis ${axis}`;
      if (each.kind === 'symbol') this.#meet(each, dim, where);
      else this.#expressions.push({ declared: each, dim, where });
    });
  }

  #meet(symbol: SymbolDim, dim: Dim, by: string | undefined): void {
    const before = this.#sizes.get(symbol);
    if (!before) this.#sizes.set(symbol, { dim, by });
    else if (before.dim !== dim) {
      const fact = `${formatDim(symbol)} is ${formatDim(before.dim)} already, by ${before.by ?? 'its name'}`;
      this.#mistakes.push(mismatch(by ?? `symbol ${formatDim(symbol)}`, fact, before.dim, dim));
    }
  }

  #dim(size: number | string | null, where: string): Dim | undefined {
    try {
      return sizeToDim(size);
    } catch (error) {
      if (!isDimwiseError(error)) throw error;
      this.#mistakes.push(...error.errors.map((each) => ({ ...each, message: `${where}: ${each.message}` })));
      return undefined;
    }
  }

  #inputFor({ name }: InputBinding): Value | undefined {
    const { inputs } = this.#graph;
    const [only] = inputs;
    if (name === undefined && only && inputs.length === 1) return only;
    const found = inputs.find((value) => value.name === name);
    if (found) return found;
    const names = inputs.map((value) => value.name ?? '');
    const near = name === undefined ? undefined : nearest(name, names);
    this.#mistakes.push({
      code: 'BIND_INPUT_UNKNOWN',
      message:
        name === undefined
          ? `a binding without a name stands for the only input; the file has ${names.join(', ')}`
          : `the file has no input "${name}"; it has ${names.map((each) => `"${each}"`).join(', ')}`,
      expected: names.join(', '),
      actual: name,
      hint: near && `did you mean "${near}"?`,
    });
    return undefined;
  }

  #unknownSymbol(name: string, known: readonly SymbolDim[]): Diagnostic {
    const names = known.map((symbol) => symbol.name);
    const list = names.length > 0 ? names.map((each) => `"${each}"`).join(', ') : 'none';
    const facts = { code: 'BIND_SYMBOL_UNKNOWN', expected: names.join(', '), actual: name } as const;
    const alias = aliasOf(this.#read, name);
    if (alias) {
      const message = `no input has the symbol "${name}", the file's name for ${alias}; only sizes of inputs can be bound: ${list}`;
      return {
        ...facts,
        message,
        hint: 'bind the inputs that it follows from; a size that a run gives cannot be bound',
      };
    }
    const axis = this.#unnamedAxis(name);
    if (axis) return { ...facts, expected: list, ...axis };
    const inputs = this.#graph.inputs.map((value) => value.name ?? '');
    if (names.length > 0)
      return {
        ...facts,
        message: `no input has a symbol "${name}"; the symbols are ${list}`,
        hint: didYouMean(name, [...names, ...inputs]),
      };
    const types = this.#graph.inputs
      .map((value) => `${value.name ?? ''}: ${formatType(value.declaredType)}`)
      .join(', ');
    return {
      ...facts,
      message: `no input has a symbol "${name}", because none of their sizes has a name: ${types}`,
      expected: types,
      hint: 'bind the sizes of an input; changeBatch() and dimwise edit --batch change a batch that is a number',
    };
  }

  /** A size without a name is printed under one that the file does not have. */
  #unnamedAxis(name: string): { readonly message: string; readonly hint: string } | undefined {
    for (const [input, { shape }] of Object.entries(contractOf(this.#graph).inputs)) {
      const axis = shape?.indexOf(name) ?? -1;
      if (!shape || axis < 0) continue;
      const sizes = shape.map((_, i) => (i === axis ? '1' : '?')).join(',');
      return {
        message: `"${name}" stands for axis ${axis} of input "${input}", which has no name in the file`,
        hint: `bind the input: ${input}=[${sizes}] makes that axis 1 and leaves the others as they are`,
      };
    }
    return undefined;
  }
}

/** A size that is no number says of an expression or a number of the file only what it says itself. */
const isFree = (dim: Dim): boolean => dim.kind !== 'const';

function mismatch(where: string, fact: string, expected: Dim, actual: Dim): Diagnostic {
  const [wanted, given] = [formatDim(expected), formatDim(actual)];
  return {
    code: 'BIND_MISMATCH',
    message: `${where}: ${fact}; the binding gives ${given}`,
    origin: { what: where },
    expected: wanted,
    actual: given,
  };
}

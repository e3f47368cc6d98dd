// Works out the input types of a bind: what the author declared, met by what the batch brings.
import { type Diagnostic, isDimwiseError, throwDiagnostics } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { sizeToDim } from '../build/declare.ts';
import { constant, type Dim, type SymbolDim, symbol } from '../dim/dim.ts';
import { substitute } from '../dim/evaluate.ts';
import { formatDim } from '../dim/text.ts';
import type { SizeSpec } from '../ir/graph.ts';
import { tensorType, type ValueType } from '../ir/type.ts';
import type { BatchEntry } from './batch.ts';
import type { DeclaredInput } from './program.ts';
import { SymbolSizes } from './symbol-sizes.ts';

/** The symbol that axis 0 of an undeclared input becomes. */
export const BATCH_SYMBOL = 'batch';

/** What a bind starts from. */
export interface BoundTypes {
  /** The type of each input, sizes settled or symbolic. */
  readonly types: ReadonlyMap<string, ValueType>;
  /** What stands in the place of declared symbols: the batch's own names for them, or numbers where all is static. */
  readonly rename: ReadonlyMap<SymbolDim, Dim>;
  /** The sizes that the batch gave the symbols; those it named without a size are absent. */
  readonly sizes: ReadonlyMap<SymbolDim, number>;
  /** The batch in words: `x: float32[2, 20]`. */
  readonly text: string;
}

/** Collects the mistakes of one batch. */
class Binder {
  readonly mistakes: Diagnostic[] = [];
  readonly symbols = new SymbolSizes();
  readonly isStatic: boolean;
  readonly #renamed = new Map<SymbolDim, { readonly dim: Dim; readonly where: string }>();
  readonly #symbolic: { readonly where: string; readonly wanted: Dim; readonly met: Dim }[] = [];

  constructor(isStatic: boolean) {
    this.isStatic = isStatic;
  }

  fail(
    code: 'BIND_MISMATCH' | 'BIND_INCOMPLETE' | 'RANK_MISMATCH' | 'DTYPE_MISMATCH',
    message: string,
    facts: { expected?: string; actual?: string; hint?: string },
  ): void {
    this.mistakes.push({ code, message, origin: { site: captureSite() }, ...facts });
  }

  /** The dims of an input that was declared with sizes. */
  declared(name: string, spec: readonly SizeSpec[], given: readonly SizeSpec[]): Dim[] {
    if (spec.length !== given.length) {
      this.fail(
        'RANK_MISMATCH',
        `input "${name}" has ${spec.length} axes, this batch brings ${given.length}: ${textOf(given)}`,
        {
          expected: textOf(spec),
          actual: textOf(given),
        },
      );
      return [];
    }
    return spec.map((size, axis) => this.#axis(name, axis, size, given[axis] ?? null));
  }

  #axis(name: string, axis: number, declared: SizeSpec, given: SizeSpec): Dim {
    const wanted = sizeToDim(declared);
    const where = `input "${name}" axis ${axis}`;
    const isOpen = declared === null || declared === '?';
    const met = given === null || given === '?' ? undefined : this.#read(where, given);
    if (met === 'unreadable') return wanted;
    // What the batch leaves open too, a declared output or a parameter may settle; what nothing settles is told after the trace.
    if (!met) return wanted;
    if (isOpen) return met;
    if (met.kind !== 'const') {
      if (wanted.kind === 'symbol') this.#rename(wanted, met, where);
      else this.#symbolic.push({ where, wanted, met });
      return wanted;
    }
    if (wanted.kind === 'const' && wanted !== met) this.#mismatch(where, wanted, met);
    this.symbols.meet(wanted, met.value, where);
    return wanted;
  }

  /** The dim that a batch gives; a size that cannot be read is a mistake of the batch. */
  #read(where: string, given: number | string): Dim | 'unreadable' {
    try {
      return sizeToDim(given);
    } catch (error) {
      if (!isDimwiseError(error)) throw error;
      const origin = { what: where, site: captureSite() };
      for (const diagnostic of error.errors) this.mistakes.push({ ...diagnostic, origin });
      return 'unreadable';
    }
  }

  #rename(wanted: SymbolDim, met: Dim, where: string): void {
    const before = this.#renamed.get(wanted);
    if (!before) this.#renamed.set(wanted, { dim: met, where });
    else if (before.dim !== met) {
      const [name, first, second] = [wanted, before.dim, met].map((dim) => formatDim(dim));
      this.fail('BIND_MISMATCH', `symbol ${name} is ${first} at ${before.where} and ${second} at ${where}`, {
        expected: first ?? '',
        actual: second ?? '',
        hint: 'give both axes one symbol, or declare them with different ones',
      });
    }
  }

  #mismatch(where: string, wanted: Dim, met: Dim): void {
    this.fail('BIND_MISMATCH', `${where} is declared as ${formatDim(wanted)}, this batch brings ${formatDim(met)}`, {
      expected: formatDim(wanted),
      actual: formatDim(met),
      hint: `give this input ${formatDim(wanted)} there, or declare that axis '?' or as a symbol`,
    });
  }

  /** The dims of an input that was not declared: axis 0 becomes the symbol batch. */
  undeclared(name: string, given: readonly SizeSpec[]): Dim[] {
    return given.map((size, axis) => {
      if (size === null || size === '?') {
        this.fail('BIND_INCOMPLETE', `input "${name}" was not declared, and this batch leaves axis ${axis} open`, {
          expected: 'a size or a symbol',
          actual: '?',
        });
        return constant(1);
      }
      const dim = this.#read(`input "${name}" axis ${axis}`, size);
      if (dim === 'unreadable') return constant(1);
      if (axis > 0 || this.isStatic || dim.kind !== 'const') return dim;
      const batch = symbol(BATCH_SYMBOL);
      this.symbols.meet(batch, dim.value, `input "${name}" axis 0`);
      return batch;
    });
  }

  /** What takes the place of symbols: sizes where all is static, and the batch's own names. */
  renaming(sizes: ReadonlyMap<SymbolDim, number>): ReadonlyMap<SymbolDim, Dim> {
    const renaming = new Map([...this.#renamed].map(([s, { dim }]) => [s, dim]));
    if (this.isStatic) for (const [s, size] of sizes) renaming.set(s, constant(size));
    for (const { where, wanted, met } of this.#symbolic) {
      const dim = substitute(wanted, (s) => renaming.get(s));
      if (dim !== met) this.#mismatch(where, dim, met);
    }
    return renaming;
  }
}

const textOf = (sizes: readonly SizeSpec[]): string => `[${sizes.map((size) => size ?? '?').join(', ')}]`;

/**
 * Meets declared inputs with a batch.
 *
 * @param options `isStatic` keeps every number of the batch instead of the symbols; `isDeclared` tells that the author declared the inputs,
 *   with their element types
 * @throws BIND_MISMATCH, BIND_INCOMPLETE, RANK_MISMATCH, DTYPE_MISMATCH, all mistakes together
 */
export function bindTypes(
  inputs: readonly DeclaredInput[],
  entries: ReadonlyMap<string, BatchEntry>,
  { isStatic, isDeclared }: { readonly isStatic: boolean; readonly isDeclared: boolean },
): BoundTypes {
  const binder = new Binder(isStatic);
  const shapes = new Map<string, { dims: Dim[]; dtype: DeclaredInput['spec']['dtype'] }>();
  for (const { name, spec } of inputs) {
    const entry = entries.get(name);
    if (!entry) continue;
    const declared = spec.shape;
    const dtype = isDeclared ? spec.dtype : (entry.dtype ?? spec.dtype);
    if (entry.dtype !== undefined && entry.dtype !== dtype) {
      binder.fail('DTYPE_MISMATCH', `input "${name}" is ${dtype}, this batch brings ${entry.dtype}`, {
        expected: dtype,
        actual: entry.dtype,
      });
    }
    shapes.set(name, {
      dims: declared ? binder.declared(name, declared, entry.sizes) : binder.undeclared(name, entry.sizes),
      dtype,
    });
  }
  const { sizes, mistakes } = binder.symbols.solve();
  const rename = binder.renaming(sizes);
  throwDiagnostics([...binder.mistakes, ...mistakes]);
  const types = new Map<string, ValueType>();
  for (const [name, { dims, dtype }] of shapes)
    types.set(
      name,
      tensorType(
        dtype,
        dims.map((dim) => substitute(dim, (s) => rename.get(s))),
      ),
    );
  return { types, rename, sizes, text: describe(entries, shapes) };
}

function describe(entries: ReadonlyMap<string, BatchEntry>, shapes: ReadonlyMap<string, { dtype: string }>): string {
  return [...entries]
    .map(([name, entry]) => `${name}: ${shapes.get(name)?.dtype ?? ''}${textOf(entry.sizes)}`)
    .join(', ');
}

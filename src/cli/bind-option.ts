// Reads --bind: `x=2x20`, `x=[batch,20]`, `x=int64[batch,seq]`, or the same without a name for the only input.
import { nearest } from '../base/nearest.ts';
import { parseDim } from '../dim/text.ts';
import { DTYPE_NAMES, type DType, isDType } from '../ir/dtype.ts';
import type { SizeSpec } from '../ir/value.ts';
import { usageError } from './report.ts';

/** What --bind says of one input. */
export interface InputBinding {
  /** Undefined stands for the only input. */
  readonly name: string | undefined;
  readonly dtype: DType | undefined;
  readonly sizes: readonly SizeSpec[];
}

/**
 * Reads the values of --bind, or of another option of the same form.
 *
 * @param option the option, for messages
 * @throws CLI_USAGE when one cannot be read, or speaks of a value that another speaks of too
 */
export function parseBindings(values: readonly string[], option = '--bind'): readonly InputBinding[] {
  const bindings = values.map((value) => parseBinding(value, option));
  const names = bindings.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw usageError(`${option} names ${option === '--bind' ? 'input' : 'value'} "${twice}" twice`);
  if (names.includes(undefined) && names.length > 1) {
    throw usageError(`${option} without a name stands for the only input, and there are several ${option}`);
  }
  return bindings;
}

function parseBinding(text: string, option: string): InputBinding {
  const [, name, value = ''] = /^(?:([^=[\]]+)=)?([^]*)$/.exec(text) ?? [];
  const trimmed = value.trim();
  const bracket = /^(\w*)\s*\[([^]*)\]$/.exec(trimmed);
  if (bracket) {
    const [, dtype = '', inner = ''] = bracket;
    return {
      name: name?.trim(),
      dtype: dtype === '' ? undefined : parseDType(dtype, option),
      sizes: splitSizes(inner, `${option} ${text}`),
    };
  }
  if (/^\d+(?:x\d+)*$/.test(trimmed)) {
    return { name: name?.trim(), dtype: undefined, sizes: trimmed.split('x').map(Number) };
  }
  throw usageError(
    `${option} ${text} is no shape: expected x=2x20 or x=[batch,20]`,
    'sizes are joined by x, or stand in brackets with names between commas',
  );
}

function parseDType(text: string, option: string): DType {
  if (isDType(text)) return text;
  const near = nearest(text, DTYPE_NAMES);
  throw usageError(`${option}: there is no element type ${text}`, near && `did you mean ${near}?`);
}

/** Sizes between commas; expressions keep their own commas in parentheses. */
function splitSizes(inner: string, text: string): SizeSpec[] {
  if (inner.trim() === '') return [];
  const sizes = inner.split(/,(?![^(]*\))/).map((size) => size.trim());
  return sizes.map((size) => {
    if (size === '') throw usageError(`${text} has an empty size`);
    if (/^\d+$/.test(size)) return Number(size);
    // Throws DIM_SYNTAX with the position of what is wrong.
    parseDim(size);
    return size;
  });
}

// Reads --bind: `batch=2` or `seq=2*n` for a symbol; `x=2x20`, `x=[batch,20]`, `x=int64[batch,seq]` for an input, or the same without a name.
import type { Bindings, InputBinding } from '../../codegen/onnx/bind/bindings.ts';
import { nearest } from '../base/nearest.ts';
import { parseDim } from '../dim/text.ts';
import { DTYPE_NAMES, type DType, isDType } from '../ir/dtype.ts';
import type { SizeSpec } from '../ir/value.ts';
import { usageError } from './report.ts';

export type { Bindings, InputBinding } from '../../codegen/onnx/bind/bindings.ts';

/**
 * Reads the values of --bind.
 *
 * @throws CLI_USAGE when one cannot be read, or speaks of what another speaks of too
 * @throws DIM_SYNTAX when a size is no expression
 */
export function parseBind(values: readonly string[]): Bindings {
  const symbols = new Map<string, number | string>();
  const shapes: string[] = [];
  for (const value of values) {
    const bare = bareSize(value);
    if (!bare) {
      shapes.push(value);
      continue;
    }
    const [name, size] = bare;
    if (symbols.has(name)) throw usageError(`--bind names "${name}" twice`);
    symbols.set(name, size);
  }
  const inputs = parseBindings(shapes);
  const both = inputs.find(({ name }) => name !== undefined && symbols.has(name) && isNumber(symbols.get(name)));
  if (both) throw usageError(`--bind names "${both.name}" twice`);
  return { inputs, symbols };
}

const isNumber = (size: number | string | undefined): boolean => typeof size === 'number';

/** The name and the size of a binding that is no shape: `batch=2`, `seq=2*n`. */
function bareSize(text: string): readonly [string, number | string] | undefined {
  const [, name, value = ''] = /^([^=[\]]+)=([^=[\]]*)$/.exec(text) ?? [];
  const size = value.trim();
  if (name === undefined || /^\d+(?:x\d+)+$/.test(size) || size === '' || size === '?') return undefined;
  const symbol = /^"(.*)"$/.exec(name.trim())?.[1] ?? name.trim();
  if (/^\d+$/.test(size)) return [symbol, Number(size)];
  const [, least, most] = /^(\d+)\s*(?:\.{2,3}|:|-|–)\s*(\d+)$/.exec(size) ?? [];
  if (least !== undefined && most !== undefined && Number(least) < Number(most)) {
    throw usageError(
      `--bind ${text} is a range, and a symbol is bound to one size`,
      `give a number, --bind ${name}=${most}; dimwise bench takes several, --bind ${name}=${least},${most}`,
    );
  }
  if (/^[^()]*,/.test(size) || /^\d+x/.test(size)) return undefined;
  // Throws DIM_SYNTAX with the position of what is wrong.
  parseDim(size);
  return [symbol, size];
}

/**
 * Reads the values of an option that gives shapes: --assume, --feed.
 *
 * @param option the option, for messages
 * @throws CLI_USAGE when one cannot be read, or speaks of a value that another speaks of too
 */
export function parseBindings(values: readonly string[], option = '--bind'): readonly InputBinding[] {
  const bindings = values.map((value) => parseBinding(value, option));
  const names = bindings.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw usageError(`${option} names ${option === '--assume' ? 'value' : 'input'} "${twice}" twice`);
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

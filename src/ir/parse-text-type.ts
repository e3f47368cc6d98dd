// Reads types in ONNX's textual syntax.
import { type Dim, unknownDim } from '../dim/dim.ts';
import { parseDim } from '../dim/text.ts';
import type { DimParams } from './dim-params.ts';
import { dtypeFromSpec } from './dtype.ts';
import type { TextScanner } from './text-scanner.ts';
import { type MaybeDType, type Shape, UNKNOWN_TYPE, type ValueType } from './type.ts';

/** Reads the text of one size. */
export type ReadDim = (text: SizeText) => Dim;

/** A size as it stands in the text. */
export interface SizeText {
  readonly text: string;
  /** Whether it stood in quotes as a whole, as names and expressions of other tools do. */
  readonly quoted: boolean;
}

/** Reads sizes: quoted ones as the symbols of a model allow, others as expressions. */
export function dimReader(params: DimParams): ReadDim {
  return ({ text, quoted }) => {
    if (quoted) return params.dim(text);
    return text === '?' ? unknownDim() : parseDim(text);
  };
}

/**
 * Reads a type where one stands: `float[n,20]`, `float[]` (unknown rank), `float` (scalar), `seq(T)`, `optional(T)`, `map(K, V)`,
 * `sparse_tensor(T)`, `unknown`.
 *
 * @returns undefined where no type stands here; the scanner has not moved then
 */
export function readType(scanner: TextScanner, dim: ReadDim): ValueType | undefined {
  const start = scanner.at;
  const word = scanner.word();
  if (word === undefined) return undefined;
  const type = typeOf(word, scanner, dim);
  if (!type) scanner.at = start;
  return type;
}

/** A name, and its type where one is stated. */
export interface TypedName {
  readonly name: string;
  readonly type: ValueType;
}

/** Reads a list of names in parentheses, each with or without a type. */
export function readTypedNames(scanner: TextScanner, dim: ReadDim): TypedName[] {
  return scanner.list('(', ')', () => readTypedName(scanner, dim));
}

/** Reads `TYPE NAME`, or a name alone; a type's word may itself be the name. */
export function readTypedName(scanner: TextScanner, dim: ReadDim): TypedName {
  const start = scanner.at;
  const type = readType(scanner, dim);
  const name = type && scanner.maybeName();
  if (type && name !== undefined) return { name, type };
  scanner.at = start;
  return { name: scanner.name('a type or a name'), type: UNKNOWN_TYPE };
}

function typeOf(word: string, scanner: TextScanner, dim: ReadDim): ValueType | undefined {
  const dtype = word === 'undefined' ? word : dtypeFromSpec(word);
  if (dtype) return { kind: 'tensor', dtype, shape: readShape(scanner, dim) };
  if (word === 'unknown') return UNKNOWN_TYPE;
  if (!['seq', 'optional', 'map', 'sparse_tensor'].includes(word) || !scanner.take('(')) return undefined;
  const inner = word === 'map' ? readMap(scanner, dim) : wrap(word, innerType(scanner, dim), scanner);
  scanner.expect(')');
  return inner;
}

function wrap(word: string, element: ValueType, scanner: TextScanner): ValueType {
  if (word === 'seq') return { kind: 'sequence', element };
  if (word === 'optional') return { kind: 'optional', element };
  return element.kind === 'tensor' ? { ...element, kind: 'sparse' } : scanner.fail('a tensor type');
}

function readMap(scanner: TextScanner, dim: ReadDim): ValueType {
  const key = dtypeFromSpec(scanner.word() ?? '') ?? scanner.fail('an element type');
  scanner.expect(',');
  return { kind: 'map', key, value: innerType(scanner, dim) };
}

function innerType(scanner: TextScanner, dim: ReadDim): ValueType {
  return readType(scanner, dim) ?? scanner.fail('a type');
}

/** The sizes behind an element type: none is a scalar, empty brackets are an unknown rank. */
function readShape(scanner: TextScanner, dim: ReadDim): Shape | null {
  // A space ends the type: what `float [` starts is a checksum.
  if (!scanner.touches('[')) return [];
  if (scanner.match(/\[\s*\]/y) !== undefined) return null;
  return scanner.list('[', ']', () => dim(readSize(scanner)));
}

/** The text up to the comma or bracket that ends a size, brackets and quotes inside it skipped. */
function readSize(scanner: TextScanner): SizeText {
  const start = scanner.at;
  const quoted = scanner.quoted();
  if (quoted !== undefined && (scanner.sees(',') || scanner.sees(']'))) return { text: quoted, quoted: true };
  scanner.at = start;
  let text = '';
  for (let depth = 0; ; ) {
    const piece = scanner.match(
      depth > 0 ? /[^()"[\]]+|"(?:[^"\\]|\\[^])*"|[()]/y : /[^()",[\]]+|"(?:[^"\\]|\\[^])*"|[()]/y,
    );
    if (piece === undefined) break;
    if (piece === '(') depth++;
    if (piece === ')') depth--;
    text += piece;
  }
  return text.trim() === '' ? scanner.fail('a size') : { text: text.trim(), quoted: false };
}

/** The dtype of a tensor type. */
export function tensorDType(type: ValueType): MaybeDType {
  return type.kind === 'tensor' ? type.dtype : 'undefined';
}

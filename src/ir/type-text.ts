// Reads types and known content from text: `float32[batch, 20]`, `int64[2] = [0, -1]`, `seq(float32[n])`.
import { dimwiseError } from '../base/errors.ts';
import { type Dim, unknownDim } from '../dim/dim.ts';
import { parseDim } from '../dim/text.ts';
import { type Content, intScalar, makeContent, type Scalar } from './content.ts';
import { type DType, isDType, isIntegerDType } from './dtype.ts';
import { type MaybeDType, staticShape, UNKNOWN_TYPE, type ValueType } from './type.ts';

/** A type, and what is known of its elements. */
export interface TypeText {
  readonly type: ValueType;
  readonly content?: Content;
}

/**
 * Reads a type, with content behind `=` where elements are known: the inverse of `formatType`.
 *
 * @param text a dtype with sizes, `float32[batch, ?]` (each `?` is a new unknown), `float32[...]` for an unknown rank; or
 *   `seq(T)`, `optional(T)`, `sparse(T)`, `map(K, T)`, `unknown`; content is one element or a flat list, `?` where not known
 * @throws GRAPH_TEXT_SYNTAX when the text is no type, or content does not fit it
 * @throws DIM_SYNTAX when a size is no dim
 */
export function parseType(text: string): TypeText {
  const [left = '', right, ...more] = splitTop(text, '=');
  if (more.length > 0) fail(text, 'one type, then at most one = and its content');
  const type = parseBareType(left.trim());
  return right === undefined ? { type } : { type, content: parseContent(text, type, right.trim()) };
}

function parseBareType(text: string): ValueType {
  if (text === 'unknown') return UNKNOWN_TYPE;
  const call = /^(seq|optional|sparse|map)\(([^]*)\)$/.exec(text);
  if (!call) return parseTensor(text);
  const [, name, inner = ''] = call;
  if (name === 'seq') return { kind: 'sequence', element: parseBareType(inner.trim()) };
  if (name === 'optional') return { kind: 'optional', element: parseBareType(inner.trim()) };
  if (name === 'sparse') return { ...parseTensor(inner.trim()), kind: 'sparse' };
  const [key = '', value = ''] = splitTop(inner, ',').map((part) => part.trim());
  return {
    kind: 'map',
    key: isDType(key) ? key : fail(text, 'map(KEY, TYPE) with an element type as key'),
    value: parseBareType(value),
  };
}

function parseTensor(text: string) {
  const match = /^(\w+|\?)\s*\[([^]*)\]$/.exec(text);
  const dtype = match?.[1] === '?' ? 'undefined' : (match?.[1] ?? '');
  if (!match || !isMaybeDType(dtype)) return fail(text, 'a type such as float32[batch, 20]');
  const inner = (match[2] ?? '').trim();
  if (inner === '...') return { kind: 'tensor', dtype, shape: null } as const;
  const shape = inner === '' ? [] : splitTop(inner, ',').map(parseSize);
  return { kind: 'tensor', dtype, shape } as const;
}

const isMaybeDType = (name: string): name is MaybeDType => name === 'undefined' || isDType(name);

function parseSize(text: string): Dim {
  const size = text.trim();
  return size === '?' ? unknownDim() : parseDim(size);
}

function parseContent(text: string, type: ValueType, source: string): Content {
  const shape = type.kind === 'tensor' ? staticShape(type.shape) : undefined;
  if (!shape || type.kind !== 'tensor' || type.dtype === 'undefined') {
    return fail(text, 'content only behind a tensor type with numbers as sizes');
  }
  const { dtype } = type;
  const inner = /^\[([^]*)\]$/.exec(source)?.[1]?.trim();
  const parts = inner === undefined ? [source] : inner === '' ? [] : splitTop(inner, ',');
  const elements = parts.map((part) => parseScalar(dtype, part.trim()));
  return (
    makeContent(dtype, shape, elements) ??
    fail(text, `${shape.join(' * ') || '1'} elements, at least one of them known`)
  );
}

function parseScalar(dtype: DType, text: string): Scalar {
  if (text === '?') return undefined;
  if (dtype === 'bool') return parseTruth(text);
  if (isIntegerDType(dtype)) return /^-?\d+$/.test(text) ? intScalar(BigInt(text)) : parseDim(text);
  const number = Number(text);
  return text !== '' && (!Number.isNaN(number) || text === 'NaN') ? number : fail(text, 'a number or ?');
}

/** `true`, `false`, or an expression that is 0 or 1 where sizes decide it. */
function parseTruth(text: string): Scalar {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\w*$/.test(text)) return fail(text, 'true, false, ? or an expression that is 0 or 1');
  return parseDim(text);
}

/** Splits at a separator that stands outside of brackets and quotes. */
function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quoted && char === '\\') i++;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === '(' || char === '[') depth++;
    else if (char === ')' || char === ']') depth--;
    else if (char === separator && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function fail(text: string, expected: string): never {
  throw dimwiseError({
    code: 'GRAPH_TEXT_SYNTAX',
    message: `"${text}" is no type: expected ${expected}`,
    expected,
    actual: text,
  });
}

// Decodes the recorded schema rows of one operator; src/ops/schemas/README.md describes their layout.
import { invariant } from '../base/assert-never.ts';
import type {
  AttributeDefault,
  AttributeKind,
  AttributeSchema,
  FormalParameter,
  OperatorSchema,
} from './schema-types.ts';
import { TYPE_LISTS, TYPE_STRINGS } from './schemas/types.gen.ts';

/** A part of a row; 0 stands for "as in the version before". */
type Part<T> = T | 0;
type JsonDefault = number | string | readonly (number | string)[];
type AttributeJson = readonly [name: string, kind: string, value?: JsonDefault];
type Counts = readonly [minInputs: number, maxInputs: number | null, minOutputs: number, maxOutputs: number | null];
type RowJson = readonly [
  sinceVersion: number,
  flags: number,
  inputs: Part<string>,
  outputs: Part<string>,
  attributes: Part<readonly AttributeJson[]>,
  constraints: Part<string>,
  counts?: Counts,
];

const DEPRECATED = 1;
const FUNCTION_BODY = 2;

const KINDS: Readonly<Record<string, AttributeKind>> = {
  f: 'float',
  F: 'floats',
  i: 'int',
  I: 'ints',
  s: 'string',
  S: 'strings',
  t: 'tensor',
  T: 'tensors',
  g: 'graph',
  G: 'graphs',
  p: 'sparse_tensor',
  P: 'sparse_tensors',
  y: 'type_proto',
  Y: 'type_protos',
};

const typeLists: (readonly string[] | undefined)[] = [];

/** The part of a row that stands in it, or in the nearest row before it that has one. */
type PartIndex = 2 | 3 | 4 | 5;

/** The versions of one operator, oldest first. Each is decoded when it is first asked for: a model needs one of a dozen. */
export class SchemaVersions {
  readonly #domain: string;
  readonly #name: string;
  readonly #rows: readonly RowJson[];
  readonly #schemas: (OperatorSchema | undefined)[] = [];
  /** Decoded parts by row and index: versions in which a part did not change share it. */
  readonly #parts = new Map<number, unknown>();
  #all: readonly OperatorSchema[] | undefined;

  /**
   * @param json the recorded rows
   * @throws INTERNAL_INVARIANT when the text is not a recorded row
   */
  constructor(domain: string, name: string, json: string) {
    this.#domain = domain;
    this.#name = name;
    // The text is our own generated data, so its form is known.
    this.#rows = JSON.parse(json) as readonly RowJson[];
  }

  /** Every version. */
  get all(): readonly OperatorSchema[] {
    return (this.#all ??= Object.freeze(this.#rows.map((_, i) => this.#at(i))));
  }

  /** The version that an opset has: the newest that is not newer than it. */
  find(opset: number): OperatorSchema | undefined {
    for (let i = this.#rows.length - 1; i >= 0; i--) {
      const row = this.#rows[i];
      if (row && row[0] <= opset) return this.#at(i);
    }
    return undefined;
  }

  #at(i: number): OperatorSchema {
    return (this.#schemas[i] ??= this.#decode(i));
  }

  #decode(i: number): OperatorSchema {
    const row = this.#rows[i];
    invariant(row, `${this.#name} has no version ${i}`);
    const [sinceVersion, flags] = row;
    const inputs = this.#part(i, 2, (part) => decodeParameters(textOf(part)));
    const outputs = this.#part(i, 3, (part) => decodeParameters(textOf(part)));
    const attributes = this.#part(i, 4, (part) => decodeAttributes(typeof part === 'string' ? [] : part));
    const typeConstraints = this.#part(i, 5, (part) => decodeConstraints(textOf(part)));
    const [minInputs, maxInputs, minOutputs, maxOutputs] = row[6] ?? [
      ...impliedCounts(inputs),
      ...impliedCounts(outputs),
    ];
    return Object.freeze({
      domain: this.#domain,
      name: this.#name,
      sinceVersion,
      deprecated: (flags & DEPRECATED) !== 0,
      inputs,
      outputs,
      attributes,
      typeConstraints,
      minInputs,
      maxInputs: maxInputs ?? Infinity,
      minOutputs,
      maxOutputs: maxOutputs ?? Infinity,
      hasFunctionBody: (flags & FUNCTION_BODY) !== 0,
    });
  }

  #part<T>(i: number, index: PartIndex, decode: (part: string | readonly AttributeJson[]) => T): T {
    let at = i;
    let part = this.#rows[at]?.[index];
    while (part === 0 && at > 0) part = this.#rows[--at]?.[index];
    invariant(part !== 0 && part !== undefined, `the first schema row of ${this.#name} leaves parts out`);
    const key = at * 8 + index;
    // A key holds what the decoder of its index made, and nothing else.
    const known = this.#parts.get(key) as T | undefined;
    if (known !== undefined) return known;
    const made = decode(part);
    this.#parts.set(key, made);
    return made;
  }
}

const textOf = (part: string | readonly AttributeJson[]): string => (typeof part === 'string' ? part : '');

/** Decodes `X:T,B:T?,rest:T*1`: name, type, and a suffix for optional and variadic parameters. */
function decodeParameters(text: string): readonly FormalParameter[] {
  return text === '' ? [] : text.split(',').map(decodeParameter);
}

function decodeParameter(text: string): FormalParameter {
  const match = /^([^:]+):([^?*~]+)(?:(\?)|([*~])(\d+))?$/.exec(text);
  invariant(match?.[1] && match[2], `malformed parameter ${text} in the schema data`);
  const variadic = match[4] !== undefined;
  return Object.freeze({
    name: match[1],
    typeStr: match[2],
    option: variadic ? 'variadic' : match[3] ? 'optional' : 'single',
    isHomogeneous: match[4] !== '~',
    minArity: variadic ? Number(match[5]) : 1,
  });
}

/** The least and greatest count that formal parameters imply, as `OpSchema::Finalize` of onnx counts them. */
function impliedCounts(parameters: readonly FormalParameter[]): [number, number | null] {
  let least = 0;
  let position = 0;
  for (const { option, minArity } of parameters) {
    if (option === 'variadic') return [minArity > 0 ? position + minArity : least, null];
    position += 1;
    if (option === 'single') least = position;
  }
  return [least, position];
}

function decodeAttributes(rows: readonly AttributeJson[]): ReadonlyMap<string, AttributeSchema> {
  const attributes = new Map<string, AttributeSchema>();
  for (const [name, code, value] of rows) {
    const kind = KINDS[code.charAt(0)];
    invariant(kind, `unknown attribute kind ${code} in the schema data`);
    const decoded = value === undefined ? undefined : decodeDefault(kind, value);
    attributes.set(name, Object.freeze({ name, kind, required: code.endsWith('!'), default: decoded }));
  }
  return attributes;
}

/** Decodes a default; integers past 2^53 stand in the data as text and become bigints. */
export function decodeDefault(kind: AttributeKind, value: JsonDefault): AttributeDefault {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return kind === 'int' ? BigInt(value) : value;
  if (kind === 'strings') return value.map(String);
  return value.map((item) => (typeof item === 'string' ? BigInt(item) : item));
}

function decodeConstraints(text: string): ReadonlyMap<string, readonly string[]> {
  const constraints = new Map<string, readonly string[]>();
  if (text === '') return constraints;
  for (const entry of text.split(',')) {
    const colon = entry.indexOf(':');
    constraints.set(entry.slice(0, colon), typeList(Number(entry.slice(colon + 1))));
  }
  return constraints;
}

function typeList(position: number): readonly string[] {
  const known = typeLists[position];
  if (known) return known;
  const text = TYPE_LISTS[position];
  invariant(text !== undefined, `no type list ${position} in the schema data`);
  const list = Object.freeze(text.split(' ').map((index) => TYPE_STRINGS[Number(index)] ?? ''));
  typeLists[position] = list;
  return list;
}

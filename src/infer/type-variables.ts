// Element types by the type variables of a schema: what the inputs bind, what the outputs then are, what the version allows.

import { DTYPES } from '../ir/dtype.ts';
import type { Node } from '../ir/graph.ts';
import type { MaybeDType, ValueType } from '../ir/type.ts';
import { UNKNOWN_TYPE } from '../ir/type.ts';
import { type FormalParameter, type OperatorSchema, parseTypeString } from '../ops/schema.ts';

/** The formal parameter that the i-th actual one fills; a trailing variadic one takes all the rest. */
export function formalAt(formals: readonly FormalParameter[], i: number): FormalParameter | undefined {
  const formal = formals[i];
  if (formal) return formal;
  const last = formals.at(-1);
  return last?.option === 'variadic' ? last : undefined;
}

/** A mistake in the element types or kinds of a node's inputs. */
export interface TypeViolation {
  readonly input: number;
  readonly formal: FormalParameter;
  readonly expected: string;
  readonly actual: string;
}

/** Binds type variables to the types of the inputs. */
export class TypeVariables {
  readonly #schema: OperatorSchema;
  readonly #bound = new Map<string, ValueType>();

  constructor(schema: OperatorSchema) {
    this.#schema = schema;
  }

  /** Reads the inputs; returns the first violation of the version's constraints. */
  bind(node: Node): TypeViolation | undefined {
    for (let i = 0; i < node.inputs.length; i++) {
      const value = node.inputs[i];
      const formal = value && formalAt(this.#schema.inputs, i);
      if (!value || !formal) continue;
      const type = value.type;
      if (isOpen(type)) continue;
      const spelt = spell(type);
      const allowed = this.#schema.typeConstraints.get(formal.typeStr);
      if (!(allowed ? allowed.includes(spelt) : formal.typeStr === spelt)) {
        return { input: i, formal, expected: (allowed ?? [formal.typeStr]).join(', '), actual: spelt };
      }
      if (!allowed || (formal.option === 'variadic' && !formal.isHomogeneous)) continue;
      const bound = this.#bound.get(formal.typeStr);
      if (!bound) this.#bound.set(formal.typeStr, type);
      else if (spell(bound) !== spelt) return { input: i, formal, expected: spell(bound), actual: spelt };
    }
    return undefined;
  }

  /** The type of output `i` as far as the schema tells: dtype or container, sizes unknown. */
  output(i: number): ValueType {
    const formal = formalAt(this.#schema.outputs, i);
    if (!formal) return UNKNOWN_TYPE;
    const bound = this.#bound.get(formal.typeStr);
    if (bound) return withoutShape(bound);
    const allowed = this.#schema.typeConstraints.get(formal.typeStr);
    if (!allowed) return parseTypeString(formal.typeStr);
    const [only] = allowed;
    if (allowed.length === 1 && only) return parseTypeString(only);
    return allowed.every((spec) => spec.startsWith('tensor('))
      ? { kind: 'tensor', dtype: 'undefined', shape: null }
      : UNKNOWN_TYPE;
  }
}

function isOpen(type: ValueType): boolean {
  switch (type.kind) {
    case 'unknown':
      return true;
    case 'tensor':
    case 'sparse':
      return type.dtype === 'undefined';
    case 'sequence':
    case 'optional':
      return isOpen(type.element);
    case 'map':
      return isOpen(type.value);
  }
}

/** The spelling of a type in ONNX's constraints: `tensor(float)`, `seq(tensor(int64))`. */
export function spell(type: ValueType): string {
  switch (type.kind) {
    case 'tensor':
      return `tensor(${spellDType(type.dtype)})`;
    case 'sparse':
      return `sparse_tensor(${spellDType(type.dtype)})`;
    case 'sequence':
      return `seq(${spell(type.element)})`;
    case 'optional':
      return `optional(${spell(type.element)})`;
    case 'map':
      return `map(${spellDType(type.key)},${type.value.kind === 'tensor' && type.value.shape?.length === 0 ? spellDType(type.value.dtype) : spell(type.value)})`;
    case 'unknown':
      return 'unknown';
  }
}

const spellDType = (dtype: MaybeDType): string => (dtype === 'undefined' ? dtype : DTYPES[dtype].spec);

function withoutShape(type: ValueType): ValueType {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return { ...type, shape: null };
    case 'sequence':
    case 'optional':
      return { ...type, element: withoutShape(type.element) };
    case 'map':
    case 'unknown':
      return type;
  }
}

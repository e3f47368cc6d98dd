// Element types by the type variables of a schema: what the inputs bind, what the outputs then are, what the version allows.

import type { Node } from '../ir/graph.ts';
import { UNKNOWN_TYPE, type ValueType, withoutShape } from '../ir/type.ts';
import { type FormalParameter, type OperatorSchema, parseTypeString, typeStringOf } from '../ops/schema.ts';

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
      const spelt = typeStringOf(type);
      if (spelt === undefined) continue;
      const allowed = this.#schema.typeConstraints.get(formal.typeStr);
      if (!(allowed ? allowed.includes(spelt) : formal.typeStr === spelt)) {
        return { input: i, formal, expected: (allowed ?? [formal.typeStr]).join(', '), actual: spelt };
      }
      if (!allowed || (formal.option === 'variadic' && !formal.isHomogeneous)) continue;
      const bound = this.#bound.get(formal.typeStr);
      if (!bound) this.#bound.set(formal.typeStr, type);
      else if (typeStringOf(bound) !== spelt)
        return { input: i, formal, expected: typeStringOf(bound) ?? spelt, actual: spelt };
    }
    return undefined;
  }

  /** The type of output `i` as far as the schema tells: dtype or container, sizes unknown. */
  output(i: number): ValueType {
    const formal = formalAt(this.#schema.outputs, i);
    if (!formal) return UNKNOWN_TYPE;
    // Each output of a heterogeneous list has a type of its own, whatever the inputs have.
    const bound = formal.isHomogeneous ? this.#bound.get(formal.typeStr) : undefined;
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

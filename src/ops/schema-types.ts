// What the schema of an operator version says, as types.

/** The kind of an attribute's value, as `AttributeProto.AttributeType` names it. */
export type AttributeKind =
  | 'float'
  | 'floats'
  | 'int'
  | 'ints'
  | 'string'
  | 'strings'
  | 'tensor'
  | 'tensors'
  | 'graph'
  | 'graphs'
  | 'sparse_tensor'
  | 'sparse_tensors'
  | 'type_proto'
  | 'type_protos';

/**
 * A default: integers that a number cannot hold exactly are bigints; a float is the shortest decimal that rounds
 * to the float32 of the specification, so compare under `Math.fround`.
 */
export type AttributeDefault = number | bigint | string | readonly (number | bigint)[] | readonly string[];

/** One attribute of an operator version. */
export interface AttributeSchema {
  readonly name: string;
  readonly kind: AttributeKind;
  readonly required: boolean;
  readonly default: AttributeDefault | undefined;
}

/** One formal input or output of an operator version. */
export interface FormalParameter {
  readonly name: string;
  /** `optional`: may be absent. `variadic`: takes the rest, at least `minArity` of them. */
  readonly option: 'single' | 'optional' | 'variadic';
  /** A type variable (`T`) or a type string (`tensor(int64)`). */
  readonly typeStr: string;
  /** Whether all values of a variadic parameter have the same type; true for the others. */
  readonly isHomogeneous: boolean;
  /** The least number of values of a variadic parameter; 1 for the others. */
  readonly minArity: number;
}

/** One version of an operator, as onnx records it. */
export interface OperatorSchema {
  /** The domain; empty for ai.onnx. */
  readonly domain: string;
  readonly name: string;
  /** The first opset of its domain that has this version. */
  readonly sinceVersion: number;
  readonly deprecated: boolean;
  readonly inputs: readonly FormalParameter[];
  readonly outputs: readonly FormalParameter[];
  /** By name, in alphabetical order. */
  readonly attributes: ReadonlyMap<string, AttributeSchema>;
  /** The type strings that each type variable allows. */
  readonly typeConstraints: ReadonlyMap<string, readonly string[]>;
  readonly minInputs: number;
  /** Infinity where an input is variadic. */
  readonly maxInputs: number;
  readonly minOutputs: number;
  /** Infinity where an output is variadic. */
  readonly maxOutputs: number;
  /** Whether the specification defines the operator as a function of others. */
  readonly hasFunctionBody: boolean;
}

// What the builder generator knows of one operator: its schema and the type parameters that its function gets.
import { dtypeFromSpec } from '../../src/ir/dtype.ts';
import type { FormalParameter, OperatorSchema } from '../../src/ops/schema.ts';
import { DTYPE_RULES, type DTypeRule, SHARED_VARIABLES } from './dtype-rules.ts';

/** A type parameter of a generated function. */
export interface TypeParameter {
  readonly name: string;
  readonly constraint: string;
  readonly default?: string;
}

/** An operator, ready to be written down. */
export interface OperatorModel {
  readonly schema: OperatorSchema;
  /** One sentence on what it does. */
  readonly sentence: string;
  readonly rule: DTypeRule | undefined;
  /** Type parameters of the element types, in the order of the function's signature. */
  readonly dtypes: readonly TypeParameter[];
  /** The least and greatest number of outputs that a caller may ask for; equal where the number is fixed. */
  readonly outputs: { readonly least: number; readonly most: number; readonly usual: number };
  /** Whether the number of outputs depends on the call. */
  readonly variadicOutputs: boolean;
}

/** Builds the model of an operator. */
export function operatorModel(schema: OperatorSchema, sentence: string): OperatorModel {
  const rule = DTYPE_RULES[schema.domain === '' ? schema.name : `${schema.domain}.${schema.name}`];
  const required = schema.outputs.filter((output) => output.option === 'single').length;
  const most = schema.outputs.length;
  return {
    schema,
    sentence,
    rule,
    dtypes: dtypeParameters(schema, rule),
    // Where no output is required, as in the recurrent operators, all are returned unless fewer are asked for.
    outputs: { least: Math.max(1, required), most, usual: required || most },
    variadicOutputs: schema.outputs.some((output) => output.option === 'variadic'),
  };
}

/** The variable that stands for a type: itself, or the one that it shares its element type with. */
function representative(schema: OperatorSchema, variable: string): string {
  return SHARED_VARIABLES[schema.name]?.[variable] ?? variable;
}

/** The only element type that a formal parameter allows, where there is only one. */
export function onlyDType(schema: OperatorSchema, formal: FormalParameter): string | undefined {
  const allowed = schema.typeConstraints.get(formal.typeStr) ?? [formal.typeStr];
  const dtypes = new Set(allowed.map((text) => dtypeFromSpec(/\((\w+)\)+$/.exec(text)?.[1] ?? '')));
  const [only] = dtypes;
  return dtypes.size === 1 && only ? `'${only}'` : undefined;
}

/** Whether a parameter has a type variable that stands for one element type at a time. */
function bindsVariable(schema: OperatorSchema, formal: FormalParameter): boolean {
  return schema.typeConstraints.has(formal.typeStr) && formal.isHomogeneous && !onlyDType(schema, formal);
}

function dtypeParameters(schema: OperatorSchema, rule: DTypeRule | undefined): TypeParameter[] {
  const variables = (formals: readonly FormalParameter[]): Set<string> =>
    new Set(
      formals.filter((formal) => bindsVariable(schema, formal)).map((formal) => representative(schema, formal.typeStr)),
    );
  const ofInputs = variables(schema.inputs);
  const ofOutputs = variables(schema.outputs);
  const names = [...ofInputs].filter((name) => ofOutputs.has(name) || rule?.otherwise === name);
  const parameters: TypeParameter[] = names.map((name) => ({ name, constraint: 'DType' }));
  if (!rule) return parameters;
  const own: TypeParameter = {
    name: rule.variable,
    constraint: 'DType',
    ...(rule.otherwise ? { default: rule.otherwise } : {}),
  };
  return [...parameters.filter((parameter) => parameter.name !== rule.variable), own];
}

/** The element type of a parameter as TypeScript: a type parameter, a literal, or undefined where the types do not tell. */
export function dtypeOf({ schema, dtypes }: OperatorModel, formal: FormalParameter): string | undefined {
  const name = representative(schema, formal.typeStr);
  if (formal.isHomogeneous && dtypes.some((parameter) => parameter.name === name)) return name;
  return onlyDType(schema, formal);
}

/** The TypeScript type of an output. */
export function outputType(model: OperatorModel, formal: FormalParameter): string {
  const dtype = dtypeOf(model, formal);
  return dtype ? `Value<${dtype}>` : 'Value';
}

/** The TypeScript type of an input: plain numbers stand for tensors only. */
export function inputType(model: OperatorModel, formal: FormalParameter): string {
  const { schema, dtypes } = model;
  const dtype = dtypeOf(model, formal);
  const generic = dtypes.some((parameter) => parameter.name === dtype);
  const allowed = schema.typeConstraints.get(formal.typeStr) ?? [formal.typeStr];
  const tensor = allowed.some((text) => text.startsWith('tensor('));
  // A literal element type is left to inference: values whose element type is not known statically must pass.
  const one = tensor ? (generic ? `OperandOf<${dtype}>` : 'Operand') : generic ? `Value<${dtype}>` : 'Value';
  return formal.option === 'variadic' ? `readonly ${one}[]` : one;
}

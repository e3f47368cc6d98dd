// Writes down one operator of the typed builder: the interfaces of its options and outputs, and its function.
import {
  type FunctionDeclarationStructure,
  type InterfaceDeclarationStructure,
  type ParameterDeclarationStructure,
  type PropertySignatureStructure,
  StructureKind,
} from 'ts-morph';
import type { AttributeKind, AttributeSchema, FormalParameter, OperatorSchema } from '../../src/ops/schema.ts';
import { literalsOf, phraseOf } from './attribute-lookup.ts';
import { DTYPE_ATTRIBUTES } from './attribute-table.ts';
import { attributeDoc, operatorDoc } from './builder-docs.ts';
import { controlBody } from './control-function.ts';
import { inputType, type OperatorModel, outputType, type TypeParameter } from './operator-model.ts';

const ATTRIBUTE_TYPES: Readonly<Record<AttributeKind, string>> = {
  float: 'number',
  floats: 'readonly number[]',
  int: 'Int64',
  ints: 'readonly Int64[]',
  string: 'string',
  strings: 'readonly string[]',
  tensor: 'TensorData',
  tensors: 'readonly TensorData[]',
  graph: 'BodyArgument',
  graphs: 'readonly BodyArgument[]',
  sparse_tensor: "Extract<Attribute, { kind: 'sparse' }>",
  sparse_tensors: "Extract<Attribute, { kind: 'sparses' }>",
  type_proto: 'ValueType',
  type_protos: 'readonly ValueType[]',
};

/** What stands behind `op.` in a call. */
const calledAs = ({ domain, name }: OperatorSchema): string => (domain === '' ? name : `microsoft.${name}`);

/** Operators whose number of outputs is an option, and what it says. */
const COUNTED_OUTPUTS: Readonly<Record<string, string>> = {
  EPContext: 'The number of outputs; default `1`.',
  Snpe: 'The number of outputs; default `1`.',
  Split: 'The number of parts, where neither `num_outputs` nor the length of `split` tells.',
};

/** The structures of one operator, in the order in which they are written. */
export type BuilderStructure = InterfaceDeclarationStructure | FunctionDeclarationStructure;

/** The name of the interface of an operator's options. */
const optionsName = (name: string): string => `${name}Options`;
const outputsName = (name: string): string => `${name}Outputs`;

/** Whether a caller chooses the number of outputs. */
function hasChoice({ outputs, variadicOutputs }: OperatorModel): boolean {
  return !variadicOutputs && outputs.least < outputs.most;
}

function attributeType({ schema, rule }: OperatorModel, attribute: AttributeSchema): string {
  const { name, kind } = attribute;
  if (rule?.attribute === name) return rule.variable;
  const literals = literalsOf(schema, name);
  if (kind === 'string' && literals) return literals.map((text) => `'${text}'`).join(' | ');
  if (kind === 'int' && DTYPE_ATTRIBUTES.has(name)) return 'DType';
  // A phrase that explains 0 or 1 marks a flag, which may also be written as a boolean.
  const flag = kind === 'int' && /^[01]: /.test(phraseOf(schema, name) ?? '');
  if (flag) return 'Int64 | boolean';
  // Bodies of other domains are graphs that were made beforehand: what they take and give is not traced.
  return kind === 'graph' && schema.domain !== '' ? 'Graph' : ATTRIBUTE_TYPES[kind];
}

function optionProperty(model: OperatorModel, attribute: AttributeSchema): PropertySignatureStructure {
  const type = attributeType(model, attribute);
  return {
    kind: StructureKind.PropertySignature,
    name: attribute.name,
    hasQuestionToken: !attribute.required,
    type: attribute.required ? type : `${type} | undefined`,
    docs: [attributeDoc(model, attribute)],
  };
}

function outputsProperty(model: OperatorModel): PropertySignatureStructure[] {
  const { schema, outputs, variadicOutputs } = model;
  const counted = COUNTED_OUTPUTS[schema.name];
  if (counted) {
    return [
      {
        kind: StructureKind.PropertySignature,
        name: 'outputs',
        hasQuestionToken: true,
        type: 'number | undefined',
        docs: [counted],
      },
    ];
  }
  if (variadicOutputs || !hasChoice(model)) return [];
  const doc = `How many outputs are returned, ${outputs.least} to ${outputs.most}; default \`${outputs.usual}\`.`;
  return [
    {
      kind: StructureKind.PropertySignature,
      name: 'outputs',
      hasQuestionToken: true,
      type: 'N | undefined',
      docs: [doc],
    },
  ];
}

/** The type parameters that the options carry: the element type that an attribute names, and the number of outputs. */
function optionParameters(model: OperatorModel): TypeParameter[] {
  const { schema, rule } = model;
  const parameters: TypeParameter[] = rule ? [{ name: rule.variable, constraint: 'DType', default: 'DType' }] : [];
  if (hasChoice(model))
    parameters.push({
      name: 'N',
      constraint: `keyof ${outputsName(schema.name)}`,
      default: `keyof ${outputsName(schema.name)}`,
    });
  return parameters;
}

function optionsInterface(model: OperatorModel): InterfaceDeclarationStructure[] {
  const { schema } = model;
  const properties = [
    ...[...schema.attributes.values()].map((attribute) => optionProperty(model, attribute)),
    ...outputsProperty(model),
  ];
  if (properties.length === 0) return [];
  return [
    {
      kind: StructureKind.Interface,
      name: optionsName(schema.name),
      isExported: true,
      extends: ['NodeOptions'],
      typeParameters: optionParameters(model).map((parameter) => ({ ...parameter })),
      docs: [`Attributes of {@link ${schema.name}}.`],
      properties,
    },
  ];
}

const tuple = (model: OperatorModel, count: number): string =>
  `readonly [${model.schema.outputs
    .slice(0, count)
    .map((output) => `${output.name}: ${outputType(model, output)}`)
    .join(', ')}]`;

function outputsInterface(model: OperatorModel): InterfaceDeclarationStructure[] {
  if (!hasChoice(model)) return [];
  const { schema, outputs } = model;
  const [first] = schema.outputs;
  const properties: PropertySignatureStructure[] = [];
  for (let count = outputs.least; count <= outputs.most; count++) {
    const type = count === 1 && first ? outputType(model, first) : tuple(model, count);
    properties.push({ kind: StructureKind.PropertySignature, name: String(count), type });
  }
  return [
    {
      kind: StructureKind.Interface,
      name: outputsName(schema.name),
      isExported: true,
      typeParameters: outputVariables(model).map((name) => ({ name, constraint: 'DType', default: 'DType' })),
      docs: [`What {@link ${schema.name}} returns, by the number of outputs.`],
      properties,
    },
  ];
}

/** The type parameters of a function that stand in the types of its outputs. */
function outputVariables(model: OperatorModel): string[] {
  const types = model.schema.outputs.map((output) => outputType(model, output));
  return model.dtypes.map((parameter) => parameter.name).filter((name) => types.includes(`Value<${name}>`));
}

function returnType(model: OperatorModel): string {
  const { schema, outputs, variadicOutputs } = model;
  const [first] = schema.outputs;
  if (variadicOutputs && first) return `readonly ${outputType(model, first)}[]`;
  if (hasChoice(model)) {
    const variables = outputVariables(model);
    return `${outputsName(schema.name)}${variables.length > 0 ? `<${variables.join(', ')}>` : ''}[N]`;
  }
  return outputs.most === 1 && first ? outputType(model, first) : tuple(model, outputs.most);
}

function parameters(model: OperatorModel): ParameterDeclarationStructure[] {
  const { schema } = model;
  const strict = [...schema.attributes.values()].some((attribute) => attribute.required);
  const lastSingle = schema.inputs.findLastIndex((input) => input.option !== 'optional');
  const inputs = schema.inputs.map((input, i): ParameterDeclarationStructure => {
    const type = inputType(model, input);
    const absent = input.option === 'optional';
    // An optional input in front of something required is written as undefined.
    const open = absent && !strict && i > lastSingle;
    return {
      kind: StructureKind.Parameter,
      name: input.name,
      type: absent && !open ? `${type} | undefined` : type,
      hasQuestionToken: open,
    };
  });
  const carried = optionParameters(model).map((parameter) => parameter.name);
  const named = schema.attributes.size > 0 || carried.length > 0;
  const type = named ? optionsName(schema.name) + (carried.length > 0 ? `<${carried.join(', ')}>` : '') : 'NodeOptions';
  return [
    ...inputs,
    { kind: StructureKind.Parameter, name: 'options', type, ...(strict ? {} : { initializer: '{}' }) },
  ];
}

function statements(model: OperatorModel): string[] {
  const { schema, outputs, variadicOutputs } = model;
  const body = controlBody(schema.name) ?? (COUNTED_OUTPUTS[schema.name] && countedBody(model));
  const required = [...schema.attributes.values()].filter((attribute) => attribute.required).map(({ name }) => name);
  const label = calledAs(schema);
  const options = required.length > 0 ? `optionsOf('${label}', options, '${required.join(', ')}')` : 'options';
  if (body) return body.map((line) => line.replace(/= options;$/, `= ${options};`));
  const inputs = `[${schema.inputs.map((input: FormalParameter) => (input.option === 'variadic' ? `...operandList('${label}', ${input.name})` : input.name)).join(', ')}]`;
  const choice = hasChoice(model);
  const call = `'${schema.name}', ${inputs}, attributes, name`;
  const picked = `const { name, ${choice ? 'outputs, ' : ''}...attributes } = ${options};`;
  if (choice) return [picked, `return callMany(${call}, { outputs: outputs ?? ${outputs.usual}, bare: true });`];
  if (outputs.most === 1 && !variadicOutputs) return [picked, `return callOne(${call});`];
  return [picked, `return callMany(${call}, { outputs: ${outputs.most} });`];
}

/** The body of an operator that has as many outputs as its options say. */
function countedBody({ schema }: OperatorModel): string[] {
  const inputs = schema.inputs.map(({ name }) => `...operandList('${calledAs(schema)}', ${name})`).join(', ');
  return [
    'const { name, outputs = 1, ...attributes } = options;',
    `return callMany('${schema.name}', [${inputs}], attributes, name, { outputs });`,
  ];
}

/** The structures of one operator. */
export function builderStructures(model: OperatorModel, versions: readonly number[]): BuilderStructure[] {
  const { schema, dtypes, outputs } = model;
  const typeParameters: TypeParameter[] = [...dtypes];
  if (hasChoice(model))
    typeParameters.push({ name: 'N', constraint: `keyof ${outputsName(schema.name)}`, default: String(outputs.usual) });
  return [
    ...optionsInterface(model),
    ...outputsInterface(model),
    {
      kind: StructureKind.Function,
      name: schema.name,
      isExported: true,
      typeParameters: typeParameters.map((parameter) => ({ ...parameter })),
      parameters: parameters(model),
      returnType: returnType(model),
      docs: [operatorDoc(model, versions)],
      statements: statements(model),
    },
  ];
}

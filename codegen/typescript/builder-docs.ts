// The doc comments of the generated builder: our own sentences, type variables, defaults, and the specification's address.
import { dtypeFromOnnx, dtypeFromSpec } from '../../src/ir/dtype.ts';
import type { AttributeSchema, FormalParameter, OperatorSchema } from '../../src/ops/schema.ts';
import { phraseOf } from './attribute-lookup.ts';
import { DTYPE_ATTRIBUTES } from './attribute-table.ts';
import type { OperatorModel } from './operator-model.ts';

/** Names for groups of element types, so that long lists read short; tried from the first on. */
const DTYPE_GROUPS: readonly (readonly [name: string, members: readonly string[]])[] = [
  ['signed integers', ['int8', 'int16', 'int32', 'int64']],
  ['unsigned integers', ['uint8', 'uint16', 'uint32', 'uint64']],
  ['floats', ['float16', 'bfloat16', 'float32', 'float64']],
  ['float8 kinds', ['float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz']],
  ['4-bit integers', ['int4', 'uint4']],
  ['2-bit integers', ['int2', 'uint2']],
  ['complex numbers', ['complex64', 'complex128']],
];

const RUNTIME = 'https://github.com/microsoft/onnxruntime/blob/v1.30.0';

/** The page of an operator in the specification, or in the documentation of ONNX Runtime. */
export function specificationAddress(domain: string, name: string): string {
  if (domain === 'com.microsoft') return `${RUNTIME}/docs/ContribOperators.md#${domain}.${name}`;
  if (domain === 'com.microsoft.nchwc') return `${RUNTIME}/onnxruntime/core/graph/contrib_ops/nchwc_schema_defs.cc`;
  return `https://onnx.ai/onnx/operators/onnx_${domain.replaceAll('.', '')}_${name}.html`;
}

/** The element types of a list of type strings in short: `floats, int32`; containers named before them. */
export function describeTypes(allowed: readonly string[]): string {
  const containers = new Set<string>();
  const dtypes = new Set<string>();
  for (const text of allowed) {
    const match = /^(.*?)(?:tensor\()?(\w+)\)+$/.exec(text);
    const spelt = match?.[2] ?? text;
    dtypes.add(dtypeFromSpec(spelt) ?? spelt);
    containers.add(containerName(text));
  }
  const parts: string[] = [];
  for (const [name, members] of DTYPE_GROUPS) {
    if (!members.every((member) => dtypes.has(member))) continue;
    for (const member of members) dtypes.delete(member);
    parts.push(name);
  }
  const kinds = [...containers].filter((name) => name !== 'tensor').toReversed();
  const prefix = kinds.length === 0 ? '' : `${containers.has('tensor') ? 'tensor, ' : ''}${kinds.join(', ')} of `;
  return prefix + [...parts, ...dtypes].join(', ');
}

function containerName(text: string): string {
  if (text.startsWith('optional(seq(')) return 'optional sequence';
  if (text.startsWith('optional(')) return 'optional';
  if (text.startsWith('seq(')) return 'sequence';
  return 'tensor';
}

/** A default as an author would write it. */
export function formatDefault({ name, default: value }: AttributeSchema): string | undefined {
  if (value === undefined) return undefined;
  if (DTYPE_ATTRIBUTES.has(name)) return dtypeDefault(value);
  if (Array.isArray(value)) return `[${value.map(formatScalar).join(', ')}]`;
  return formatScalar(value);
}

function formatScalar(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** The name of a default element type; 0 means none, and the operator's rule then says what holds. */
function dtypeDefault(value: unknown): string | undefined {
  const dtype = dtypeFromOnnx(Number(value));
  return dtype && `'${dtype}'`;
}

/** The doc comment of an attribute. */
export function attributeDoc(model: OperatorModel, attribute: AttributeSchema): string {
  const { schema, rule } = model;
  const phrase = phraseOf(schema, attribute.name) ?? attribute.name;
  const fallback = formatDefault(attribute);
  if (fallback !== undefined) return `${phrase}; default \`${fallback}\`.`;
  if (rule?.attribute === attribute.name && rule.otherwise)
    return `${phrase}; default that of \`${rule.otherwise}\`.`.replace(/`'(\w+)'`/, '$1');
  return `${phrase}.`;
}

function parameterDoc(formal: FormalParameter): string {
  const { option, minArity, isHomogeneous } = formal;
  const type = formal.typeStr.startsWith('tensor(') ? describeTypes([formal.typeStr]) : `\`${formal.typeStr}\``;
  if (option === 'optional') return `${type}, optional`;
  if (option === 'single') return type;
  const least = minArity > 0 ? `, at least ${minArity}` : '';
  return isHomogeneous ? `${type}${least}` : `each of its own type among ${type}${least}`;
}

function typeLines({ typeConstraints }: OperatorSchema): string[] {
  return [...typeConstraints].map(([name, allowed]) => `- \`${name}\`: ${describeTypes(allowed)}`);
}

function returnsDoc({ schema, outputs, variadicOutputs }: OperatorModel): string {
  const names = schema.outputs.map((output) => `${output.name} (${parameterDoc(output)})`);
  const asked =
    outputs.least < outputs.most && !variadicOutputs
      ? `; ${outputs.usual} of them unless \`outputs\` asks for another number`
      : '';
  return names.join(', ') + asked;
}

/** The doc comment of an operator's function. */
export function operatorDoc(model: OperatorModel, versions: readonly number[]): string {
  const { schema, sentence } = model;
  const types = typeLines(schema);
  const since = `Versions: ${versions.join(', ')}.`;
  const attributes = [...schema.attributes.values()].map((attribute) => {
    const fallback = formatDefault(attribute);
    return fallback === undefined
      ? `${attribute.name}${attribute.required ? ' (required)' : ''}`
      : `${attribute.name} = ${fallback}`;
  });
  return [
    sentence,
    '',
    ...(types.length > 0 ? ['Types:', ...types, ''] : []),
    since,
    '',
    ...schema.inputs.map((input) => `@param ${input.name} ${parameterDoc(input)}`),
    `@param options ${attributes.length > 0 ? attributes.join(', ') : "the node's name"}`,
    `@returns ${returnsDoc(model)}`,
    `@see ${specificationAddress(schema.domain, schema.name)}`,
  ].join('\n');
}

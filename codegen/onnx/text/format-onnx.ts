// Prints models in ONNX's own textual syntax, from their messages, so that nothing that the syntax can say is lost.

import type { OnnxModel } from '../onnx-model.ts';
import type { Int64 } from '../proto/int64.ts';
import type { FunctionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto } from '../proto/messages.ts';
import {
  attributeText,
  domainText,
  entriesText,
  nameText,
  quoted,
  tensorText,
  valueText,
  wordText,
} from './print-values.ts';

/**
 * Prints a model in ONNX's textual syntax; ONNX's own parser and {@link parseOnnx} read it. Elements of raw data stand as
 * numbers, and are read back into the typed field of their type. {@link lostInText} tells what the syntax cannot say.
 *
 * @param model the model; weights inside it are printed in full, external ones as references
 * @throws EMIT_TOO_LARGE when a tensor has more than 2^25 elements
 * @example formatOnnx(await openOnnx('lenet.onnx'))
 */
export function formatOnnx({ proto }: OnnxModel): string {
  const parts = [modelHead(proto), graphText(proto.graph ?? {}, ''), ...(proto.functions ?? []).map(functionText)];
  return `${parts.join('\n')}\n`;
}

function modelHead(model: ModelProto): string {
  const { irVersion, opsetImport, metadataProps } = model;
  const number = (key: string, value: Int64 | undefined): string[] => (value === undefined ? [] : [`${key}: ${value}`]);
  return head([
    ...number('ir_version', irVersion),
    `opset_import: ${opsetText(opsetImport)}`,
    ...text('producer_name', model.producerName),
    ...text('producer_version', model.producerVersion),
    ...text('domain', model.domain),
    ...number('model_version', model.modelVersion),
    ...text('doc_string', model.docString),
    ...(metadataProps?.length ? [`metadata_props: ${entriesText(metadataProps)}`] : []),
  ]);
}

const text = (key: string, value: string | undefined): string[] =>
  value === undefined ? [] : [`${key}: ${quoted(value)}`];

const head = (entries: readonly string[]): string => `<\n${entries.map((entry) => `  ${entry}`).join(',\n')}\n>`;

function opsetText(opsets: readonly OperatorSetIdProto[] = []): string {
  return `[${opsets.map(({ domain = '', version = 0 }) => `${quoted(domain)}: ${version}`).join(', ')}]`;
}

/** A graph without a line end; `indent` stands before each further line. */
function graphText(graph: GraphProto, indent: string): string {
  const { input = [], output = [], initializer = [], valueInfo = [] } = graph;
  const declared = [...initializer.map((tensor) => tensorText(tensor, true)), ...valueInfo.map(valueText)];
  const signature = `${nameText(graph.name)} (${input.map(valueText).join(', ')}) => (${output.map(valueText).join(', ')})`;
  const list = declared.length === 0 ? '' : `\n${indent}<${declared.join(`,\n${indent} `)}>`;
  return `${signature}${list}\n${bodyText(graph.node, indent)}`;
}

function bodyText(nodes: readonly NodeProto[] = [], indent: string): string {
  const lines = nodes.map((node) => `${indent}  ${nodeText(node, `${indent}  `)}\n`);
  return `${indent}{\n${lines.join('')}${indent}}`;
}

function nodeText(node: NodeProto, indent: string): string {
  const { name, output = [], input = [], domain, opType, overload, attribute = [] } = node;
  const label = name === undefined ? '' : `[${nameText(name)}] `;
  const operator = `${domain ? `${domainText(domain)}.` : ''}${wordText(opType)}${overload ? `:${wordText(overload)}` : ''}`;
  const attributes = attribute.map((each) => attributeText(each, (body) => graphText(body, indent)));
  const list = attributes.length === 0 ? '' : ` <${attributes.join(', ')}>`;
  return `${label}${output.map(nameText).join(', ')} = ${operator}${list} (${input.map(nameText).join(', ')})`;
}

function functionText(definition: FunctionProto): string {
  const { name, domain = '', overload, input = [], output = [], attribute = [], attributeProto = [] } = definition;
  const formal = [
    ...attribute.map(nameText),
    ...attributeProto.map((each) => attributeText(each, (body) => graphText(body, ''))),
  ];
  const infos = definition.valueInfo?.length ? `\n<${definition.valueInfo.map(valueText).join(',\n ')}>` : '';
  return [
    head([
      `domain: ${quoted(domain)}`,
      ...(overload ? [`overload: ${quoted(overload)}`] : []),
      `opset_import: ${opsetText(definition.opsetImport)}`,
      ...text('doc_string', definition.docString),
    ]),
    `${nameText(name)} ${formal.length === 0 ? '' : `<${formal.join(', ')}> `}(${input.map(nameText).join(', ')}) => (${output.map(nameText).join(', ')})${infos}`,
    bodyText(definition.node, ''),
  ].join('\n');
}

// Puts another operator in the place of nodes.
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../../../src/base/errors.ts';
import { didYouMean } from '../../../src/base/nearest.ts';
import { attributeMistakes, inputCountMistake } from '../../../src/infer/check-schema.ts';
import { functionKey } from '../../../src/ir/function-key.ts';
import {
  findSchema,
  type OperatorSchema,
  operatorNames,
  SCHEMA_DOMAINS,
  schemaVersions,
} from '../../../src/ops/schema.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { AttributeProto, NodeProto } from '../proto/messages.ts';
import { readOpsets } from '../read-opsets.ts';
import { requireModel } from '../require-model.ts';
import { describeNode, NodeSorter } from '../sort-nodes.ts';
import { type AttributeInput, attributeOf, kindOfAttribute } from './attribute-input.ts';
import { graphOf, settled } from './checked.ts';
import { mapNodes } from './rename-nodes.ts';
import { unknownValue } from './value-table.ts';

/** Which nodes: one by its name or by the name of a value that it gives, all of an operator, or all that a function accepts. */
export type NodeChoice =
  | string
  | { readonly op: string; readonly domain?: string | undefined }
  | ((node: NodeProto) => boolean);

/** What takes the place of an operator. */
export interface Replacement {
  readonly op: string;
  /** That of the operator; ai.onnx by default. */
  readonly domain?: string | undefined;
  /**
   * Attributes by name; null leaves one out. Others stay where the new operator has them in the same kind, and go where it does not.
   */
  readonly attributes?: Readonly<Record<string, AttributeInput | null>> | undefined;
  /** Names of values; an empty one leaves an optional input out. The inputs of the node by default. */
  readonly inputs?: readonly string[] | undefined;
  /** The version of the domain where the model does not import it yet; 1 by default. */
  readonly opset?: number | undefined;
}

/**
 * A model in which nodes have another operator: in the main graph and its bodies. Names of nodes and values, documentation and metadata
 * stay; types of values behind them follow.
 *
 * @throws NODE_UNKNOWN when no node is chosen
 * @throws OP_UNKNOWN, INPUT_COUNT, ATTRIBUTE_UNKNOWN, ATTRIBUTE_MISSING, ATTRIBUTE_INVALID, OP_INVALID when the node is none of the new operator
 * @throws ONNX_MALFORMED when an input does not exist, or the node would read what it makes
 * @throws the mistakes that it makes in the shapes and types of values, together
 * @example replaceOperator(model, { op: 'Relu' }, { op: 'LeakyRelu', attributes: { alpha: 0.1 } })
 */
export function replaceOperator(model: OnnxModel, choice: NodeChoice, replacement: Replacement): OnnxModel {
  requireModel('replaceOperator', model);
  const { domain = '', op, opset } = replacement;
  const opsets = readOpsets(model.proto.opsetImport ?? [], 'the model');
  const isMissing = !opsets.has(domain === 'ai.onnx' ? '' : domain);
  const imports = [...(model.proto.opsetImport ?? []), ...(isMissing ? [{ domain, version: opset ?? 1 }] : [])];
  const version = opsets.get(domain === 'ai.onnx' ? '' : domain) ?? opset ?? 1;
  const isFunction = (model.proto.functions ?? []).some(
    (each) => functionKey(each.domain ?? '', each.name ?? '') === functionKey(domain, op),
  );
  const schema = isFunction ? undefined : schemaOf(op, domain, version);
  const isChosen = matcher(choice);
  const mistakes: Diagnostic[] = [];
  const seen: string[] = [];
  let count = 0;
  const graph = mapNodes(graphOf(model), (node) => {
    seen.push(node.name || (node.output ?? []).find((name) => name !== '') || '');
    if (!isChosen(node)) return node;
    count++;
    const what = describeNode(node, seen.length - 1);
    const replaced = replaceIn(node, replacement, schema, what);
    if (schema) mistakes.push(...schemaMistakes(replaced, schema, what));
    return replaced;
  });
  if (count === 0) throw noneChosen(choice, seen);
  throwDiagnostics(mistakes);
  const sorted = replacement.inputs
    ? new NodeSorter().sort(graph.node ?? [], `graph "${graph.name ?? ''}"`).nodes
    : graph.node;
  return settled(model.with({ graph: { ...graph, ...(sorted ? { node: sorted } : {}) }, opsetImport: imports }));
}

function matcher(choice: NodeChoice): (node: NodeProto) => boolean {
  if (typeof choice === 'function') return choice;
  if (typeof choice === 'string')
    return ({ name, output = [] }) => choice !== '' && (name === choice || output.includes(choice));
  const wanted = functionKey(choice.domain ?? '', choice.op);
  return ({ domain = '', opType = '' }) => functionKey(domain, opType) === wanted;
}

function noneChosen(choice: NodeChoice, seen: readonly string[]) {
  if (typeof choice === 'string') return unknownValue(choice, 'replace', seen, 'node');
  const message =
    typeof choice === 'function'
      ? 'replace: the function chose no node'
      : `replace: no node is ${named(choice.op, choice.domain)}`;
  return dimwiseError({ code: 'NODE_UNKNOWN', message, hint: 'list the nodes with dimwise shapes' });
}

const named = (op: string, domain = ''): string => (domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`);

/** The schema of an operator; undefined in domains that nobody recorded. @throws OP_UNKNOWN, OP_INVALID */
function schemaOf(op: string, domain: string, version: number): OperatorSchema | undefined {
  const schema = findSchema(domain, op, version);
  if (schema && !schema.deprecated) return schema;
  const owner = domain === 'ai.onnx' ? '' : domain;
  if (!SCHEMA_DOMAINS.includes(owner)) return undefined;
  const at = `opset ${version} of ${owner || 'ai.onnx'}`;
  if (schema) {
    const message = `replace: operator ${named(op, domain)} is deprecated in ${at}`;
    throw dimwiseError({ code: 'OP_INVALID', message, actual: op, hint: 'choose the operator that took its place' });
  }
  const [first] = schemaVersions(domain, op);
  throw dimwiseError({
    code: 'OP_UNKNOWN',
    message: first
      ? `replace: operator ${named(op, domain)} came with opset ${first.sinceVersion}, the model has ${at}`
      : `replace: there is no operator ${named(op, domain)}`,
    expected: first ? `opset >= ${first.sinceVersion}` : `an operator of ${owner || 'ai.onnx'}`,
    actual: first ? `opset ${version}` : op,
    hint: first ? undefined : didYouMean(op, operatorNames(domain)),
  });
}

function replaceIn(
  node: NodeProto,
  replacement: Replacement,
  schema: OperatorSchema | undefined,
  what: string,
): NodeProto {
  const { op, domain = '', inputs, attributes = {} } = replacement;
  const isSame = functionKey(domain, op) === functionKey(node.domain ?? '', node.opType ?? '');
  const stays = ({ name = '', ...rest }: AttributeProto): boolean => {
    if (Object.hasOwn(attributes, name)) return false;
    // What an operator takes that nobody recorded is not known.
    if (isSame || !schema) return true;
    const formal = schema.attributes.get(name);
    return formal !== undefined && formal.kind === kindOfAttribute(rest);
  };
  const attribute = (node.attribute ?? []).filter(stays);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) continue;
    const formal = schema?.attributes.get(name);
    attribute.push(attributeOf(name, value, formal?.kind, `${what}, a ${named(op, domain)},`));
  }
  const { domain: _domain, overload: _overload, attribute: _attribute, ...rest } = node;
  return {
    ...rest,
    opType: op,
    ...(domain === '' ? {} : { domain }),
    ...(inputs ? { input: inputs } : {}),
    ...(attribute.length > 0 ? { attribute } : {}),
  };
}

function schemaMistakes(node: NodeProto, schema: OperatorSchema, what: string): readonly Diagnostic[] {
  const op = named(schema.name, schema.domain);
  const origin = { what };
  const call = {
    op,
    inputs: (node.input ?? []).map((name) => name || undefined),
    attributes: new Map(
      (node.attribute ?? []).map((each) => [each.name ?? '', { kind: kindOfAttribute(each) ?? 'int' }]),
    ),
    origin,
  };
  const mistakes = [...attributeMistakes(call, schema)];
  const counted = inputCountMistake(call, schema);
  if (counted) mistakes.push(counted);
  const outputs = (node.output ?? []).findLastIndex((name) => name !== '') + 1;
  if (outputs > schema.maxOutputs || outputs < schema.minOutputs) {
    const { minOutputs: min, maxOutputs: max } = schema;
    const expected = min === max ? `${min}` : Number.isFinite(max) ? `${min} to ${max}` : `at least ${min}`;
    const message = `${op} gives ${expected} outputs, ${what} has ${outputs}: ${(node.output ?? []).map((name) => `"${name}"`).join(', ')}`;
    mistakes.push({ code: 'OP_INVALID', message, origin, expected, actual: `${outputs}` });
  }
  return mistakes.map((each) => ({ ...each, message: `replace: ${each.message}` }));
}

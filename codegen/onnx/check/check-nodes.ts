// Checks each node against the schema of its operator in the version that is imported, or against the function that it calls.
import { didYouMean } from '../../../src/base/nearest.ts';
import { attributeMistakes, countRange, inputCountMistake } from '../../../src/infer/check-schema.ts';
import { functionKey } from '../../../src/ir/function-key.ts';
import {
  findSchema,
  type OperatorSchema,
  operatorNames,
  runtimeVersions,
  SCHEMA_DOMAINS,
  schemaVersions,
} from '../../../src/ops/schema.ts';
import type { NodeProto } from '../proto/messages.ts';
import { type CallAttributes, checkAttributes } from './check-attributes.ts';
import type { Findings } from './finding.ts';
import { domainOf, labelOf, type ModelView, type Scope } from './scopes.ts';

/** A node of a scope. */
interface Call {
  readonly view: ModelView;
  readonly scope: Scope;
  readonly index: number;
  readonly node: NodeProto;
  readonly attributes: CallAttributes;
}

/** Checks the nodes of all scopes. */
export function checkNodes(view: ModelView, findings: Findings): void {
  const told = new Set<string>();
  for (const scope of view.scopes) {
    for (const [index, node] of (scope.graph.node ?? []).entries()) {
      const place = { scope, node: index };
      const attributes = checkAttributes(node, place, view.irVersion, findings);
      const { opType = '', input = [], output = [] } = node;
      if (input.length === 0 && output.length === 0) {
        findings.add('NODE_EMPTY', `node ${labelOf(index, node)} has neither inputs nor outputs`, place);
      }
      if (!opType) findings.add('NODE_OPERATOR', `node ${labelOf(index, node)} has no operator`, place);
      else checkCall({ view, scope, index, node, attributes }, told, findings);
    }
  }
}

function checkCall(call: Call, told: Set<string>, findings: Findings): void {
  const { view, scope, index, node } = call;
  const domain = domainOf(node);
  const { opType = '' } = node;
  const opset = scope.opsets.get(domain);
  if (opset === undefined) tellMissingOpset(call, told, findings);
  else if (node.domain === 'ai.onnx') tellSpelling(call, told, findings);
  const called = view.functions.get(functionKey(domain, opType, node.overload ?? ''));
  if (called) return checkFunctionCall(call, called, findings);
  const schema = findSchema(domain, opType, opset === undefined || opset < 1 ? Number.MAX_SAFE_INTEGER : opset);
  if (!schema) return tellUnknown(call, opset ?? 0, told, findings);
  const place = { scope, node: index };
  if (domain === '' && runtimeVersions(opType).includes(schema)) {
    findings.add('OP_RUNTIME', `${opType} is an operator of ONNX Runtime; ai.onnx has none in version ${opset}`, place);
  }
  if (schema.deprecated) {
    findings.add(
      'OP_DEPRECATED',
      `${opType} is deprecated since version ${schema.sinceVersion} of ${domain || 'ai.onnx'}`,
      place,
    );
    return;
  }
  checkAgainstSchema(call, schema, findings);
}

function checkAgainstSchema(
  { scope, index, node, attributes }: Call,
  schema: OperatorSchema,
  findings: Findings,
): void {
  const place = { scope, node: index };
  const operator = { op: node.opType ?? '', inputs: (node.input ?? []).map((name) => name || undefined), attributes };
  const miscounted = inputCountMistake(operator, schema);
  if (miscounted) findings.add(miscounted.code, miscounted.message, place);
  const variadic = schema.inputs.at(-1)?.option === 'variadic' ? schema.inputs.length - 1 : Number.POSITIVE_INFINITY;
  const hole = operator.inputs.findIndex((name, i) => i >= variadic && name === undefined);
  // Empty names at the end of a list end it.
  if (hole >= 0 && operator.inputs.findLastIndex((name) => name !== undefined) > hole)
    findings.add('INPUT_COUNT', `${operator.op} leaves out input ${hole}, one of a list`, place);
  for (const { code, message, hint } of attributeMistakes(operator, schema))
    findings.add(code, message, place, { hint });
  const outputs = node.output ?? [];
  // An output that is the last one may be left out by an empty name, as an input may.
  const missing = schema.outputs.filter((formal, i) => formal.option === 'single' && outputs[i] === '');
  if (missing.length > 0) {
    const list = missing.map(({ name }) => name).join(', ');
    findings.add('OUTPUT_COUNT', `${operator.op} gives ${list}, which the node leaves out`, place);
  } else if (outputs.length < schema.minOutputs || outputs.length > schema.maxOutputs) {
    const range = countRange(schema.minOutputs, schema.maxOutputs);
    findings.add('OUTPUT_COUNT', `${operator.op} gives ${range} outputs, the node names ${outputs.length}`, place);
  }
}

function checkFunctionCall({ scope, index, node, attributes }: Call, called: Scope, findings: Findings): void {
  const place = { scope, node: index };
  const proto = called.function ?? {};
  const inputs = node.input?.length ?? 0;
  const outputs = node.output?.length ?? 0;
  const [mostInputs, mostOutputs] = [proto.input?.length ?? 0, proto.output?.length ?? 0];
  if (inputs > mostInputs) {
    findings.add('INPUT_COUNT', `${called.owner} takes at most ${mostInputs} inputs, got ${inputs}`, place);
  }
  if (outputs > mostOutputs) {
    findings.add(
      'OUTPUT_COUNT',
      `${called.owner} gives at most ${mostOutputs} outputs, the node names ${outputs}`,
      place,
    );
  }
  const required = proto.attribute ?? [];
  const known = new Set([...required, ...(proto.attributeProto ?? []).map(({ name = '' }) => name)]);
  for (const name of attributes.keys()) {
    if (known.has(name)) continue;
    const hint = didYouMean(name, [...known]);
    findings.add('ATTRIBUTE_UNKNOWN', `${called.owner} has no attribute ${name}`, place, { severity: 'warning', hint });
  }
  for (const name of required) {
    if (attributes.has(name)) continue;
    const message = `${called.owner} has no default for attribute ${name}, and the call does not give it`;
    findings.add('ATTRIBUTE_MISSING', message, place, { severity: 'warning' });
  }
}

/** The checker looks a domain up as it is spelt. */
function tellSpelling({ view, scope, index }: Call, told: Set<string>, findings: Findings): void {
  const imports = scope.function ? scope.function.opsetImport : view.model.opsetImport;
  if (told.has('spelling') || imports?.some(({ domain }) => domain === 'ai.onnx')) return;
  told.add('spelling');
  const message = 'a node spells its domain "ai.onnx", the import leaves it empty';
  findings.add('OPSET_SPELLING', message, { scope, node: index });
}

function tellMissingOpset({ scope, node, index }: Call, told: Set<string>, findings: Findings): void {
  const domain = domainOf(node);
  const owner = scope.kind === 'function' || scope.function ? scope.path[0] : 'the model';
  const key = JSON.stringify(['opset', owner, domain]);
  if (told.has(key)) return;
  told.add(key);
  findings.add(
    'OPSET_MISSING',
    `${owner} imports no opset of ${domain || 'ai.onnx'}, which node ${labelOf(index, node)} is of`,
    { scope, node: index },
    { severity: scope.function ? 'error' : undefined },
  );
}

/** Tells of an operator without a schema; of those of domains that nobody knows once for each name. */
function tellUnknown({ scope, index, node }: Call, opset: number, told: Set<string>, findings: Findings): void {
  const domain = domainOf(node);
  const { opType = '' } = node;
  const place = { scope, node: index };
  const label = domain ? `${domain}.${opType}` : opType;
  if (!SCHEMA_DOMAINS.includes(domain)) {
    if (told.has(label)) return;
    told.add(label);
    findings.add('OP_CUSTOM', `${label} is an operator of a domain that dimwise does not know`, place);
    return;
  }
  const [first] = schemaVersions(domain, opType);
  if (first) {
    const message = `${label} came with opset ${first.sinceVersion}, the model imports ${opset}`;
    findings.add('OP_UNKNOWN', message, place, { hint: `import version ${first.sinceVersion} or later` });
    return;
  }
  // ONNX Runtime adds operators to its domain without a new version.
  const severity = domain.startsWith('com.microsoft') ? 'warning' : undefined;
  const hint = didYouMean(opType, operatorNames(domain));
  findings.add('OP_UNKNOWN', `${domain || 'ai.onnx'} has no operator ${opType}`, place, { severity, hint });
}

// Checks a model against a target: its versions, the types that it can be fed, its operators and kernels, the size of a file.
import { type DType, dtypeFromOnnx } from '../../../src/ir/dtype.ts';
import { functionKey } from '../../../src/ir/function-key.ts';
import type { Target } from '../../../src/ir/target.ts';
import { findSchema, runtimeVersions } from '../../../src/ops/schema.ts';
import { tensorsOfModel } from '../external-locations.ts';
import type { ValueInfoProto } from '../proto/messages.ts';
import type { Findings, Place } from './finding.ts';
import { domainOf, type ModelView, type Scope } from './scopes.ts';
import { ORT_WITHOUT_CPU_KERNEL, ORT_WITHOUT_DOMAIN } from './target-kernels.ts';

/** Files of protobuf end before this. */
const MOST_BYTES = 2 ** 31 - 1;

/** The element types of tensors that onnxruntime-node and onnxruntime-web make and take. */
const FED: ReadonlySet<DType | undefined> = new Set<DType>([
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
]);

/** Checks what a target takes. */
export function checkTarget(view: ModelView, target: Target, findings: Findings): void {
  const { irVersion, main } = view;
  if (irVersion > target.ir) {
    findings.add(
      'TARGET_LIMIT',
      `${target.name} takes IR version ${target.ir} at most, the model has IR version ${irVersion}`,
    );
  }
  for (const scope of view.scopes) if (scope.kind !== 'body') checkOpsets(scope, target, findings);
  const bytes = inlineBytes(view);
  if (bytes > MOST_BYTES) findings.add('TARGET_SIZE', `the model holds ${bytes} bytes of weights`);
  checkOperators(view, target, findings);
  if (target.runtime !== 'ort' || !main) return;
  const constants = new Set((main.graph.initializer ?? []).map(({ name }) => name));
  for (const info of main.graph.input ?? []) {
    if (!constants.has(info.name))
      checkFed(info, `input "${info.name}"`, { scope: main, value: info.name }, target, findings);
  }
  for (const info of main.graph.output ?? []) {
    checkFed(info, `output "${info.name}"`, { scope: main, value: info.name }, target, findings);
  }
}

function checkOpsets(scope: Scope, target: Target, findings: Findings): void {
  const owner = scope.kind === 'function' ? scope.owner : 'the model';
  for (const [domain, limit] of [
    ['', target.opset],
    ['ai.onnx.ml', target.ml],
  ] as const) {
    const opset = scope.opsets.get(domain) ?? 0;
    if (opset <= limit) continue;
    const label = domain || 'ai.onnx';
    findings.add(
      'TARGET_LIMIT',
      `${target.name} takes opset ${limit} of ${label} at most, ${owner} imports opset ${opset}`,
      {
        scope: scope.kind === 'function' ? scope : undefined,
      },
    );
  }
}

function inlineBytes({ model }: ModelView): number {
  let bytes = 0;
  for (const { rawData } of tensorsOfModel(model)) bytes += rawData?.length ?? 0;
  return bytes;
}

/** Tells of each operator once that the target does not have. */
function checkOperators(view: ModelView, target: Target, findings: Findings): void {
  const told = new Set<string>();
  for (const scope of view.scopes) {
    for (const [index, node] of (scope.graph.node ?? []).entries()) {
      const domain = domainOf(node);
      const { opType = '' } = node;
      const key = functionKey(domain, opType, node.overload ?? '');
      if (told.has(key) || view.functions.has(key)) continue;
      told.add(key);
      const opset = scope.opsets.get(domain) ?? 1;
      const label = domain ? `${domain}.${opType}` : opType;
      const place = { scope, node: index };
      const fact = lacking(domain, opType, opset, target);
      if (fact)
        findings.add(fact.code, `${target.name} has no ${fact.what} ${label}`, place, { severity: fact.severity });
    }
  }
}

interface Lack {
  readonly code: 'TARGET_OPERATOR' | 'TARGET_KERNEL';
  readonly what: string;
  readonly severity?: 'warning';
}

function lacking(domain: string, op: string, opset: number, target: Target): Lack | undefined {
  const schema = findSchema(domain, op, opset);
  if (target.runtime === 'onnx') {
    const isRuntimes =
      domain.startsWith('com.microsoft') || (schema && domain === '' && runtimeVersions(op).includes(schema));
    return isRuntimes ? { code: 'TARGET_OPERATOR', what: 'operator' } : undefined;
  }
  if (ORT_WITHOUT_DOMAIN.has(domain)) return { code: 'TARGET_OPERATOR', what: 'operator' };
  // A library of operators may be loaded beside ONNX Runtime.
  if (!schema) return { code: 'TARGET_OPERATOR', what: 'operator', severity: 'warning' };
  const lacks = target.provider === 'cpu' && ORT_WITHOUT_CPU_KERNEL.get(domain)?.includes(op);
  return lacks ? { code: 'TARGET_KERNEL', what: 'kernel for' } : undefined;
}

/** JavaScript feeds and fetches tensors of the types that it has. */
function checkFed(info: ValueInfoProto, what: string, place: Place, target: Target, findings: Findings): void {
  const { type } = info;
  if (type?.tensorType) {
    const dtype = dtypeFromOnnx(type.tensorType.elemType ?? 0);
    if (!dtype || FED.has(dtype)) return;
    findings.add(
      'TARGET_TYPE',
      `${what} is of ${dtype}, which ${target.name} neither takes nor gives in JavaScript`,
      place,
    );
    return;
  }
  const kind = type?.sequenceType
    ? 'sequence'
    : type?.optionalType
      ? 'optional'
      : type?.mapType
        ? 'map'
        : type?.sparseTensorType
          ? 'sparse tensor'
          : undefined;
  if (!kind) return;
  findings.add(
    'TARGET_TYPE',
    `${what} is of kind ${kind}, which ${target.name} neither takes nor gives in JavaScript`,
    place,
  );
}

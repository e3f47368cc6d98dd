// Checks the types that the message states: of inputs, of outputs, of values.
import { dtypeFromOnnx } from '../../../src/ir/dtype.ts';
import type { ValueInfoProto } from '../proto/messages.ts';
import type { TensorShapeProto, TypeProto } from '../proto/type-messages.ts';
import type { Findings } from './finding.ts';
import type { ModelView, Scope } from './scopes.ts';
import { agree, type StatedType, spell, statedType } from './stated-type.ts';

/** Checks the stated types of all scopes. */
export function checkTypes({ scopes, main }: ModelView, findings: Findings): void {
  for (const scope of scopes) {
    const { input = [], output = [], valueInfo = [] } = scope.graph;
    const isMain = scope === main;
    for (const info of input)
      checkValue(info, `input "${info.name ?? ''}"`, { scope, isMain, isInput: true }, findings);
    for (const info of output)
      checkValue(info, `output "${info.name ?? ''}"`, { scope, isMain, isInput: false }, findings);
    for (const info of valueInfo) {
      checkValue(info, `value "${info.name ?? ''}"`, { scope, isMain: false, isInput: false }, findings);
    }
    checkAgreement(scope, findings);
  }
}

/** Compares what is stated of a value in several places; inference meets statements about results of nodes. */
function checkAgreement(scope: Scope, findings: Findings): void {
  const { input = [], output = [], valueInfo = [], initializer = [] } = scope.graph;
  const known = new Map<string, [what: string, stated: StatedType]>();
  for (const { name = '', dataType = 0, dims = [] } of initializer) {
    known.set(name, ['its initializer', { dtype: dtypeFromOnnx(dataType), sizes: dims.map(Number) }]);
  }
  for (const { name = '', type } of input) {
    const stated = type && statedType(type);
    if (stated && !known.has(name)) known.set(name, ['the input', stated]);
  }
  for (const [what, list] of [
    ['output', output],
    ['value', valueInfo],
  ] as const) {
    for (const { name = '', type } of list) {
      const stated = type && statedType(type);
      const before = known.get(name);
      if (!stated) continue;
      if (before && !agree(before[1], stated)) {
        const message = `${what} "${name}" is stated as ${spell(stated)}, ${before[0]} is ${spell(before[1])}`;
        findings.add('VALUE_CONTRADICTION', message, { scope, value: name });
      }
    }
  }
}

interface Stated {
  readonly scope: Scope;
  /** Whether it is an input or output of the model, whose type must be stated. */
  readonly isMain: boolean;
  readonly isInput: boolean;
}

function checkValue(info: ValueInfoProto, what: string, { scope, isMain, isInput }: Stated, findings: Findings): void {
  const { type, name: value } = info;
  const place = { scope, value };
  if (isMain && (!type || !hasKind(type))) {
    // What runs can tell the type of an output, nothing that of an input.
    findings.add('VALUE_TYPE', `${what} has no type`, place, { severity: isInput ? 'error' : 'warning' });
    return;
  }
  for (let at: TypeProto | undefined = type; at; ) {
    const { tensorType, sparseTensorType, sequenceType, optionalType, mapType }: TypeProto = at;
    const tensor = tensorType ?? sparseTensorType;
    if (tensor) {
      const { elemType = 0, shape } = tensor;
      if (!dtypeFromOnnx(elemType) && (elemType !== 0 || isMain)) {
        const fact = elemType === 0 ? 'no element type' : `the element type ${elemType}, which ONNX does not have`;
        findings.add('VALUE_TYPE', `${what} has ${fact}`, place, { severity: 'error' });
      }
      if (isMain && at === type && !shape) findings.add('VALUE_SHAPE', `${what} has no shape`, place);
      if (shape) checkSizes(shape, what, place, findings);
    }
    at = sequenceType?.elemType ?? optionalType?.elemType ?? mapType?.valueType;
  }
}

const hasKind = (type: TypeProto): boolean =>
  [type.tensorType, type.sparseTensorType, type.sequenceType, type.optionalType, type.mapType, type.opaqueType].some(
    (kind) => kind !== undefined,
  );

function checkSizes(
  shape: TensorShapeProto,
  what: string,
  place: { readonly scope: Scope; readonly value: string | undefined },
  findings: Findings,
): void {
  for (const [axis, { dimValue }] of (shape.dim ?? []).entries()) {
    if (dimValue === undefined || dimValue >= 0) continue;
    const severity = dimValue === -1 || dimValue === -1n ? 'note' : 'error';
    findings.add('VALUE_SIZE', `${what} has the size ${dimValue} on axis ${axis}`, place, { severity });
  }
}

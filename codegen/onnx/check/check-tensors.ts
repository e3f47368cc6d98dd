// Checks tensors: element type, sizes and data fit, external data can be read, inputs agree with their initializers.
import { type DimwiseError, isDimwiseError } from '../../../src/base/errors.ts';
import type { TensorData } from '../../../src/ir/tensor-data.ts';
import { DATA_LOCATION } from '../proto/enums.ts';
import type { ValueInfoProto } from '../proto/messages.ts';
import type { SparseTensorProto, TensorProto } from '../proto/tensor-messages.ts';
import { type ResolveExternal, readSparseTensor, readTensor } from '../read-tensor.ts';
import type { Findings, Place } from './finding.ts';
import type { ModelView, Scope } from './scopes.ts';
import { agree, spell, statedType } from './stated-type.ts';

/** An initializer that could be read. */
export interface ReadInitializer {
  readonly scope: Scope;
  readonly name: string;
  readonly data: TensorData;
}

/** The fields of data, in the spelling of onnx.proto3. */
const FIELDS = [
  ['rawData', 'raw_data'],
  ['floatData', 'float_data'],
  ['int32Data', 'int32_data'],
  ['stringData', 'string_data'],
  ['int64Data', 'int64_data'],
  ['doubleData', 'double_data'],
  ['uint64Data', 'uint64_data'],
] as const satisfies readonly (readonly [keyof TensorProto, string])[];

/** Checks the tensors of all scopes; gives the initializers that could be read. */
export function checkTensors(
  view: ModelView,
  resolve: ResolveExternal,
  findings: Findings,
): readonly ReadInitializer[] {
  const read: ReadInitializer[] = [];
  const check = new TensorCheck(resolve, findings);
  for (const scope of view.scopes) {
    const inputs = new Map((scope.graph.input ?? []).map((info) => [info.name ?? '', info]));
    for (const tensor of scope.graph.initializer ?? []) {
      const { name = '' } = tensor;
      const place = { scope, value: name };
      const data = check.dense(tensor, `initializer "${name}"`, place);
      if (data) read.push({ scope, name, data });
      checkInput(inputs.get(name), name, data, { place, view }, findings);
    }
    for (const sparse of scope.graph.sparseInitializer ?? []) {
      const name = sparse.values?.name ?? '';
      check.sparse(sparse, `sparse initializer "${name}"`, { scope, value: name });
    }
    for (const [index, { attribute }] of (scope.graph.node ?? []).entries()) {
      if (!attribute) continue;
      const place = { scope, node: index };
      for (const { name = '', t, tensors, sparseTensor, sparseTensors } of attribute) {
        const what = `attribute "${name}"`;
        if (t) check.dense(t, what, place);
        if (sparseTensor) check.sparse(sparseTensor, what, place);
        for (const each of tensors ?? []) check.dense(each, what, place);
        for (const each of sparseTensors ?? []) check.sparse(each, what, place);
      }
    }
  }
  return read;
}

class TensorCheck {
  readonly #resolve: ResolveExternal;
  readonly #findings: Findings;

  constructor(resolve: ResolveExternal, findings: Findings) {
    this.#resolve = resolve;
    this.#findings = findings;
  }

  dense(tensor: TensorProto, what: string, place: Place): TensorData | undefined {
    const filled = FIELDS.filter(([field]) => (tensor[field]?.length ?? 0) > 0).map(([, name]) => name);
    const isExternal = tensor.dataLocation === DATA_LOCATION.EXTERNAL;
    if (filled.length > 1) {
      this.#findings.add('TENSOR_FIELDS', `${what} has data in ${filled.join(' and ')}`, place);
    } else if (filled.length > 0 && isExternal) {
      this.#findings.add('TENSOR_FIELDS', `${what} has data in a file and in ${filled[0]}`, place);
    }
    try {
      return readTensor(tensor, what, this.#resolve);
    } catch (error) {
      this.#tell(error, place, filled.length === 1 && !isExternal ? `; they stand in ${filled[0]}` : '');
      return undefined;
    }
  }

  sparse(tensor: SparseTensorProto, what: string, place: Place): void {
    try {
      readSparseTensor(tensor, what, this.#resolve);
    } catch (error) {
      this.#tell(error, place, '');
    }
  }

  #tell(error: unknown, place: Place, more: string): void {
    if (!isDimwiseError(error)) throw error;
    for (const { code, message, hint } of diagnosticsOf(error)) {
      if (code === 'EXTERNAL_DATA') this.#findings.add(code, message, place, { hint });
      else this.#findings.add('TENSOR_DATA', `${message}${more}`, place);
    }
  }
}

const diagnosticsOf = (error: DimwiseError) => error.errors;

/** Compares an initializer with the input of its name; before IR version 4 there must be one. */
function checkInput(
  info: ValueInfoProto | undefined,
  name: string,
  data: TensorData | undefined,
  { place, view }: { readonly place: Place; readonly view: ModelView },
  findings: Findings,
): void {
  if (!info) {
    if (view.irVersion > 0 && view.irVersion < 4 && place.scope === view.main) {
      findings.add(
        'INITIALIZER_NO_INPUT',
        `initializer "${name}" is no input, as IR version ${view.irVersion} asks`,
        place,
      );
    }
    return;
  }
  const stated = info.type && statedType(info.type);
  if (!stated || !data) return;
  const real = { dtype: data.dtype, sizes: data.shape };
  if (agree(stated, real)) return;
  findings.add('VALUE_CONTRADICTION', `input "${name}" is ${spell(stated)}, its initializer ${spell(real)}`, place);
}

// Packs a model for writing: its weights stay where they are, move into one file beside it, or into the model itself.
import { dtypeFromOnnx } from '../../src/ir/dtype.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import { checkCopies } from './copied-ranges.ts';
import { DEFAULT_EXTERNAL_LIMIT, type WeightPlacement } from './emit.ts';
import { type EmittedModel, type EncodedModel, emittedModel } from './emitted-model.ts';
import { planExternalFile } from './external-data.ts';
import { externalLocations, tensorsOfModel } from './external-locations.ts';
import { mapTensors } from './map-tensors.ts';
import type { OnnxModel } from './onnx-model.ts';
import { DATA_LOCATION } from './proto/enums.ts';
import type { ByteSource } from './proto/parts.ts';
import type { TensorProto } from './proto/tensor-messages.ts';
import { encodeModelParts } from './proto/write-message.ts';
import { type ExternalReference, refuseExternal } from './read-external.ts';
import { readTensor } from './read-tensor.ts';
import { tensorSource } from './tensor-bytes.ts';
import type { ExternalPlaces } from './tensor-proto.ts';

/** How a model is packed. */
export interface PackOptions {
  /**
   * `inline`: all data into the model; `external`: all initializers of a kilobyte or more into one file; `auto`: one of the two by
   * size; `keep` (the default): every reference as it is; `move`: external data into one new file, all else as it is.
   */
  readonly placement?: WeightPlacement | 'keep' | 'move' | undefined;
  /** Bytes of weights from which `auto` writes an external file; 1.5 GiB by default. */
  readonly externalLimit?: number | undefined;
  /** The start of the name of the external file. */
  readonly fileName: string;
}

/**
 * Packs a model for writing. What is not moved is written as it was read; what is moved is streamed, never held whole.
 *
 * @throws EXTERNAL_DATA when data that is to be moved is missing, too short, or out of reach
 * @throws ONNX_MALFORMED when a tensor that is to be moved does not fit its type and sizes
 * @throws ONNX_LIMIT when tensors overlap in their file so that copies would take more than twice its bytes
 * @throws EMIT_TOO_LARGE when data that is to be inline does not fit one file
 */
export function packModel(model: OnnxModel, options: PackOptions): EmittedModel {
  const placement = settle(model, options);
  if (placement === 'keep') return emittedModel(undefined, () => encoded(model, new Map()));
  return new Packer(model, placement).pack(options.fileName);
}

/** `auto` as what it comes to. */
function settle(model: OnnxModel, { placement = 'keep', externalLimit = DEFAULT_EXTERNAL_LIMIT }: PackOptions) {
  if (placement !== 'auto') return placement;
  let bytes = 0;
  for (const tensor of tensorsOfModel(model.proto)) bytes += heldBytes(tensor);
  return bytes > externalLimit ? 'external' : 'inline';
}

/** About how many bytes the elements of a tensor take. */
function heldBytes(tensor: TensorProto): number {
  if (isExternal(tensor)) {
    const length = tensor.externalData?.find(({ key }) => key === 'length')?.value;
    if (length !== undefined) return Number(length);
    return (tensor.dims ?? []).reduce<number>((bytes, size) => bytes * Number(size), 8);
  }
  let bytes = tensor.rawData?.length ?? 0;
  for (const list of [tensor.floatData, tensor.int32Data]) bytes += 4 * (list?.length ?? 0);
  for (const list of [tensor.doubleData, tensor.int64Data, tensor.uint64Data]) bytes += 8 * (list?.length ?? 0);
  return bytes;
}

const isExternal = (tensor: TensorProto): boolean => tensor.dataLocation === DATA_LOCATION.EXTERNAL;

function encoded({ proto }: OnnxModel, sources: ReadonlyMap<TensorProto, ByteSource>): EncodedModel {
  const parts = encodeModelParts(proto, { tensorBytes: (tensor) => sources.get(tensor) });
  return { message: proto, locations: externalLocations(proto), parts };
}

/** Moves tensors of one model. */
class Packer {
  readonly #model: OnnxModel;
  readonly #placement: 'inline' | 'external' | 'move';
  readonly #data = new Map<TensorProto, TensorData>();
  /** Tensors that share a range of a file share it afterwards too. */
  readonly #ranges = new Map<string, ExternalReference & { readonly data: TensorData }>();

  constructor(model: OnnxModel, placement: 'inline' | 'external' | 'move') {
    this.#model = model;
    this.#placement = placement;
  }

  pack(fileName: string): EmittedModel {
    const { proto, files } = this.#model;
    mapTensors(proto, (tensor, isInitializer) => {
      if (isExternal(tensor) || (this.#placement === 'external' && isInitializer)) this.#collect(tensor);
      return tensor;
    });
    checkCopies(this.#ranges.values());
    const plan =
      this.#placement === 'inline' ? undefined : planExternalFile(fileName, this.#data.values(), files?.bytes);
    return emittedModel(plan, (name) => {
      const places = plan && { fileName: name, placeOf: (data: TensorData) => plan.placeOf(data) };
      const sources = new Map<TensorProto, ByteSource>();
      const moved = mapTensors(proto, (tensor) => this.#moved(tensor, places, sources));
      return encoded(this.#model.with(moved), sources);
    });
  }

  /** Reads a tensor that may have to move; text and types without a width stay. */
  #collect(tensor: TensorProto): void {
    const dtype = dtypeFromOnnx(tensor.dataType ?? 0);
    if (!isExternal(tensor) && (dtype === undefined || dtype === 'string')) return;
    const { files } = this.#model;
    const resolve = files?.resolve ?? refuseExternal;
    let reference: ExternalReference | undefined;
    const data = readTensor(tensor, `tensor "${tensor.name ?? ''}"`, (found) => resolve((reference = found)));
    if (!reference) {
      this.#data.set(tensor, data);
      return;
    }
    const { offset, length, location } = reference;
    const range = `${offset} ${length} ${location}`;
    const known = this.#ranges.get(range) ?? { ...reference, data };
    this.#ranges.set(range, known);
    this.#data.set(tensor, known.data);
  }

  /** @param sources takes the data of new messages that is streamed into the model */
  #moved(tensor: TensorProto, places: ExternalPlaces | undefined, sources: Map<TensorProto, ByteSource>): TensorProto {
    const data = this.#data.get(tensor);
    if (!data) return tensor;
    const place = places?.placeOf(data);
    if (places && place) {
      return {
        ...withoutData(tensor),
        externalData: [
          { key: 'location', value: places.fileName },
          { key: 'offset', value: String(place.offset) },
          { key: 'length', value: String(place.length) },
        ],
        dataLocation: DATA_LOCATION.EXTERNAL,
      };
    }
    if (!isExternal(tensor)) return tensor;
    if (data.storage.kind === 'bytes') return { ...withoutData(tensor), rawData: data.storage.bytes };
    const inline = withoutData(tensor);
    sources.set(inline, tensorSource(data, this.#model.files?.bytes));
    return inline;
  }
}

/** The tensor without its elements, wherever they are; all else as it was. */
const withoutData = (tensor: TensorProto): TensorProto => ({
  ...tensor,
  rawData: undefined,
  floatData: undefined,
  int32Data: undefined,
  int64Data: undefined,
  doubleData: undefined,
  uint64Data: undefined,
  externalData: undefined,
  dataLocation: undefined,
});

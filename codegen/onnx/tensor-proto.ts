// Tensor data as ONNX messages: small data inside, drawn data as a source beside the message, external data by reference.
import { invariant } from '../../src/base/assert-never.ts';
import type { SparseTensorData } from '../../src/ir/attribute.ts';
import type { FileBytes } from '../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import type { ExternalPlace } from './external-data.ts';
import { DATA_LOCATION } from './proto/enums.ts';
import type { ByteSource } from './proto/parts.ts';
import type { SparseTensorProto, TensorProto } from './proto/tensor-messages.ts';
import { tensorSource } from './tensor-bytes.ts';
import type { TypeWriter } from './type-proto.ts';

/** Where tensors lie in the file of weights of a model. */
export interface ExternalPlaces {
  readonly fileName: string;
  placeOf(data: TensorData): ExternalPlace | undefined;
}

/** Writes tensors; remembers the sources of data that is drawn while the file is written. */
export class TensorWriter {
  readonly #types: TypeWriter;
  readonly #fileBytes: FileBytes | undefined;
  readonly #external: ExternalPlaces | undefined;
  readonly #sources = new Map<TensorProto, ByteSource>();

  constructor(types: TypeWriter, fileBytes: FileBytes | undefined, external: ExternalPlaces | undefined) {
    this.#types = types;
    this.#fileBytes = fileBytes;
    this.#external = external;
  }

  /** The data of a tensor that does not stand in its message; for `encodeModelParts`. */
  readonly bytesOf = (tensor: TensorProto): ByteSource | undefined => this.#sources.get(tensor);

  /** The message of an initializer, whose data lies in the external file where the plan has a place for it. */
  initializer(data: TensorData, name: string): TensorProto {
    const place = this.#external?.placeOf(data);
    if (!place || !this.#external) return this.tensor(data, name);
    return {
      dims: data.shape,
      dataType: this.#types.dtype(data.dtype),
      name,
      externalData: [
        { key: 'location', value: this.#external.fileName },
        { key: 'offset', value: String(place.offset) },
        { key: 'length', value: String(place.length) },
      ],
      dataLocation: DATA_LOCATION.EXTERNAL,
    };
  }

  /** The message of a tensor whose data goes into the same file. */
  tensor(data: TensorData, name?: string): TensorProto {
    const base = { dims: data.shape, dataType: this.#types.dtype(data.dtype), name };
    const { storage } = data;
    if (storage.kind === 'strings') return { ...base, stringData: storage.values.map(utf8) };
    if (storage.kind === 'bytes') return { ...base, rawData: storage.bytes };
    const proto: TensorProto = base;
    this.#sources.set(proto, tensorSource(data, this.#fileBytes));
    return proto;
  }

  /** The message of a sparse tensor. */
  sparse({ values, indices, shape }: SparseTensorData): SparseTensorProto {
    invariant(values.shape.length === 1, 'the values of a sparse tensor are a list');
    return { values: this.tensor(values), indices: this.tensor(indices), dims: shape };
  }
}

const encoder = new TextEncoder();

/** The bytes of a text; bytes are left as they are. */
export function utf8(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? encoder.encode(text) : text;
}

// Tensors as bytes, the way Triton's binary tensor data extension has them: little-endian, without gaps; texts behind their lengths.
// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
import { countOf, DATATYPES, type Datatype, type TensorData, type WireTensor } from './datatypes.ts';
import { ProtocolError } from './protocol-error.ts';

/** The bytes in front of each text. */
const LENGTH_BYTES = 4;

/**
 * The elements that bytes stand for. Where the memory is aligned they are a view of it.
 *
 * @param what the tensor in messages
 * @throws ProtocolError when the bytes are not those of such a tensor
 */
export function tensorFromBytes(
  what: string,
  datatype: Datatype,
  shape: readonly number[],
  bytes: Uint8Array,
): WireTensor {
  return { datatype, shape, data: dataFromBytes(what, datatype, countOf(shape), bytes) };
}

function dataFromBytes(what: string, datatype: Datatype, count: number, bytes: Uint8Array): TensorData {
  if (datatype === 'BYTES') return textsFromBytes(what, count, bytes);
  const { size, view } = DATATYPES[datatype];
  if (bytes.byteLength !== count * size) {
    throw new ProtocolError(
      `${what} has ${bytes.byteLength} bytes, ${count} elements of ${datatype} have ${count * size}`,
    );
  }
  if (bytes.byteOffset % size === 0) return view(bytes.buffer, bytes.byteOffset, count);
  // A slice of a Buffer would be a view of the same memory.
  return view(new Uint8Array(bytes).buffer, 0, count);
}

function textsFromBytes(what: string, count: number, bytes: Uint8Array): string[] {
  const lengths = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    const start = at + LENGTH_BYTES;
    const end = start <= bytes.byteLength ? start + lengths.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (end > bytes.byteLength) {
      throw new ProtocolError(
        `${what} ends inside of its element ${texts.length}: ${bytes.byteLength} bytes are there`,
      );
    }
    texts.push(
      decodeText((piece) => decoder.decode(piece), bytes.subarray(start, end), `element ${texts.length} of ${what}`),
    );
    at = end;
  }
  if (texts.length !== count) {
    throw new ProtocolError(`${what} has ${texts.length} elements of BYTES, its shape has ${count}`);
  }
  return texts;
}

function decodeText(decode: (bytes: Uint8Array) => string, bytes: Uint8Array, what: string): string {
  try {
    return decode(bytes);
  } catch {
    throw new ProtocolError(`${what} is no UTF-8: here strings of ONNX are text`);
  }
}

/** The bytes of a tensor, a view of its memory where it has one. */
export function bytesOfTensor({ data }: WireTensor): Uint8Array {
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : bytesOfTexts(data);
}

function bytesOfTexts(texts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const total = encoded.reduce((sum, { byteLength }) => sum + LENGTH_BYTES + byteLength, 0);
  const bytes = new Uint8Array(total);
  const lengths = new DataView(bytes.buffer);
  let at = 0;
  for (const text of encoded) {
    lengths.setUint32(at, text.byteLength, true);
    bytes.set(text, at + LENGTH_BYTES);
    at += LENGTH_BYTES + text.byteLength;
  }
  return bytes;
}

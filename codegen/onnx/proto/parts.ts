// Encoded bytes in pieces, so that a file larger than memory can be written.
import { dimwiseError } from '../../../src/base/errors.ts';
import type { TensorData } from '../../../src/ir/tensor-data.ts';

/** Bytes that are made while they are written. */
export interface ByteSource {
  /** How many bytes the chunks have together. */
  readonly bytes: number;
  /** The chunks in order. */
  readonly write: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** The tensor that the bytes are of, for a writer that draws it in another way. */
  readonly data?: TensorData | undefined;
}

/** A piece of an encoded message: bytes that exist already, or a source of them. */
export type Part = Uint8Array | ByteSource;

/** Counts the bytes of all parts together. */
export function partsBytes(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.bytes), 0);
}

/**
 * Gives the bytes of all parts, one chunk at a time, and checks that every source keeps its word.
 *
 * @throws EMIT_VALUE when a source gives more or fewer bytes than it declared
 */
export async function* streamParts(parts: readonly Part[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      yield part;
      continue;
    }
    let given = 0;
    for await (const chunk of part.write) {
      given += chunk.length;
      // A surplus must not reach the file: it would be read as the next field.
      if (given > part.bytes) break;
      yield chunk;
    }
    if (given !== part.bytes) throw wrongLength(part.bytes, given);
  }
}

/**
 * Puts all parts into one array.
 *
 * @throws EMIT_VALUE when a source gives its chunks asynchronously, or more or fewer bytes than it declared
 */
export function joinParts(parts: readonly Part[]): Uint8Array {
  const all = new Uint8Array(partsBytes(parts));
  let at = 0;
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      all.set(part, at);
      at += part.length;
    } else {
      at = joinSource(part, all, at);
    }
  }
  return all;
}

function joinSource({ bytes, write }: ByteSource, all: Uint8Array, start: number): number {
  if (!(Symbol.iterator in write)) {
    throw dimwiseError({
      code: 'EMIT_VALUE',
      message: 'a source of asynchronous chunks cannot be joined at once',
      hint: 'write the parts with streamParts',
    });
  }
  let at = start;
  for (const chunk of write) {
    if (at + chunk.length > start + bytes) throw wrongLength(bytes, at + chunk.length - start);
    all.set(chunk, at);
    at += chunk.length;
  }
  if (at !== start + bytes) throw wrongLength(bytes, at - start);
  return at;
}

const wrongLength = (declared: number, given: number): Error =>
  dimwiseError({
    code: 'EMIT_VALUE',
    message: `a source of ${declared} bytes gave ${given < declared ? 'only' : 'at least'} ${given}`,
    expected: `${declared} bytes`,
    actual: `${given} bytes`,
  });

// Reads the bodies of requests: no more than is allowed, unpacked where they are compressed.
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import type { BodyBudget, Hold } from './body-budget.ts';
import { HttpError } from './http-error.ts';

const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/** What bounds a body. */
export interface BodyLimits {
  /** The most bytes of one body, also when it is unpacked. */
  readonly mostBytes: number;
  readonly budget: BodyBudget;
}

/** A body that was read. Its bytes count until they are released. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly hold: Hold;
}

/**
 * Reads a body.
 *
 * @throws HttpError 413 when it is too large, 415 for a compression that is not known, 400 when it cannot be unpacked or ends early,
 * 503 when the bodies of all requests take too much memory
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Body> {
  const { mostBytes, budget } = limits;
  checkLength(request, mostBytes);
  const unpack = unpackerOf(request.headers['content-encoding']);
  const hold = budget.hold();
  try {
    const announced = Number(request.headers['content-length'] ?? 0);
    hold.add(announced);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of chunksOf(request)) {
      length += chunk.byteLength;
      if (length > mostBytes) throw tooLarge(mostBytes);
      if (length > announced) hold.add(Math.min(chunk.byteLength, length - announced));
      chunks.push(chunk);
    }
    const packed = Buffer.concat(chunks, length);
    if (!unpack) return { bytes: packed, hold };
    const bytes = await unpacked(packed, unpack, mostBytes);
    hold.add(bytes.byteLength);
    return { bytes, hold };
  } catch (error) {
    hold.release();
    throw error;
  }
}

/** @throws HttpError 413 when the announced length is too large */
export function checkLength({ headers }: IncomingMessage, mostBytes: number): void {
  if (Number(headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes);
}

async function* chunksOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of request) if (chunk instanceof Uint8Array) yield chunk;
  } catch {
    throw new HttpError(400, 'the body ended before it was whole');
  }
}

type Unpack = (typeof unpackers)['gzip'];

function unpackerOf(encoding: string | undefined): Unpack | undefined {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return undefined;
  if (name === 'gzip' || name === 'deflate') return unpackers[name];
  throw new HttpError(415, `Content-Encoding is ${encoding}; this server takes gzip and deflate`, {
    'Accept-Encoding': 'gzip, deflate',
  });
}

async function unpacked(packed: Uint8Array, unpack: Unpack, mostBytes: number): Promise<Uint8Array> {
  try {
    return await unpack(packed, { maxOutputLength: mostBytes });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(mostBytes);
    throw new HttpError(400, 'the body cannot be unpacked as its Content-Encoding says');
  }
}

const tooLarge = (mostBytes: number): HttpError =>
  new HttpError(413, `the body is larger than ${mostBytes} bytes`, { Connection: 'close' });

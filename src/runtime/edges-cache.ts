// Remembers the edges of models by their content, so that the second session of the same bytes reads nothing anew.

import type { ModelProto } from '../../codegen/onnx/proto/messages.ts';
import { decodeModel, type ReadLimits } from '../../codegen/onnx/proto/read-message.ts';
import { CONTENT_LIMIT } from '../ir/content.ts';
import type { ModelEdges } from './edges.ts';

/** Raw data of more bytes is never looked into: content is propagated for few elements, of 8 bytes at most. */
const MOST_READ_BYTES = 8 * CONTENT_LIMIT;

/** How much is remembered. */
export interface EdgesCacheBounds {
  /** Models; 64 by default. */
  readonly entries?: number | undefined;
  /** Bytes of models without the raw data of their weights; 16 MiB by default. */
  readonly bytes?: number | undefined;
}

/** A range of bytes that says nothing about edges. */
interface Gap {
  readonly start: number;
  readonly end: number;
}

interface Entry {
  readonly key: string;
  /** Bytes of the whole model. */
  readonly length: number;
  readonly gaps: readonly Gap[];
  /** All bytes but those of the gaps: a copy, since callers may change theirs. */
  readonly skeleton: Uint8Array;
  readonly edges: ModelEdges;
}

/**
 * Edges by the content of models. What is compared is everything that can change them, byte by byte: all but the raw data of large
 * initializers, whose places and lengths stand in what is compared.
 */
export class EdgesCache {
  readonly #most: { readonly entries: number; readonly bytes: number };
  /** The one that was used last stands last. */
  readonly #entries: Entry[] = [];
  #bytes = 0;

  constructor({ entries = 64, bytes = 2 ** 24 }: EdgesCacheBounds = {}) {
    this.#most = { entries, bytes };
  }

  /**
   * The edges of a model; `read` is asked where they are not known.
   *
   * @param bytes the model; changing them later changes nothing here
   * @param key all else that the edges depend on
   * @param read reads the model; the message is for `gaps`, decoded here where it is not given
   */
  edgesOf(bytes: Uint8Array, key: string, read: () => EdgesReading): ModelEdges {
    const at = this.#entries.findLastIndex((entry) => entry.key === key && isSame(bytes, entry));
    const known = this.#entries[at];
    if (known) {
      this.#entries.push(...this.#entries.splice(at, 1));
      return ownEdges(known.edges);
    }
    const { edges, message, limits } = read();
    this.#keep({ bytes, key, edges, gaps: gapsOf(bytes, message ?? decodeModel(bytes, limits)) });
    return ownEdges(edges);
  }

  #keep({ bytes, key, edges, gaps }: { bytes: Uint8Array; key: string; edges: ModelEdges; gaps: readonly Gap[] }) {
    const size = gaps.reduce((left, { start, end }) => left - (end - start), bytes.length);
    // One model must not push out all others.
    if (size > this.#most.bytes / 4) return;
    const skeleton = new Uint8Array(size);
    pieces(bytes.length, gaps, (start, end, place) => {
      skeleton.set(bytes.subarray(start, end), place);
      return true;
    });
    freeze(edges.contract);
    this.#entries.push({ key, length: bytes.length, gaps, skeleton, edges });
    this.#bytes += size;
    while (this.#entries.length > this.#most.entries || this.#bytes > this.#most.bytes) {
      this.#bytes -= this.#entries.shift()?.skeleton.length ?? 0;
    }
  }
}

/** What reading a model gives. */
export interface EdgesReading {
  readonly edges: ModelEdges;
  /** The message of these very bytes, where it is there. */
  readonly message?: ModelProto | undefined;
  /** How much the bytes may ask for where they are decoded. */
  readonly limits?: ReadLimits | undefined;
}

/** The same edges in maps of their own: a session hands them to its author. */
const ownEdges = (edges: ModelEdges): ModelEdges => ({
  ...edges,
  inputs: new Map(edges.inputs),
  outputs: new Map(edges.outputs),
});

/** The raw data of large initializers, in the order of the bytes. Those of sparse tensors stay: their indices are checked. */
function gapsOf(bytes: Uint8Array, { graph }: ModelProto): readonly Gap[] {
  const gaps: Gap[] = [];
  for (const { rawData } of graph?.initializer ?? []) {
    if (!(rawData instanceof Uint8Array) || rawData.buffer !== bytes.buffer || rawData.length <= MOST_READ_BYTES)
      continue;
    const start = rawData.byteOffset - bytes.byteOffset;
    gaps.push({ start, end: start + rawData.length });
  }
  return gaps.sort((a, b) => a.start - b.start);
}

/** Visits what lies between gaps, with its place among all that does, as long as `visit` wants more; whether it was all. */
function pieces(
  length: number,
  gaps: readonly Gap[],
  visit: (start: number, end: number, place: number) => boolean,
): boolean {
  let [from, place] = [0, 0];
  for (let i = 0; i <= gaps.length; i++) {
    const to = gaps[i]?.start ?? length;
    if (!visit(from, to, place)) return false;
    place += to - from;
    from = gaps[i]?.end ?? length;
  }
  return true;
}

function isSame(bytes: Uint8Array, { length, gaps, skeleton }: Entry): boolean {
  if (bytes.length !== length) return false;
  // It compares at the speed of memory.
  const { compare } = process.getBuiltinModule('node:buffer').Buffer;
  return pieces(
    length,
    gaps,
    (start, end, place) => compare(bytes.subarray(start, end), skeleton.subarray(place, place + end - start)) === 0,
  );
}

/** Makes sure that what several sessions share stays as it is. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
}

// Changes models at random: their messages, so that what comes of it is well-formed, and their bytes.

import type { ModelProto } from '../../../codegen/onnx/proto/messages.ts';
import { decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import type { Random } from './random.ts';

/** Numbers at which something changes. */
const NUMBERS = [0, 1, -1, 2, 3, 7, 255, 256, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1];
const BIGINTS = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 62n];
const TEXTS = [
  '',
  'x',
  'y',
  'n',
  '?',
  '2*n',
  'n//0',
  '__proto__',
  'constructor',
  '\0',
  '\ud83d\ude00',
  'ai.onnx',
  'Loop',
  'If',
  '../x',
];

type Holder = Record<string, unknown> | unknown[];

/** A place in a message: what holds it, under which key. */
interface Place {
  readonly holder: Holder;
  readonly key: string | number;
}

/** What a mutation works on: the places of a message, found once per input. */
class Places {
  readonly all: Place[] = [];
  readonly texts: Place[] = [];
  readonly lists: Place[] = [];

  constructor(root: object) {
    const stack: object[] = [root];
    for (let holder = stack.pop(); holder; holder = stack.pop()) {
      for (const [name, value] of Object.entries(holder)) {
        const place: Place = { holder: asHolder(holder), key: Array.isArray(holder) ? Number(name) : name };
        this.all.push(place);
        if (typeof value === 'string') this.texts.push(place);
        if (Array.isArray(value) && value.length > 0) this.lists.push(place);
        if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) stack.push(value);
      }
    }
  }
}

// Messages are plain objects and arrays all the way down.
const asHolder = (holder: object): Holder => holder as Holder;

const get = ({ holder, key }: Place): unknown => Reflect.get(holder, key);
const set = ({ holder, key }: Place, value: unknown): void => {
  Reflect.set(holder, key, value);
};
const drop = ({ holder, key }: Place): void => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
};

/** Ways to change a message; each takes the places of one model and of another one. */
const MUTATIONS: readonly ((random: Random, places: Places, others: Places) => void)[] = [
  /** Drops a field or an element. */
  (random, { all }) => {
    const place = random.pick(all);
    if (place) drop(place);
  },
  /** Puts an edge number, a bit or a neighbour in the place of a number. */
  (random, { all }) => {
    const place = pickWhere(random, all, (value) => typeof value === 'number' || typeof value === 'bigint');
    if (!place) return;
    const value = get(place);
    const ways = [random.pick(NUMBERS), random.pick(BIGINTS), Number(value) + 1, Number(value) - 1, -Number(value)];
    set(place, random.pick(ways));
  },
  /** Confuses names: another name of the model, or an odd text. */
  (random, { texts }) => {
    const place = random.pick(texts);
    const other = random.pick(texts);
    if (place && other) set(place, random.below(4) === 0 ? random.pick(TEXTS) : get(other));
  },
  /** Doubles an element of a list. */
  (random, { lists }) => {
    const list = randomList(random, lists);
    if (list) list.splice(random.below(list.length + 1), 0, copied(random.pick(list)));
  },
  /** Swaps two elements of a list. */
  (random, { lists }) => {
    const list = randomList(random, lists);
    if (!list) return;
    const [a, b] = [random.below(list.length), random.below(list.length)];
    [list[a], list[b]] = [list[b], list[a]];
  },
  /** Makes a list very long, or empty. */
  (random, { lists }) => {
    const list = randomList(random, lists);
    if (!list) return;
    if (random.below(3) === 0) list.length = 0;
    else for (let times = random.below(40); times > 0; times--) list.push(copied(list[0]));
  },
  /** Puts what another model has under the same field there. */
  (random, { all }, others) => {
    const place = random.pick(all);
    if (!place) return;
    const donor = pickOfKey(random, others.all, place.key);
    if (donor) set(place, copied(get(donor)));
  },
  /** Puts what the same model has under the same field elsewhere there: bodies inside of themselves among it. */
  (random, { all }) => {
    const place = random.pick(all);
    if (!place) return;
    const donor = pickOfKey(random, all, place.key);
    if (donor) set(place, copied(get(donor)));
  },
  /** Changes a byte of tensor data or of a text in bytes. */
  (random, { all }) => {
    const place = pickWhere(random, all, (value) => ArrayBuffer.isView(value) && value.byteLength > 0);
    const value = place && get(place);
    if (!ArrayBuffer.isView(value)) return;
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    bytes[random.below(bytes.length)] = random.bits() & 0xff;
  },
  /** Cuts bytes off, or adds some. */
  (random, { all }) => {
    const place = pickWhere(random, all, (value) => value instanceof Uint8Array);
    const value = place && get(place);
    if (place && value instanceof Uint8Array) set(place, value.slice(0, random.below(value.length + 1)));
  },
];

function pickWhere(random: Random, all: readonly Place[], fits: (value: unknown) => boolean): Place | undefined {
  for (let tries = 12; tries > 0; tries--) {
    const place = random.pick(all);
    if (place && fits(get(place))) return place;
  }
  return undefined;
}

function pickOfKey(random: Random, all: readonly Place[], key: string | number): Place | undefined {
  for (let tries = 24; tries > 0; tries--) {
    const place = random.pick(all);
    if (place?.key === key) return place;
  }
  return undefined;
}

function randomList(random: Random, lists: readonly Place[]): unknown[] | undefined {
  const place = random.pick(lists);
  const list = place && get(place);
  return Array.isArray(list) && list.length > 0 ? list : undefined;
}

/** A model to start from, or to take parts of. */
export class Seed {
  readonly bytes: Uint8Array;
  readonly message: ModelProto;
  #places: Places | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.message = decodeModel(bytes);
  }

  get places(): Places {
    this.#places ??= new Places(this.message);
    return this.#places;
  }
}

/** Copies a message all the way down: the copy may be changed. */
function copied<T>(value: T): T {
  // Each branch gives what it was given.
  if (Array.isArray(value)) return value.map(copied) as T;
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copied(part)])) as T;
}

/** Changes the message of a model in 1 to 4 places and writes it; undefined where no message comes of it. */
export function mutateMessage(random: Random, seed: Seed, donor: Seed): Uint8Array | undefined {
  const message = copied(seed.message);
  const places = new Places(message);
  for (let times = 1 + random.below(4); times > 0; times--) random.pick(MUTATIONS)?.(random, places, donor.places);
  try {
    return encodeModel(message);
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return undefined;
  }
}

/** Changes the bytes of a model in 1 to 4 places. */
export function mutateBytes(random: Random, seed: Seed, donor: Seed): Uint8Array {
  let bytes = seed.bytes.slice();
  for (let times = 1 + random.below(4); times > 0; times--) bytes = changeBytes(random, bytes, donor.bytes);
  return bytes;
}

function changeBytes(random: Random, bytes: Uint8Array, donor: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length);
  const copy = bytes.slice();
  switch (random.below(7)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
      return copy;
    case 1:
      copy[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.bits() & 0xff]) ?? 0;
      return copy;
    case 2:
      return copy.slice(0, at);
    case 3:
      return joined(copy.subarray(0, at), copy.subarray(at + 1 + random.below(8)));
    case 4:
      return joined(copy.subarray(0, at), Uint8Array.of(random.bits() & 0xff), copy.subarray(at));
    case 5: {
      const from = random.below(donor.length);
      return joined(copy.subarray(0, at), donor.subarray(from, from + random.below(64)), copy.subarray(at));
    }
    default: {
      const from = random.below(copy.length);
      return joined(copy.subarray(0, at), copy.subarray(from, from + random.below(64)), copy.subarray(at));
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

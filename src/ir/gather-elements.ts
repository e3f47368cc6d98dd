// gatherElements: elements copied from where steps along axes find them, as transposing does; in words and blocks that caches hold.
import type { RangeReader } from './tensor-range.ts';

/** Where the elements of a rearranged tensor come from. */
export interface Gathering {
  /** Bytes of an element. */
  readonly size: number;
  readonly shape: readonly number[];
  /** The distance, in elements of the source, between neighbours along each axis. */
  readonly steps: readonly number[];
}

/** An axis: how many, and how far apart in the source. */
interface Axis {
  readonly length: number;
  readonly step: number;
}

/** Runs of fewer bytes are copied word by word; setting an array costs more than so many. */
const LEAST_RUN_BYTES = 64;

/** Places along the inner axes that are looked up at a time. Rows of so many elements and the lines they come from stay in a cache. */
const BLOCK = 64;

/** Arrays of 16, 32 and 64 bits start at multiples of their size, and elements of more bytes are several of the largest words. */
const WORDS = [8, 4, 2, 1] as const;

/**
 * Copies elements of a source in the order of other axes.
 *
 * @param source the bytes of all elements; they may start anywhere
 * @returns a reader of ranges of the rearranged elements, in any order of ranges
 */
export function gatherElements(source: Uint8Array, { size, shape, steps }: Gathering): RangeReader {
  const plans = new Map<number, CopyWords>();
  return (out, first) => {
    const fits = (word: number) => size % word === 0 && source.byteOffset % word === 0 && out.byteOffset % word === 0;
    const word = WORDS.find(fits) ?? 1;
    const each = size / word;
    let copy = plans.get(word);
    if (!copy) {
      const own = shape.map((length, i) => ({ length, step: (steps[i] ?? 0) * each }));
      copy = copier(source, word, joinAxes([...own, { length: each, step: 1 }]));
      plans.set(word, copy);
    }
    copy(out, first * each);
  };
}

/** The fewest axes that give the same order: those of length 1 left out, and those that go on where the next one ends joined with it. */
function joinAxes(axes: readonly Axis[]): Axis[] {
  const joined: Axis[] = [];
  for (const { length, step } of axes) {
    const outer = joined.at(-1);
    if (length === 1) continue;
    if (outer && outer.step === step * length) joined[joined.length - 1] = { length: outer.length * length, step };
    else joined.push({ length, step });
  }
  return joined.length > 0 ? joined : [{ length: 1, step: 1 }];
}

/** Fills an array with words from a place among the rearranged ones on. */
type CopyWords = (out: Uint8Array, first: number) => void;
type Word = (typeof WORDS)[number];

function copier(source: Uint8Array, word: Word, axes: readonly Axis[]): CopyWords {
  const last = axes.at(-1) ?? { length: 1, step: 1 };
  if (last.step === 1 && last.length * word >= LEAST_RUN_BYTES) return copyRuns(source, word, axes);
  return copyBlocks(source, word, axes);
}

/** Copies whole runs of neighbours, cut where a range begins or ends. */
function copyRuns(source: Uint8Array, word: Word, axes: readonly Axis[]): CopyWords {
  const run = axes.at(-1)?.length ?? 1;
  const outer = axes.slice(0, -1);
  return (out, first) => {
    const count = out.length / word;
    for (let at = 0; at < count; ) {
      const skip = (first + at) % run;
      const length = Math.min(run - skip, count - at);
      const from = placeOf(outer, (first + at - skip) / run) + skip;
      out.set(source.subarray(from * word, (from + length) * word), at * word);
      at += length;
    }
  };
}

/** The place in the source of the element of a number, by axes. */
function placeOf(axes: readonly Axis[], index: number): number {
  let [place, rest] = [0, index];
  for (let i = axes.length - 1; i >= 0; i--) {
    const { length, step } = axes[i] ?? { length: 1, step: 0 };
    place += (rest % length) * step;
    rest = Math.floor(rest / length);
  }
  return place;
}

/**
 * Copies blocks: rows along the axis whose neighbours are nearest in the source, columns along all axes inside of it. Each line of the
 * source is then read for all the rows that need it while it is in a cache.
 */
function copyBlocks(source: Uint8Array, word: Word, axes: readonly Axis[]): CopyWords {
  const { outer, row, inner, width } = rowsOf(axes);
  const places = source.length / word;
  const offsets: Offsets = places < 2 ** 31 ? new Int32Array(BLOCK) : new Float64Array(BLOCK);
  const open = PICKS[word](source, offsets);
  return (out, first) => {
    const pick = open(out);
    const count = out.length / word;
    for (let at = 0; at < count; ) {
      const skip = (first + at) % width;
      const index = (first + at - skip) / width;
      const begin = index % row.length;
      const from = placeOf(outer, (index - begin) / row.length) + begin * row.step;
      // Part of a row where a range begins or ends in it, and otherwise all rows up to the end of their axis or of the range.
      const isPart = skip > 0 || count - at < width;
      const columns = isPart ? Math.min(width - skip, count - at) : width;
      const rows = isPart ? 1 : Math.min(row.length - begin, Math.floor((count - at) / width));
      for (let block = 0; block < columns; block += BLOCK) {
        const size = Math.min(BLOCK, columns - block);
        fillOffsets(offsets, inner, skip + block, size);
        for (let i = 0; i < rows; i++) pick(at + i * width + block, from + i * row.step, size);
      }
      at += rows * columns;
    }
  };
}

/** The axis of rows, and the axes around it and inside of it. */
interface Rows {
  readonly outer: readonly Axis[];
  readonly row: Axis;
  readonly inner: readonly Axis[];
  /** The product of the lengths inside. */
  readonly width: number;
}

function rowsOf(axes: readonly Axis[]): Rows {
  const before = axes.slice(0, -1);
  const nearest = before.reduce((best, { step }, i) => (step < (before[best]?.step ?? 0) ? i : best), 0);
  const inner = axes.slice(nearest + 1);
  const width = elementsOf(inner);
  const row = before[nearest];
  // Rows of few columns are no blocks: then all elements are columns of one row.
  if (!row || width < BLOCK / 4)
    return { outer: [], row: { length: 1, step: 0 }, inner: axes, width: elementsOf(axes) };
  return { outer: axes.slice(0, nearest), row, inner, width };
}

const elementsOf = (axes: readonly Axis[]): number => axes.reduce((product, { length }) => product * length, 1);

/** Distances in the source; large ones where a source has more words than 31 bits count. */
type Offsets = Int32Array | Float64Array;

/** Looks up the places of `count` elements from one on. */
function fillOffsets(offsets: Offsets, axes: readonly Axis[], from: number, count: number): void {
  const places: number[] = axes.map(() => 0);
  for (let axis = axes.length - 1, rest = from; axis >= 0; axis--) {
    const length = axes[axis]?.length ?? 1;
    places[axis] = rest % length;
    rest = Math.floor(rest / length);
  }
  let at = placeOf(axes, from);
  for (let i = 0; i < count; i++) {
    offsets[i] = at;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { length, step } = axes[axis] ?? { length: 1, step: 0 };
      const now = (places[axis] ?? 0) + 1;
      at += step;
      places[axis] = now;
      if (now < length) break;
      places[axis] = 0;
      at -= step * length;
    }
  }
}

/** Copies `count` words from `from` plus each offset to the places from `to` on. */
type PickWords = (to: number, from: number, count: number) => void;

/** A loop for each kind of word, so that each is compiled for one kind of array. */
const PICKS: Readonly<Record<Word, (source: Uint8Array, offsets: Offsets) => (out: Uint8Array) => PickWords>> = {
  1: (source, offsets) => (out) => (to, from, count) => {
    for (let i = 0; i < count; i++) out[to + i] = source[from + (offsets[i] ?? 0)] ?? 0;
  },
  2: (bytes, offsets) => {
    const source = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    return ({ buffer, byteOffset, length }) => {
      const out = new Uint16Array(buffer, byteOffset, length / 2);
      return (to, from, count) => {
        for (let i = 0; i < count; i++) out[to + i] = source[from + (offsets[i] ?? 0)] ?? 0;
      };
    };
  },
  4: (bytes, offsets) => {
    const source = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    return ({ buffer, byteOffset, length }) => {
      const out = new Uint32Array(buffer, byteOffset, length / 4);
      return (to, from, count) => {
        for (let i = 0; i < count; i++) out[to + i] = source[from + (offsets[i] ?? 0)] ?? 0;
      };
    };
  },
  8: (bytes, offsets) => {
    const source = new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    return ({ buffer, byteOffset, length }) => {
      const out = new BigUint64Array(buffer, byteOffset, length / 8);
      return (to, from, count) => {
        for (let i = 0; i < count; i++) out[to + i] = source[from + (offsets[i] ?? 0)] ?? 0n;
      };
    };
  },
};

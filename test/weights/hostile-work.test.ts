// Headers that ask for much work: what is read of them is counted, and grows with the file at the most; data is never touched.
import { describe, expect, test } from 'vitest';
import { allCheckpointLimits } from '../../codegen/weights/checkpoint-limits.ts';
import { ggufOf } from '../../codegen/weights/gguf/read.ts';
import type { PositionedBytes } from '../../codegen/weights/positioned-bytes.ts';
import { safetensorsOf } from '../../codegen/weights/read-safetensors.ts';
import { readSafetensorsIndex } from '../../codegen/weights/safetensors-index.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import { type GgufPart, ggufFile, text, u32, u64 } from './gguf-file.ts';
import { safetensorsFile } from './recorded.ts';

/** Bytes that a header may be read ahead of what is needed of it. */
const WINDOW_BYTES = 2 ** 17;

type Open = (file: PositionedBytes) => unknown;
const safetensors: Open = (file) => safetensorsOf(file, allCheckpointLimits());
const index: Open = (file) => readSafetensorsIndex(file, allCheckpointLimits());
const gguf: Open = (file) => ggufOf(file, allCheckpointLimits());

const list = (count: number, item: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(',');
const place = (from: number, to: number): string =>
  `{"dtype":"U8","shape":[${to - from}],"data_offsets":[${from},${to}]}`;
const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);
const repeat = (count: number, part: (i: number) => readonly GgufPart[]): (readonly GgufPart[])[] =>
  Array.from({ length: count }, (_, i) => part(i));
const UINT32 = 4;
const ARRAY = 9;

/** What a file does, how it is made in a size, and how it ends: the error's code, or that it is taken. */
const ROWS: readonly (readonly [what: string, open: Open, make: (n: number) => Uint8Array, ends: string])[] = [
  [
    'tensors side by side',
    safetensors,
    (n) => safetensorsFile(`{${list(n, (i) => `"${i}":${place(i, i + 1)}`)}}`, n),
    'taken',
  ],
  [
    'tensors that all overlap',
    safetensors,
    (n) => safetensorsFile(`{${list(n, (i) => `"${i}":${place(0, n)}`)}}`, n),
    'CHECKPOINT_MALFORMED',
  ],
  [
    'tensors backwards',
    safetensors,
    (n) => safetensorsFile(`{${list(n, (i) => `"${i}":${place(n - i - 1, n - i)}`)}}`, n),
    'taken',
  ],
  [
    'empty tensors in one place',
    safetensors,
    (n) => safetensorsFile(`{${list(n, (i) => `"${i}":${place(0, 0)}`)}}`),
    'taken',
  ],
  [
    'a name twice at the end',
    safetensors,
    (n) => safetensorsFile(`{${list(n, (i) => `"${i % (n - 1)}":${place(0, 0)}`)}}`),
    'CHECKPOINT_MALFORMED',
  ],
  [
    'axes without end',
    safetensors,
    (n) => safetensorsFile(`{"a":{"dtype":"U8","shape":[${list(n, () => '1')}]`),
    'CHECKPOINT_LIMIT',
  ],
  [
    'lists that go deep',
    safetensors,
    (n) => safetensorsFile(`{"a":{"x":${'['.repeat(n * 20)}`),
    'CHECKPOINT_MALFORMED',
  ],
  [
    'fields that nobody asked for',
    safetensors,
    (n) => safetensorsFile(`{"a":{"x":[${list(n * 10, () => '0')}]`),
    'CHECKPOINT_MALFORMED',
  ],
  [
    'texts of metadata',
    safetensors,
    (n) => safetensorsFile(`{"__metadata__":{${list(n, (i) => `"${i}":"x"`)}}}`),
    'taken',
  ],
  [
    'a text of escapes',
    safetensors,
    (n) => safetensorsFile(`{"__metadata__":{"a":"${'\\u0041'.repeat(n * 4)}"}}`),
    'taken',
  ],
  ['a name that does not end', safetensors, (n) => safetensorsFile(`{"${'x'.repeat(n * 20)}`), 'any'],
  ['space', safetensors, (n) => safetensorsFile(`{${' '.repeat(n * 20)}}`), 'taken'],
  ['a length beyond the file', safetensors, (n) => safetensorsFile('{}', n, 2n ** 63n), 'CHECKPOINT_MALFORMED'],
  ['an index of many tensors', index, (n) => utf8(`{"weight_map":{${list(n, (i) => `"${i}":"a"`)}}}`), 'taken'],
  ['an index of many shards', index, (n) => utf8(`{"weight_map":{${list(n, (i) => `"${i}":"${i}"`)}}}`), 'taken'],
  [
    'GGUF tensors that overlap',
    gguf,
    (n) =>
      ggufFile({ tensors: repeat(n, (i) => [text(`${i}`), u32(1), u64(8), u32(0), u64(0)]), data: new Uint8Array(64) }),
    'CHECKPOINT_MALFORMED',
  ],
  ['GGUF entries', gguf, (n) => ggufFile({ entries: repeat(n, (i) => [text(`${i}`), u32(UINT32), u32(i)]) }), 'taken'],
  ['more GGUF tensors than there are', gguf, (n) => ggufFile({ counts: [2n ** 60n, n] }), 'any'],
  [
    'a GGUF array beyond the file',
    gguf,
    () => ggufFile({ entries: [[text('a'), u32(ARRAY), u32(UINT32), u64(2n ** 62n)]] }),
    'any',
  ],
];

/** Opens a file and counts what is read. */
function workOf(
  open: Open,
  bytes: Uint8Array,
): { readonly ends: string; readonly read: number; readonly calls: number } {
  let [read, calls] = [0, 0];
  const file: PositionedBytes = {
    source: 'counted',
    size: bytes.length,
    read: (into, start) => {
      read += into.length;
      calls++;
      into.set(bytes.subarray(start, start + into.length));
    },
  };
  try {
    open(file);
    return { ends: 'taken', read, calls };
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return { ends: error.code, read, calls };
  }
}

describe('the header of a checkpoint', () => {
  test.each(ROWS.map(([what, open, make, ends]) => ({ what, open, make, ends })))(
    'is read once, in few pieces, with $what',
    ({ open, make, ends }) => {
      for (const n of [50, 800, 6400]) {
        const bytes = make(n);
        const work = workOf(open, bytes);
        // Small files of a kind may be fine where large ones are not.
        if (n === 6400)
          expect(ends === 'any' ? work.ends.startsWith('CHECKPOINT_') : work.ends === ends, work.ends).toBe(true);
        expect(work.read).toBeLessThanOrEqual(bytes.length + WINDOW_BYTES);
        expect(work.calls).toBeLessThanOrEqual(8 + bytes.length / 2 ** 14);
      }
    },
  );
});

// GGUF files that lie, each beside a good one.
import { type GgufFileParts, type GgufPart, ggufFile, raw, text, u8, u32, u64 } from './gguf-file.ts';

/** What the header says of a tensor; by default two float32 at the start. */
export const info = ({
  name = text('t'),
  sizes = [2],
  axes = sizes.length,
  type = 0,
  at = 0,
}: {
  name?: GgufPart;
  sizes?: readonly (number | bigint)[];
  axes?: number;
  type?: number;
  at?: number | bigint;
} = {}): GgufPart[] => [name, u32(axes), ...sizes.map(u64), u32(type), u64(at)];

/** An entry of metadata. */
export const entry = (kind: number, ...value: GgufPart[]): GgufPart[] => [text('k'), u32(kind), ...value];
export const UINT32 = 4;
export const STRING = 8;
export const ARRAY = 9;
const BOOL = 7;
/** So many bytes. */
export const data = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);
const withEntry = (...parts: GgufPart[]): GgufFileParts => ({ entries: [parts] });
const withTensor = (parts: Parameters<typeof info>[0], length = 8): GgufFileParts => ({
  tensors: [info(parts)],
  data: data(length),
});
const withTwo = (first: Parameters<typeof info>[0], second: Parameters<typeof info>[0]): GgufFileParts => ({
  tensors: [info({ name: text('a'), ...first }), info({ name: text('b'), ...second })],
  data: data(72),
});
const aligned = (alignment: number, kind: number = UINT32): GgufFileParts => ({
  entries: [[text('general.alignment'), u32(kind), kind === UINT32 ? u32(alignment) : u64(alignment)]],
  tensors: [info()],
  alignment: alignment || 1,
  data: data(8),
});
const nested = (depth: number): GgufFileParts => {
  const levels = Array.from({ length: depth - 1 }, () => [u32(ARRAY), u64(1)]).flat();
  return { entries: [[text('k'), u32(ARRAY), ...levels, u32(UINT32), u64(1), u32(7)]] };
};
/** A file of one tensor of two float32. */
export const GOOD = withTensor({});
/** Error codes. */
export const M = 'CHECKPOINT_MALFORMED';
export const L = 'CHECKPOINT_LIMIT';
export const U = 'CHECKPOINT_UNSUPPORTED';
export const file = (parts: GgufFileParts | Uint8Array): Uint8Array =>
  parts instanceof Uint8Array ? parts : ggufFile(parts);
const bytes = (letters: string): Uint8Array => new TextEncoder().encode(letters);

/** What is refused, the file, a good one beside it, the code, what the message says, and which tensor it names. */
export type Row = readonly [
  what: string,
  bad: GgufFileParts | Uint8Array,
  good: GgufFileParts,
  code: string,
  fact: string,
  tensor?: string,
];

/** Files that are refused. */
export const ROWS: readonly Row[] = [
  ['nothing behind the magic', bytes('GGUF'), {}, M, 'does not start as a GGUF file'],
  ['version 0', { version: 0 }, { version: 3 }, U, 'GGUF of version 0; versions 2 and 3 are read'],
  ['version 1', { version: 1 }, { version: 2 }, U, 'GGUF of version 1;'],
  ['version 1, big-endian', { version: 1, isBig: true }, { version: 2, isBig: true }, U, 'GGUF of version 1;'],
  ['version 4', { version: 4 }, GOOD, U, 'GGUF of version 4;'],
  ['version 2^32 - 1', { version: 2 ** 32 - 1 }, GOOD, U, 'GGUF of version 4294967295;'],
  ['more tensors than it has', { tensors: [info()], counts: [3, 0] }, GOOD, M, 'inside of its header'],
  ['2^64 - 1 tensors', { ...GOOD, counts: [2n ** 64n - 1n, 0] }, GOOD, L, '18446744073709551615 tensors'],
  ['2^63 entries', { counts: [0, 2n ** 63n] }, {}, L, '9223372036854775808 entries'],
  ['more entries than it has', { counts: [0, 1] }, {}, M, 'inside of its header'],
  ['a key of 2^64 - 1 bytes', withEntry(text('k', 2n ** 64n - 1n)), withEntry(...entry(BOOL, u8(1))), L, 'nameBytes'],
  ['a key beyond the file', withEntry(text('k', 100)), withEntry(...entry(BOOL, u8(1))), M, 'inside of its header'],
  ['a kind of 13', withEntry(...entry(13, u64(0))), withEntry(...entry(12, u64(0))), M, 'value of kind 13'],
  ['a kind of 2^32 - 1', withEntry(...entry(2 ** 32 - 1)), withEntry(...entry(0, u8(0))), M, 'of kind 4294967295'],
  ['the truth value 2', withEntry(...entry(BOOL, u8(2))), withEntry(...entry(BOOL, u8(0))), M, 'truth value 2'],
  [
    'a text beyond the file',
    withEntry(...entry(STRING, text('x', 99))),
    withEntry(...entry(STRING, text('x'))),
    M,
    'inside of its header',
  ],
  [
    'a text of 2^63 bytes',
    withEntry(...entry(STRING, text('x', 2n ** 63n))),
    withEntry(...entry(STRING, text('x'))),
    L,
    'textBytes',
  ],
  [
    'an array of 2^64 - 1 bytes',
    withEntry(...entry(ARRAY, u32(0), u64(2n ** 64n - 1n))),
    withEntry(...entry(ARRAY, u32(0), u64(0))),
    M,
    'array of 18446744073709551615 values of UINT8',
  ],
  [
    'an array of 2^61 numbers',
    withEntry(...entry(ARRAY, u32(12), u64(2n ** 61n))),
    withEntry(...entry(ARRAY, u32(12), u64(1), u64(0))),
    M,
    'values of FLOAT64',
  ],
  [
    'an array of texts that are missing',
    withEntry(...entry(ARRAY, u32(STRING), u64(9), text('x'))),
    withEntry(...entry(ARRAY, u32(STRING), u64(1), text('x'))),
    M,
    '9 values of STRING',
  ],
  [
    'an array of unknown things',
    withEntry(...entry(ARRAY, u32(13), u64(0))),
    withEntry(...entry(ARRAY, u32(12), u64(0))),
    M,
    'of kind 13',
  ],
  ['arrays 101 deep', nested(101), nested(100), M, 'nested 100 deep'],
  ['arrays 100,000 deep', nested(100_000), nested(2), M, 'nested 100 deep'],
  [
    'an array that is long as a text',
    withEntry(...entry(ARRAY, u32(0), u64(9_000_000), raw(data(9_000_000)))),
    withEntry(...entry(ARRAY, u32(0), u64(9), raw(data(9)))),
    L,
    'limit textBytes is 16777216',
  ],
  [
    'a key twice',
    { entries: [entry(BOOL, u8(1)), entry(BOOL, u8(1))] },
    withEntry(...entry(BOOL, u8(1))),
    M,
    'metadata has "k" twice',
  ],
  ['alignment 0', aligned(0), aligned(32), M, 'its alignment is 0 (UINT32), no power of two'],
  ['alignment 48', aligned(48), aligned(64), M, 'its alignment is 48'],
  [
    'alignment 2^32 - 1',
    { ...aligned(32), entries: [[text('general.alignment'), u32(UINT32), u32(2 ** 32 - 1)]] },
    aligned(32),
    M,
    'its alignment is 4294967295',
  ],
  ['alignment as UINT64', aligned(64, 10), aligned(64), M, 'its alignment is 64 (UINT64)'],
  [
    'alignment 2^31 of a short file',
    { ...aligned(32), entries: [[text('general.alignment'), u32(UINT32), u32(2 ** 31)]] },
    aligned(4096),
    M,
    'which has 0',
    't',
  ],
  ['a name beyond the file', withTensor({ name: text('t', 4000) }), GOOD, M, 'inside of its header'],
  [
    'a name of 2^64 - 1 bytes',
    withTensor({ name: text('t', 2n ** 64n - 1n) }),
    GOOD,
    L,
    'the name of tensor 1 has 18446744073709551615 bytes',
  ],
  [
    'a name that is no UTF-8',
    withTensor({ name: text(Uint8Array.of(0xff)) }),
    withTensor({ name: text('é') }),
    M,
    'the name of tensor 1 is no UTF-8',
  ],
  [
    'a name twice',
    { tensors: [info(), info({ at: 32 })], data: data(40) },
    withTwo({}, { at: 32 }),
    M,
    'is in the header twice',
    't',
  ],
  [
    '__proto__ twice',
    { tensors: [info({ name: text('__proto__') }), info({ name: text('__proto__'), at: 32 })], data: data(40) },
    withTensor({ name: text('__proto__') }),
    M,
    'is in the header twice',
    '__proto__',
  ],
  ['2^32 - 1 axes', withTensor({ axes: 2 ** 32 - 1 }), GOOD, L, 'has 4294967295 axes', 't'],
  ['more axes than sizes', { tensors: [info({ axes: 3 })] }, GOOD, M, 'inside of its header'],
  ['a size of 2^64 - 1', withTensor({ sizes: [2n ** 64n - 1n] }), GOOD, M, 'a size of 18446744073709551615', 't'],
  ['a size of 2^53', withTensor({ sizes: [2n ** 53n] }), GOOD, M, 'beyond 2^53 - 1', 't'],
  ['sizes whose product overflows', withTensor({ sizes: [2 ** 32, 2 ** 32] }), GOOD, M, 'too many elements', 't'],
  [
    'sizes whose product is 0 after 64 bits',
    withTensor({ sizes: [2 ** 32, 2 ** 32, 4] }),
    GOOD,
    M,
    'too many elements',
    't',
  ],
  ['elements whose bits overflow', withTensor({ sizes: [2n ** 51n], type: 28 }), GOOD, M, 'too many elements', 't'],
  ['type 42', withTensor({ type: 42 }), GOOD, M, 'is of type 42, which ggml does not have', 't'],
  ['type 2^32 - 1', withTensor({ type: 2 ** 32 - 1 }), GOOD, M, 'is of type 4294967295', 't'],
  [
    'rows of 33 elements in blocks of 32',
    withTensor({ sizes: [33, 32], type: 8 }, 1122),
    withTensor({ sizes: [32, 33], type: 8 }, 1122),
    M,
    'no whole blocks of 32 (Q8_0)',
    't',
  ],
  [
    'a scalar of blocks',
    withTensor({ sizes: [], type: 8 }, 34),
    withTensor({ sizes: [] }, 4),
    M,
    'no whole blocks of 32',
    't',
  ],
  [
    'blocks beyond the file',
    withTensor({ sizes: [32, 2], type: 8 }, 67),
    withTensor({ sizes: [32, 2], type: 8 }, 68),
    M,
    'which has 67',
    't',
  ],
  [
    'Q8_1',
    withTensor({ sizes: [32], type: 9 }, 40),
    withTensor({ sizes: [32], type: 8 }, 34),
    U,
    'is of type Q8_1',
    't',
  ],
  [
    'Q4_1 in a big-endian file',
    { ...withTensor({ sizes: [32], type: 3 }, 20), isBig: true },
    { ...withTensor({ sizes: [32], type: 2 }, 18), isBig: true },
    U,
    'Q4_1, which is not read from big-endian files',
    't',
  ],
  ['an offset beyond the file', withTensor({ at: 32 }), GOOD, M, 'which has 8', 't'],
  ['an offset of 2^64 - 32', withTensor({ at: 2n ** 64n - 32n }), GOOD, M, 'which no file has', 't'],
  ['an offset that wraps', withTensor({ at: 2n ** 53n - 32n }), GOOD, M, 'which has 8', 't'],
  ['an offset of 1', withTensor({ at: 1 }, 9), GOOD, M, 'no multiple of 32', 't'],
  ['an end beyond the file', withTensor({}, 7), GOOD, M, 'which has 7', 't'],
  [
    'tensors that overlap',
    withTwo({ sizes: [10] }, { at: 32 }),
    withTwo({ sizes: [8] }, { at: 32 }),
    M,
    'ends so that it begins at 64',
    'b',
  ],
  ['two tensors of one place', withTwo({}, { at: 0 }), withTwo({}, { at: 32 }), M, 'ends so that it begins at 32', 'b'],
  ['a hole between tensors', withTwo({}, { at: 64 }), withTwo({}, { at: 32 }), M, 'ends so that it begins at 32', 'b'],
  ['a hole before the first', withTensor({ at: 32 }, 40), GOOD, M, 'the header ends so that it begins at 0', 't'],
];

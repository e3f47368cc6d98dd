// Archives of NumPy are read as NumPy means them; those that lie are refused.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { npyHeaderBytes } from '../../codegen/weights/npy.ts';
import { openCheckpoint } from '../../src/node/open-checkpoint.ts';
import { bytesOf, contentOf, failureOf, fromBase64, recorded, useFolder } from './recorded.ts';
import { type ZipEntry, zipOf } from './zip.ts';

const { put } = useFolder();

/** A .npy file of bytes, and what is behind them. */
const npy = (shape: readonly number[], content: number = shape.reduce((a, b) => a * b, 1)): Uint8Array =>
  new Uint8Array(Buffer.concat([npyHeaderBytes('uint8', shape) ?? new Uint8Array(), new Uint8Array(content)]));
const header = (text: string): Uint8Array => {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return new Uint8Array(Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(text)]));
};
const dict = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;
const entry = (content: Uint8Array, rest: Partial<ZipEntry> = {}): ZipEntry => ({ name: 'w.npy', content, ...rest });
const GOOD = npy([2, 3]);

describe('openCheckpoint of a .npz', () => {
  const floats = (...values: number[]): number[] => [...new Uint8Array(Float32Array.from(values).buffer)];
  test.each(['stored', 'deflated'])('reads arrays that are %s', async (name) => {
    const { tensors } = contentOf(await openCheckpoint(put('w.npz', fromBase64(recorded.npz[name]))));
    expect(tensors).toEqual([
      { name: 'grid', dtype: 'float32', shape: [2, 3], elements: floats(0, 1, 2, 3, 4, 5) },
      { name: 'block/half', dtype: 'float16', shape: [2], elements: [0, 0x3c, 0, 0xc0] },
      { name: 'count', dtype: 'int64', shape: [], elements: [7, 0, 0, 0, 0, 0, 0, 0] },
      { name: 'flag', dtype: 'bool', shape: [2], elements: [1, 0] },
      { name: 'turned', dtype: 'float32', shape: [2, 3], elements: floats(10, 11, 12, 13, 14, 15) },
      { name: 'big', dtype: 'int32', shape: [3], elements: [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0] },
      { name: 'none', dtype: 'uint8', shape: [0, 2], elements: [] },
      { name: 'wave', dtype: 'complex64', shape: [1], elements: floats(1, 2) },
      { name: 'words', dtype: 'string', shape: [2], elements: ['ab', 'é'] },
    ]);
  });

  test('leaves stored arrays in the file, and gives parts of compressed ones in any order', async () => {
    const stored = await openCheckpoint(put('w.npz', fromBase64(recorded.npz['stored'])));
    expect(stored.tensors.get('grid')?.storage.kind).toBe('lazy');
    const { tensors } = await openCheckpoint(put('d.npz', fromBase64(recorded.npz['deflated'])));
    const [grid, turned] = [tensors.get('grid')?.storage, tensors.get('turned')?.storage];
    const part = new Uint8Array(4);
    for (const [storage, first, value] of [
      [grid, 5, 5],
      [turned, 0, 10],
      [grid, 1, 1],
      [turned, 4, 14],
    ] as const) {
      if (storage?.kind !== 'lazy') return expect.fail();
      storage.source.fill(part, first);
      expect(new Float32Array(part.buffer)[0]).toBe(value);
    }
  });

  test('reads one array of a .npy by the name of its file', async () => {
    const { tensors } = await openCheckpoint(put('embedding.npy', fromBase64(recorded.npy['grid'])));
    expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([['embedding', [2, 3]]]);
    expect([...bytesOf(tensors.get('embedding'))]).toEqual(floats(0, 1, 2, 3, 4, 5));
  });

  test('reads an archive of nothing', async () => {
    expect((await openCheckpoint(put('n.npz', fromBase64(recorded.npz['nothing'])))).tensors.size).toBe(0);
  });

  test('passes over folders', async () => {
    const file = put('w.npz', zipOf([{ name: 'a/', content: new Uint8Array() }, entry(GOOD, { name: 'a/w.npy' })]));
    expect([...(await openCheckpoint(file)).tensors.keys()]).toEqual(['a/w']);
  });
});

/** What is refused at once, the entries, what the message says. */
const HOSTILE: readonly (readonly [string, Uint8Array, string])[] = [
  ['an entry twice', zipOf([entry(GOOD), entry(GOOD)]), 'tensor "w" is in the archive twice'],
  ['an entry with .. in its name', zipOf([entry(GOOD, { name: '../w.npy' })]), 'invalid relative path'],
  ['an entry with an absolute name', zipOf([entry(GOOD, { name: '/w.npy' })]), 'absolute path'],
  ['an entry with a drive', zipOf([entry(GOOD, { name: 'c:/w.npy' })]), 'absolute path'],
  ['an entry with a backslash', zipOf([entry(GOOD, { name: 'a\\w.npy' })]), 'invalid characters'],
  [
    'an entry of another name at its place',
    zipOf([entry(GOOD, { lies: { localName: 'v.npy' } })]),
    'has another name where its data lies',
  ],
  [
    'two entries of one place',
    zipOf([entry(GOOD), entry(GOOD, { name: 'v.npy', lies: { offset: 0, localName: 'w.npy' } })]),
    'another name where its data lies',
  ],
  [
    'entries that overlap',
    zipOf([entry(GOOD, { lies: { compressed: 200, bytes: 200 } }), entry(GOOD, { name: 'v.npy' })]),
    'tensor "v" lies where "w" lies too',
  ],
  [
    'an entry behind the end',
    zipOf([entry(GOOD, { lies: { compressed: 9000, bytes: 9000 } })]),
    'file data overflows file bounds',
  ],
  ['a stored entry of two sizes', zipOf([entry(GOOD, { lies: { bytes: 5 } })]), 'size mismatch'],
  [
    'a local header behind the end',
    zipOf([entry(GOOD, { lies: { offset: 0xfffffff } })]),
    'zip archive that can be read',
  ],
  ['a local header that is none', zipOf([entry(GOOD, { lies: { offset: 3 } })]), 'zip archive that can be read'],
  ['an encrypted entry', zipOf([entry(GOOD, { isDeflated: true, lies: { flags: 0x801 } })]), 'tensor "w" is encrypted'],
  [
    'an entry of another method',
    zipOf([entry(GOOD, { lies: { method: 14 } })]),
    'tensor "w" is compressed by method 14',
  ],
  ['more entries than there are', zipOf([entry(GOOD)], 2), 'zip archive that can be read'],
  ['an entry that is no array', zipOf([{ name: 'notes.txt', content: GOOD }]), 'its entry "notes.txt" is no .npy file'],
  [
    'an entry that is named like an array',
    zipOf([entry(new Uint8Array(200))]),
    'tensor "w" is no .npy array that can be read: it does not start',
  ],
  ['an entry without content', zipOf([entry(new Uint8Array())]), 'does not start as a .npy file does'],
  [
    'a deflated entry that is none',
    zipOf([entry(new Uint8Array(100).fill(255), { lies: { method: 8 } })]),
    'tensor "w" cannot be inflated',
  ],
  [
    'a deflated entry of another size than its array',
    zipOf([entry(GOOD, { isDeflated: true, lies: { bytes: 99 } })]),
    'takes 6 bytes',
  ],
  [
    'an array of more bytes than its limit',
    zipOf([entry(npy([2 ** 31], 0), { isDeflated: true, lies: { bytes: 2 ** 31 + 128 } })]),
    'must be held whole, the limit arrayBytes',
  ],
  ['cut data', zipOf([entry(npy([2, 3], 5))]), 'takes 6 bytes, it has 5'],
  ['data behind the array', zipOf([entry(npy([2, 3], 7))]), 'takes 6 bytes, it has 7'],
  [
    'a shape that overflows',
    zipOf([entry(header(dict('<f8', '4503599627370496, 4503599627370496')))]),
    'has too many elements',
  ],
  ['a negative size', zipOf([entry(header(dict('<f8', '-1,')))]), 'its shape is (-1,)'],
  ['a size that is no number', zipOf([entry(header(dict('<f8', '0x10,')))]), 'its shape is (0x10,)'],
  ['1100 axes', zipOf([entry(header(dict('|u1', '1, '.repeat(1100))))]), 'has 1100 axes, the limit rank'],
  ['an unknown element type', zipOf([entry(header(dict('<f16', '0,')))]), "its elements are '<f16'"],
  [
    'a width beyond all numbers',
    zipOf([entry(header(dict('<U999999999999999', '9007199254740991,')))]),
    'has too many elements',
  ],
  [
    'a code that is no character',
    zipOf([entry(Uint8Array.from([...header(dict('<U1', '1,')), 0, 0, 0x11, 0]))]),
    'which is no character',
  ],
  ['a header beyond the entry', zipOf([entry(GOOD.subarray(0, 40))]), 'its header is cut'],
  [
    'a header of 4 GB',
    zipOf([entry(Uint8Array.from([...Buffer.from('\x93NUMPY\x02\x00\xff\xff\xff\xff', 'latin1'), 0, 0]))]),
    'its header is cut',
  ],
  [
    'a header of 70,000 bytes',
    zipOf([
      entry(
        Uint8Array.from([...Buffer.from('\x93NUMPY\x02\x00\x70\x11\x01\x00', 'latin1'), ...new Uint8Array(70_000)]),
      ),
    ]),
    'at most 65536 are read',
  ],
  ['objects', fromBase64(recorded.npz['objects']), "its elements are '|O'"],
  ['records', fromBase64(recorded.npz['records']), 'it holds records, not one array'],
];

describe('a .npz file', () => {
  test('is good in the cases that follow but for one thing', async () => {
    for (const isDeflated of [false, true]) {
      const file = put('good.npz', zipOf([entry(GOOD, { isDeflated }), entry(GOOD, { name: 'v.npy' })]));
      expect([...(await openCheckpoint(file)).tensors.keys()]).toEqual(['w', 'v']);
    }
    expect(HOSTILE.length).toBeGreaterThan(30);
  });

  test.each(HOSTILE.map(([what, file, fact]) => ({ what, file, fact })))(
    'is refused with $what',
    async ({ file, fact }) => {
      const path = put('bad.npz', file);
      const { code, message } = await failureOf(() => openCheckpoint(path));
      expect(code).toBe(/limit/.test(fact) ? 'CHECKPOINT_LIMIT' : 'CHECKPOINT_MALFORMED');
      expect(message).toContain(path);
      expect(message).toContain(fact);
    },
  );

  test.each<[string, ZipEntry, string]>([
    [
      'grows beyond what the archive says',
      entry(npy([100], 5000), { isDeflated: true, lies: { bytes: npy([100]).length } }),
      'cannot be inflated',
    ],
    [
      'is smaller than the archive says',
      entry(npy([100], 50), { isDeflated: true, lies: { bytes: npy([100]).length } }),
      'has 178 bytes, the archive says 228',
    ],
    [
      'has another checksum',
      entry(npy([100]), { isDeflated: true, lies: { checksum: 1 } }),
      'its checksum is another one',
    ],
  ])('is refused at the first use of an array that %s', async (_, hostile, fact) => {
    const { tensors } = await openCheckpoint(put('bad.npz', zipOf([hostile])));
    const { code, message } = await failureOf(() => bytesOf(tensors.get('w')));
    expect(code).toBe('CHECKPOINT_MALFORMED');
    expect(message).toContain(fact);
    expect(message).toContain('tensor "w"');
  });

  test('is refused when it is cut anywhere', async () => {
    const file = fromBase64(recorded.npz['deflated']);
    const outcomes = new Set<string>();
    for (let length = 0; length < file.length; length += 17) {
      outcomes.add((await failureOf(() => openCheckpoint(put('cut.npz', file.subarray(0, length))))).code);
    }
    expect([...outcomes].sort()).toEqual(['CHECKPOINT_MALFORMED', 'FILE_FORMAT']);
  });

  test('of torch.save and of Keras is called by its name, with a way to convert it', async () => {
    const torch = await failureOf(() => openCheckpoint(put('model.pt', fromBase64(recorded.torch))));
    expect(torch).toMatchObject({ code: 'FILE_FORMAT', hint: expect.stringContaining('weights_only=True') });
    expect(torch.message).toContain('is a file of torch.save');
    const keras = put('m.keras', zipOf([{ name: 'model.weights.h5', content: new Uint8Array(8) }]));
    expect(await failureOf(() => openCheckpoint(keras))).toMatchObject({
      code: 'FILE_FORMAT',
      hint: expect.stringContaining('numpy.savez'),
    });
  });

  test('that changes after it was opened is not read', async () => {
    const path = put('w.npz', fromBase64(recorded.npz['stored']));
    const { tensors } = await openCheckpoint(path);
    put('w.npz', Uint8Array.from([...readFileSync(path), 0]));
    expect(await failureOf(() => bytesOf(tensors.get('grid')))).toMatchObject({
      code: 'FILE_READ',
      hint: 'open the checkpoint again',
    });
  });
});

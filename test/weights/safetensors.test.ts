// Files that the package safetensors wrote are read whole, and written again to the same bytes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../codegen/weights/read-safetensors.ts';
import { dtypeOfSafetensors, SAFETENSORS_DTYPES } from '../../codegen/weights/safetensors-dtypes.ts';
import { planSafetensors } from '../../codegen/weights/write-safetensors.ts';
import { byteLength, DTYPE_NAMES, type DType } from '../../src/ir/dtype.ts';
import { type TensorData, tensorFromBytes } from '../../src/ir/tensor-data.ts';
import { bytesOf, contentOf, failureOf, fromBase64, recorded } from './recorded.ts';

const written = (tensors: ReadonlyMap<string, TensorData>, metadata?: ReadonlyMap<string, string>): Uint8Array => {
  const plan = planSafetensors(tensors, { metadata });
  const bytes = Buffer.concat([...plan.chunks]);
  expect(bytes.length).toBe(plan.bytes);
  return new Uint8Array(bytes);
};

describe('readSafetensors', () => {
  test('reads every element type of the Python package', () => {
    const { tensors, metadata } = readSafetensors(fromBase64(recorded.safetensors['every-type']));
    expect(metadata).toEqual(new Map([['format', 'pt']]));
    expect([...tensors.keys()].sort()).toHaveLength(39);
    const types = Object.fromEntries([...tensors].map(([name, { dtype, shape }]) => [name, `${dtype}[${shape}]`]));
    expect(types).toMatchObject({
      'float8_e4m3fn.b': 'float8e4m3fn[2,3]',
      'float8_e5m2.b': 'float8e5m2[2,3]',
      'float8_e4m3fnuz.a': 'float8e4m3fnuz[]',
      'float8_e5m2fnuz.a': 'float8e5m2fnuz[]',
      'float8_e8m0fnu.a': 'float8e8m0[]',
      'float4.a': 'float4e2m1[2,6]',
      'bfloat16.b': 'bfloat16[2,3]',
      'complex64.b': 'complex64[2,3]',
      'uint16.b': 'uint16[2,3]',
      'bool.b': 'bool[2,3]',
    });
    // The pattern of make.py: tensor i starts with i * 37.
    expect([...bytesOf(tensors.get('uint8.b'))]).toEqual([37, 48, 59, 70, 81, 92]);
    expect([...bytesOf(tensors.get('uint64.a'))]).toEqual(
      Array.from({ length: 8 }, (_, i) => (68 * 37 + i * 11) % 251),
    );
  });

  test('reads names of any text, and takes those that JavaScript has for objects', () => {
    const { tensors } = readSafetensors(fromBase64(recorded.safetensors['names']));
    const names = [
      '',
      'é',
      '日本',
      '\u{1F600}',
      '\uffff',
      'quote"back\\slash/',
      'tab\tline\nbell\x07delete\x7f',
      '\u2028',
      '__proto__',
      'constructor',
      'a.b',
      'a',
    ];
    expect([...tensors.keys()].sort()).toEqual(names.sort());
    expect(bytesOf(tensors.get('__proto__'))).toHaveLength(1);
  });

  test('reads tensors without elements, and files without tensors', () => {
    const { tensors } = readSafetensors(fromBase64(recorded.safetensors['empty-tensors']));
    expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual(
      expect.arrayContaining([
        ['e', [0, 3]],
        ['f', [5, 0]],
        ['a', [1]],
      ]),
    );
    expect(readSafetensors(fromBase64(recorded.safetensors['nothing'])).tensors.size).toBe(0);
  });

  test('gives views of the bytes, and takes an ArrayBuffer', () => {
    const bytes = fromBase64(recorded.safetensors['no-metadata']);
    const { tensors } = readSafetensors(bytes);
    const { storage } = tensors.get('w') ?? expect.fail();
    expect(storage.kind === 'bytes' && storage.bytes.buffer).toBe(bytes.buffer);
    expect(contentOf(readSafetensors(Uint8Array.from(bytes).buffer))).toEqual(contentOf(readSafetensors(bytes)));
  });

  test('refuses what is not bytes', async () => {
    // @ts-expect-error a path is for openCheckpoint
    expect((await failureOf(() => readSafetensors('model.safetensors'))).code).toBe('LAYER_ARGUMENT');
  });
});

describe('planSafetensors', () => {
  test.each(Object.keys(recorded.safetensors))('writes %s to the bytes of the Python package', (name) => {
    const bytes = fromBase64(recorded.safetensors[name]);
    const { tensors, metadata } = readSafetensors(bytes);
    // The order in which tensors are given does not matter.
    const turned = new Map([...tensors].reverse());
    expect(Buffer.from(written(turned, metadata)).equals(bytes)).toBe(true);
  });

  test('knows every element type of safetensors but strings, complex128 and small integers', () => {
    const known = new Set(SAFETENSORS_DTYPES.map(dtypeOfSafetensors));
    expect(known.size).toBe(22);
    expect(DTYPE_NAMES.filter((dtype) => !known.has(dtype))).toEqual([
      'string',
      'complex128',
      'uint4',
      'int4',
      'uint2',
      'int2',
    ]);
  });

  test.each<[string, [string, TensorData], string]>([
    [
      'an element type that safetensors lacks',
      ['w', tensorFromBytes('int4', [2], new Uint8Array(1))],
      'tensor "w" has elements of int4',
    ],
    [
      'strings',
      ['w', { dtype: 'string', shape: [1], storage: { kind: 'strings', values: ['a'] } }],
      'tensor "w" has elements of string',
    ],
    ['the name of metadata', ['__metadata__', tensorFromBytes('uint8', [1], new Uint8Array(1))], 'keeps for texts'],
    ['half a surrogate pair', ['\ud800', tensorFromBytes('uint8', [1], new Uint8Array(1))], 'is no valid Unicode'],
    [
      'a tensor that ends inside of a byte',
      ['w', tensorFromBytes('float4e2m1', [3], new Uint8Array(2))],
      'ends inside of a byte',
    ],
  ])('refuses %s', async (_, entry, fact) => {
    const { code, message } = await failureOf(() => planSafetensors(new Map([entry]), { target: 'out.safetensors' }));
    expect(code).toBe('CHECKPOINT_VALUE');
    expect(message).toContain(`out.safetensors: `);
    expect(message).toContain(fact);
  });

  test('refuses a source that gives more or fewer bytes than its shape takes', async () => {
    const short: TensorData = { dtype: 'uint8', shape: [4], storage: { kind: 'bytes', bytes: new Uint8Array(3) } };
    expect(await failureOf(() => [...planSafetensors(new Map([['w', short]])).chunks])).toMatchObject({
      code: 'CHECKPOINT_VALUE',
    });
  });
});

/** Tensors of any type that safetensors has, with any name. */
const anyTensors = (dtypes: readonly DType[]) =>
  fc.uniqueArray(
    fc.record({
      name: fc.string({ unit: 'binary', maxLength: 12 }).filter((name) => name !== '__metadata__'),
      dtype: fc.constantFrom(...dtypes),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
      seed: fc.nat(255),
    }),
    { maxLength: 8, selector: ({ name }) => name },
  );

describe('safetensors', () => {
  const dtypes = SAFETENSORS_DTYPES.flatMap((name) => dtypeOfSafetensors(name) ?? []);

  test('give back any tensors and texts that were written', () => {
    fc.assert(
      fc.property(
        anyTensors(dtypes),
        fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), { maxLength: 3 }),
        (rows, texts) => {
          const tensors = new Map<string, TensorData>();
          for (const { name, dtype, shape, seed } of rows) {
            // Elements of 4 and 6 bits must fill whole bytes.
            const sizes = /^float[46]/.test(dtype) ? [...shape, 4] : shape;
            const count = sizes.reduce((product, size) => product * size, 1);
            tensors.set(
              name,
              tensorFromBytes(
                dtype,
                sizes,
                Uint8Array.from({ length: byteLength(dtype, count) }, (_, i) => (seed + i) % 256),
              ),
            );
          }
          const metadata = new Map(texts);
          const bytes = written(tensors, metadata);
          expect((bytes.length > 8 ? new DataView(bytes.buffer).getUint32(0, true) : 0) % 8).toBe(0);
          const read = readSafetensors(bytes);
          expect(new Map(read.metadata)).toEqual(metadata);
          expect(read.tensors.size).toBe(tensors.size);
          for (const [name, data] of tensors) {
            const found = read.tensors.get(name);
            expect({ dtype: found?.dtype, shape: found?.shape, bytes: bytesOf(found) }).toEqual({
              dtype: data.dtype,
              shape: data.shape,
              bytes: bytesOf(data),
            });
          }
        },
      ),
    );
  });
});

// Arrays that NumPy saved are read as they are, and written so that NumPy's bytes come out.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { typedArrayOf } from '../../src/ir/tensor-data.ts';
import { formatNpy, type NpyArray, parseNpy } from '../../src/node/npy.ts';

const saved: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('../fixtures/npy/arrays.json', import.meta.url), 'utf8'),
);
const bytesOf = (name: string): Uint8Array => new Uint8Array(Buffer.from(saved[name] ?? '', 'base64'));

function elements({ dtype, storage }: NpyArray): unknown[] {
  if (storage.kind === 'strings') return [...storage.values];
  return Array.from<unknown>(typedArrayOf(dtype === 'float16' ? 'uint16' : dtype, storage.bytes));
}

const failure = (act: () => unknown): { code: string; message: string } => {
  try {
    act();
  } catch (error) {
    if (isDimwiseError(error)) return error;
  }
  return { code: 'none', message: '' };
};

describe('parseNpy', () => {
  test.each<[string, string, number[], unknown[]]>([
    ['c-order', 'float32', [2, 3], [0, 1, 2, 3, 4, 5]],
    ['fortran-order', 'int64', [2, 3, 4], Array.from({ length: 24 }, (_, i) => BigInt(i))],
    ['big-endian', 'int32', [3], [0, 1, 2]],
    ['bools', 'bool', [2], [1, 0]],
    ['strings', 'string', [2, 2], ['ab', 'ü', '', '日本']],
    ['big-endian-strings', 'string', [2], ['ab', 'ü']],
    ['scalar', 'float64', [], [2.5]],
    ['halves', 'float16', [2], [0x3e00, 0xc000]],
    ['empty', 'uint8', [0, 3], []],
  ])('reads %s', (name, dtype, shape, values) => {
    const array = parseNpy(bytesOf(name), name);
    expect({ dtype: array.dtype, shape: array.shape, values: elements(array) }).toEqual({ dtype, shape, values });
  });

  test.each([
    ['complex numbers', bytesOf('complex'), "its elements are '<c8', which ONNX does not have"],
    ['records', bytesOf('records'), 'it holds records'],
    ['another file', new Uint8Array(64), 'does not start'],
    ['a cut header', bytesOf('c-order').subarray(0, 40), 'its header is cut'],
    ['cut data', bytesOf('c-order').subarray(0, -1), 'its shape (2, 3) takes 24 bytes, it has 23'],
    ['an empty file', new Uint8Array(), 'does not start'],
  ])('refuses %s', (_, bytes, fact) => {
    const error = failure(() => parseNpy(bytes, 'x.npy'));
    expect(error.code).toBe('FILE_FORMAT');
    expect(error.message).toContain(
      `x.npy is no .npy file that can be fed: ${fact.startsWith('does') ? 'it ' : ''}${fact}`,
    );
  });
});

describe('formatNpy', () => {
  test.each(['c-order', 'bools', 'scalar', 'halves', 'empty'])('writes %s as NumPy does', (name) => {
    expect(formatNpy(parseNpy(bytesOf(name), name))).toEqual(bytesOf(name));
  });

  test('refuses strings and elements that NumPy does not have', () => {
    expect(failure(() => formatNpy(parseNpy(bytesOf('strings'), 's'))).code).toBe('FILE_FORMAT');
    const storage = { kind: 'bytes', bytes: new Uint8Array(2) } as const;
    expect(failure(() => formatNpy({ dtype: 'bfloat16', shape: [1], storage })).code).toBe('FILE_FORMAT');
  });
});

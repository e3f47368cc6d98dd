// GGUF files that the package gguf wrote are read whole, and quantized blocks have the numbers of its dequantization.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readGguf } from '../../codegen/weights/gguf/read.ts';
import { GGML_TYPES } from '../../codegen/weights/gguf/types.ts';
import { typedArrayOf } from '../../src/ir/tensor-data.ts';
import { rangeReader } from '../../src/ir/tensor-range.ts';
import { openCheckpoint } from '../../src/node/open-checkpoint.ts';
import { type GgufPart, ggufFile, text, u32, u64 } from './gguf-file.ts';
import { bytesOf, failureOf, fromBase64, useFolder } from './recorded.ts';

interface TypeNumbers {
  readonly name: string;
  readonly number: number;
  readonly elements: number;
  readonly bytes: number;
  /** Last bytes of floats in a block. */
  readonly floats: readonly number[];
  readonly first: readonly number[];
  readonly sha256: string;
}

interface Recorded {
  readonly blocks: number;
  readonly types: readonly TypeNumbers[];
  readonly files: Readonly<Record<string, string>>;
  readonly q4_0: readonly number[];
  readonly q8_0: readonly number[];
}

/** Made by test/fixtures/gguf/make.py. */
const RECORDED: Recorded = JSON.parse(readFileSync(new URL('../fixtures/gguf/files.json', import.meta.url), 'utf8'));
const file = (name: string): Uint8Array => fromBase64(RECORDED.files[name]);

/** The bytes of a type's blocks, as make.py counts them. */
function blocksOf({ bytes, floats }: TypeNumbers): Uint8Array {
  const data = new Uint8Array(RECORDED.blocks * bytes);
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = state >>> 24;
  }
  for (const at of floats) for (let i = at; i < data.length; i += bytes) data[i] = (data[i] ?? 0) & 0xbf;
  return data;
}

/** A file of one tensor. */
function oneTensor(sizes: readonly number[], type: number, data: Uint8Array): Uint8Array {
  const info: GgufPart[] = [text('t'), u32(sizes.length), ...sizes.map(u64), u32(type), u64(0)];
  return ggufFile({ tensors: [info], data });
}

const float32s = (bytes: Uint8Array): readonly number[] => [...typedArrayOf('float32', bytes)].map(Number);

describe('blocks of', () => {
  test('every type that is read, and that the package dequantizes, are recorded', () => {
    const read = [...GGML_TYPES.values()].filter(({ kind }) => kind === 'blocks').map(({ name }) => name);
    expect(RECORDED.types.map(({ name }) => name).sort()).toEqual(read.sort());
    expect(read).toHaveLength(24);
  });

  test.each(RECORDED.types)('$name have the numbers of gguf.quants to the bit', (type) => {
    const [perBlock, count] = [type.elements, RECORDED.blocks * type.elements];
    const data = readGguf(oneTensor([perBlock * 4, RECORDED.blocks / 4], type.number, blocksOf(type))).tensors.get('t');
    expect(data).toMatchObject({ dtype: 'float32', shape: [RECORDED.blocks / 4, perBlock * 4] });
    const bytes = bytesOf(data);
    expect(bytes).toHaveLength(count * 4);
    expect(float32s(bytes.slice(0, 16))).toEqual(type.first);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(type.sha256);
  });

  test('any type are read from any element on', () => {
    for (const type of RECORDED.types) {
      const data = readGguf(oneTensor([type.elements, RECORDED.blocks], type.number, blocksOf(type))).tensors.get('t');
      if (!data) throw new Error('no tensor');
      const whole = bytesOf(data);
      for (const [first, count] of [
        [0, 1],
        [1, 2],
        [type.elements - 1, 2],
        [type.elements + 3, type.elements],
        [RECORDED.blocks * type.elements - 5, 5],
      ] as const) {
        // One byte off, so that the target is no place for floats.
        const out = new Uint8Array(count * 4 + 1).subarray(1);
        rangeReader(data)(out, first);
        expect(out).toEqual(whole.subarray(first * 4, (first + count) * 4));
      }
    }
  });
});

describe('a GGUF file', () => {
  const { put } = useFolder();

  test('gives every kind of metadata as text', () => {
    expect(Object.fromEntries(readGguf(file('every-kind')).metadata)).toEqual({
      'general.architecture': 'llama',
      'k.uint8': '255',
      'k.int8': '-128',
      'k.uint16': '65535',
      'k.int16': '-32768',
      'k.uint32': '4294967295',
      'k.int32': '-2147483648',
      'k.float32': '0.00001',
      'k.uint64': '18446744073709551615',
      'k.int64': '-9223372036854775808',
      'k.float64': '0.1',
      'k.bool': 'true',
      'k.text': 'é \u{1F600}\n',
      'k.numbers': '[1,-2,3]',
      'k.floats': '[0.5,0.000001]',
      'k.texts': '["<s>","","\\"q\\""]',
      'k.truths': '[true,false]',
    });
  });

  test('has its tensors with the last axis running fastest, plain types as they are', async () => {
    const path = put('every.gguf', file('every-kind'));
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.source).toBe(path);
    const types = [...checkpoint.tensors].map(([name, { dtype, shape }]) => `${name} ${dtype}[${shape}]`);
    expect(types).toEqual([
      'f32 float32[2,3,4]',
      'f16 float16[3,4]',
      'f64 float64[3,4]',
      'int8 int8[2,4]',
      'int16 int16[2,4]',
      'int32 int32[2,4]',
      'int64 int64[2,4]',
      'bf16 bfloat16[3,4]',
      'q8_0 float32[2,32]',
    ]);
    const inMemory = readGguf(file('every-kind')).tensors;
    for (const [name, data] of checkpoint.tensors) expect(bytesOf(data)).toEqual(bytesOf(inMemory.get(name)));
    expect(float32s(bytesOf(checkpoint.tensors.get('f32')))).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect([...typedArrayOf('int64', bytesOf(checkpoint.tensors.get('int64')))]).toEqual([
      -3n,
      -2n,
      -1n,
      0n,
      1n,
      2n,
      3n,
      4n,
    ]);
    // 3/8 is 0x3ec00000 in float32.
    expect([...bytesOf(checkpoint.tensors.get('bf16')).subarray(6, 8)]).toEqual([0xc0, 0x3e]);
    expect(float32s(bytesOf(checkpoint.tensors.get('q8_0')))).toEqual(RECORDED.q8_0);
  });

  test('may state another alignment', () => {
    const { tensors, metadata } = readGguf(file('aligned'));
    expect(metadata.get('general.alignment')).toBe('64');
    expect(float32s(bytesOf(tensors.get('b')))).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  test('is read in the order of big-endian machines too, scales of blocks included', async () => {
    for (const { tensors, metadata } of [readGguf(file('big')), await openCheckpoint(put('big.gguf', file('big')))]) {
      expect([...metadata]).toEqual([
        ['general.architecture', 'llama'],
        ['k.float32', '0.25'],
        ['k.texts', '["a","bc"]'],
      ]);
      expect(float32s(bytesOf(tensors.get('f32')))).toEqual(Array.from({ length: 24 }, (_, i) => i));
      // 1 and 2 in float16.
      expect([...bytesOf(tensors.get('f16')).subarray(2, 6)]).toEqual([0, 0x3c, 0, 0x40]);
      expect([...bytesOf(tensors.get('i8'))]).toEqual(Array.from({ length: 12 }, (_, i) => i));
      expect(float32s(bytesOf(tensors.get('q4_0')))).toEqual(RECORDED.q4_0);
      expect(float32s(bytesOf(tensors.get('q8_0')))).toEqual(RECORDED.q8_0);
    }
  });

  test('of a type that is not read is refused by the names of tensor and type', async () => {
    for (const [number, type] of GGML_TYPES) {
      if (type.kind !== 'unread') continue;
      const { code, message } = await failureOf(() => readGguf(oneTensor([256], number, new Uint8Array(0))));
      expect(code).toBe('CHECKPOINT_UNSUPPORTED');
      expect(message).toContain(`tensor "t" is of type ${type.name}, ${type.reason}`);
    }
  });
});

// Words of float16 reach ONNX Runtime and come back as words, also where the engine has a Float16Array of its own.
import { describe, expect, test } from 'vitest';
import { loadOrt, type OrtData, ortData, ortTensor } from '../../src/runtime/ort.ts';

const WORDS = Uint16Array.of(0x3c00, 0x4000);
const FEED = { dtype: 'float16', data: WORDS, shape: [2] } as const;

describe('ortTensor', () => {
  test('holds the words, as this Node makes tensors', async () => {
    expect(ortTensor(await loadOrt(), FEED).data).toEqual(WORDS);
  });

  test('puts the words back where a simulated Node 24 has put them into a Float16Array', () => {
    class Tensor {
      readonly type: string;
      readonly dims: readonly number[];
      cpuData: OrtData;
      constructor(type: string, data: OrtData, dims: readonly number[]) {
        this.type = type;
        this.dims = dims;
        // Stands for the class that this Node may not have: any that onnxruntime-node does not take for float16.
        this.cpuData = type === 'float16' ? Float32Array.of(1, 2) : data;
      }
      get data(): OrtData {
        return this.cpuData;
      }
    }
    expect(ortTensor({ Tensor }, FEED).data).toBe(WORDS);
    const floats = Float32Array.of(1);
    expect(ortTensor({ Tensor }, { dtype: 'float32', data: floats, shape: [1] }).data).toBe(floats);
  });
});

describe('ortData', () => {
  test('gives float16 as words over the same memory, and all else as it is', () => {
    const floats = new Float32Array(WORDS.buffer);
    const words = ortData({ type: 'float16', dims: [2], data: floats });
    expect(words).toBeInstanceOf(Uint16Array);
    expect(ortData({ type: 'float16', dims: [2], data: WORDS })).toBe(WORDS);
    expect(ortData({ type: 'float32', dims: [1], data: floats })).toBe(floats);
  });
});

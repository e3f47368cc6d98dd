// Messages of ONNX Runtime are told without the place in its source that stands in front.
import { describe, expect, test } from 'vitest';
import { ortMessage } from '../../src/runtime/ort.ts';

describe('ortMessage', () => {
  test.each([
    ['/onnxruntime_src/a.cc:1 void f(int (*)(char)) const x was false.', 'x was false.'],
    ['/onnxruntime_src/webgpu.cc:136 onnxruntime::W::Initialize(const C&)::<lambda()> No adapter', 'No adapter'],
    ['plain (as it is)', 'plain (as it is)'],
  ])('%s', (text, expected) => {
    expect(ortMessage(new Error(text))).toBe(expected);
  });
});

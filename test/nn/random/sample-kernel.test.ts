// The SIMD kernel gives the bits of the plain functions, for every distribution, type and place.
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { normalCdf } from '../../../src/nn/random/normal-distribution.ts';
import {
  fillPlainClampedNormal,
  fillPlainNormal,
  fillPlainUniform,
  type SampleTarget,
} from '../../../src/nn/random/plain-samples.ts';
import { sampleKernel } from '../../../src/nn/random/sample-kernel.ts';
import { fillNormal, fillTruncatedNormal, fillUniform } from '../../../src/nn/random/samples.ts';

type Fill = (target: SampleTarget) => void;

/** Both ways to a truncated normal distribution between `low` and `high` below or around 0. */
function truncated(low: number, high: number): [string, Fill, Fill] {
  const base = normalCdf(low);
  const plain = { mean: 0.25, std: 3, base, span: normalCdf(high) - base, from: low, to: high };
  return [
    `truncated normal ${low} to ${high}`,
    (target) => fillTruncatedNormal(target, { mean: 0.25, std: 3, low, high }),
    (target) => fillPlainClampedNormal(target, plain),
  ];
}

const WAYS: [string, Fill, Fill][] = [
  ['uniform', (target) => fillUniform(target, -0.07, 0.3), (target) => fillPlainUniform(target, -0.07, 0.3 + 0.07)],
  ['normal', (target) => fillNormal(target, 0, 0.02), (target) => fillPlainNormal(target, 0, 0.02)],
  ['normal off zero', (target) => fillNormal(target, -3, 1), (target) => fillPlainNormal(target, -3, 1)],
  truncated(-2, 2),
  truncated(-1.5, 0.25),
  truncated(-0.3, 6),
  truncated(-8, -5),
  truncated(-29, -27),
  truncated(-40, 40),
];

const COUNT = 20_000;

function bits(fill: Fill, out: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>, start: number): Uint32Array {
  fill({ out, key: [0x243f6a88, 0x85a308d3], start });
  return new Uint32Array(out.buffer);
}

/** The first place where both differ, or -1; an equality of all elements would take seconds to tell. */
function firstDifference(a: Uint32Array, b: Uint32Array): number {
  return a.length === b.length ? a.findIndex((word, i) => word !== b[i]) : 0;
}

// The kernel is used once enough samples were asked for.
beforeAll(() => fillUniform({ out: new Float32Array(400_000), key: [0, 0], start: 0 }, 0, 1));

describe('sampleKernel', () => {
  test('runs on this engine', () => {
    expect(sampleKernel()).not.toBeNull();
  });

  test.each(WAYS)('%s: float64 has the bits of the plain function', (_, kernel, plain) => {
    for (const start of [0, 7, 1021]) {
      expect(
        firstDifference(bits(kernel, new Float64Array(COUNT), start), bits(plain, new Float64Array(COUNT), start)),
      ).toBe(-1);
    }
  });

  test.each(WAYS)('%s: float32 has the bits of the plain function', (_, kernel, plain) => {
    for (const start of [0, 2, 1021]) {
      expect(
        firstDifference(bits(kernel, new Float32Array(COUNT), start), bits(plain, new Float32Array(COUNT), start)),
      ).toBe(-1);
    }
  });

  test('carries into the high counter word', () => {
    for (const start of [2 ** 34 - 10_000, 2 ** 34 - 1022, 2 ** 36 + 3]) {
      const [kernel, plain] = [new Float64Array(COUNT), new Float64Array(COUNT)];
      const drawn = bits((t) => fillNormal(t, 0, 1), kernel, start);
      expect(
        firstDifference(
          drawn,
          bits((t) => fillPlainNormal(t, 0, 1), plain, start),
        ),
      ).toBe(-1);
    }
  });
});

describe('an engine without WebAssembly SIMD', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  const refusing = {
    Module: function Module() {
      throw new TypeError('code generation is not allowed here');
    },
    Instance: Object,
  };

  test.each([
    ['no WebAssembly at all', undefined],
    ['a policy against it', refusing],
  ])('with %s draws the same bits', async (_, engine) => {
    const expected = bits((t) => fillNormal(t, 0, 1), new Float64Array(COUNT), 0);
    vi.stubGlobal('WebAssembly', engine);
    vi.resetModules();
    const fresh = await import('../../../src/nn/random/sample-kernel.ts');
    const samples = await import('../../../src/nn/random/samples.ts');
    expect(fresh.sampleKernel()).toBeNull();
    samples.fillUniform({ out: new Float32Array(400_000), key: [0, 0], start: 0 }, 0, 1);
    expect(
      firstDifference(
        bits((t) => samples.fillNormal(t, 0, 1), new Float64Array(COUNT), 0),
        expected,
      ),
    ).toBe(-1);
  });
});

// The SIMD kernel gives the bits of the plain functions, for every distribution, type and place.
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { writeElements } from '../../../src/ir/convert-floats.ts';
import { byteLength } from '../../../src/ir/dtype.ts';
import { orthogonalMatrix } from '../../../src/nn/initializers/orthogonal-matrix.ts';
import { type Distribution, truncatedNormal } from '../../../src/nn/random/distribution.ts';
import { normalCdf } from '../../../src/nn/random/normal-distribution.ts';
import {
  fillPlainClampedNormal,
  fillPlainNormal,
  fillPlainUniform,
  type SampleTarget,
} from '../../../src/nn/random/plain-samples.ts';
import { sampleKernel } from '../../../src/nn/random/sample-kernel.ts';
import { fillNormal, fillUniform, writeSamples } from '../../../src/nn/random/samples.ts';

type Fill = (target: SampleTarget) => void;

/** A truncated normal distribution between `low` and `high` below or around 0, and the plain way to it. */
function truncated(low: number, high: number): [string, Distribution, Fill] {
  const base = normalCdf(low);
  const plain = { mean: 0.25, std: 3, base, span: normalCdf(high) - base, from: low, to: high };
  return [
    `truncated normal ${low} to ${high}`,
    truncatedNormal({ mean: 0.25, std: 3, low, high }),
    (target) => fillPlainClampedNormal(target, plain),
  ];
}

const normal = (mean: number, std: number): [string, Distribution, Fill] => [
  `normal of mean ${mean} and deviation ${std}`,
  { kind: 'normal', mean, std },
  (target) => fillPlainNormal(target, mean, std),
];

const WAYS: [string, Distribution, Fill][] = [
  ['uniform', { kind: 'uniform', low: -0.07, span: 0.37 }, (target) => fillPlainUniform(target, -0.07, 0.37)],
  normal(0, 0.02),
  normal(-3, 1),
  // Small deviations make float16 below its normal numbers, large ones infinities; a mean hides the table's error or shows it.
  normal(0, 1e-6),
  normal(0, 3e4),
  normal(0, 1e300),
  normal(0, -2.5),
  normal(1000, 1e-3),
  normal(-1e-9, 1e-9),
  truncated(-2, 2),
  truncated(-1.5, 0.25),
  truncated(-0.3, 6),
  truncated(-8, -5),
  truncated(-29, -27),
  truncated(-40, 40),
  truncated(-1e-9, 1e-9),
];

const KEY = [0x243f6a88, 0x85a308d3] as const;
const COUNT = 20_000;

function bits(fill: Fill, out: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>, start: number): Uint32Array {
  fill({ out, key: KEY, start });
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

  test.each(WAYS)('%s: every type has the bits of the plain function, rounded', (_, distribution, plain) => {
    for (const start of [0, 7, 1021]) {
      const values = new Float64Array(COUNT);
      plain({ out: values, key: KEY, start });
      for (const dtype of ['float64', 'float32', 'float16', 'bfloat16'] as const) {
        const bytes = byteLength(dtype, COUNT);
        const [expected, drawn] = [new Uint8Array(bytes), new Uint8Array(bytes)];
        writeElements(expected, dtype, values);
        writeSamples(drawn, { distribution, key: KEY, dtype, start });
        expect(Buffer.compare(drawn, expected), dtype).toBe(0);
      }
    }
  });

  test('rounds every float32 as the exact formula says, over many words', () => {
    const count = 1 << 21;
    const [wide, narrow] = [new Float64Array(count), new Float32Array(count)];
    fillNormal({ out: wide, key: KEY, start: 0 }, 0, 1);
    fillNormal({ out: narrow, key: KEY, start: 0 }, 0, 1);
    const rounded = new Float32Array(wide);
    expect(firstDifference(new Uint32Array(narrow.buffer), new Uint32Array(rounded.buffer))).toBe(-1);
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

  test.each([
    [33, 33],
    [70, 65],
    [47, 131],
  ])('decomposes [%i, %i] to the same bits', async (rows, columns) => {
    const expected = orthogonalMatrix(rows, columns, KEY);
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const fresh = await import('../../../src/nn/initializers/orthogonal-matrix.ts');
    const plain = fresh.orthogonalMatrix(rows, columns, KEY);
    expect(Buffer.compare(Buffer.from(plain.buffer), Buffer.from(expected.buffer))).toBe(0);
  });
});

// Sizes that a float32 scale makes: exact where the product is, else a fresh size within bounds.
import { floorDiv, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext } from '../../ir/operator.ts';
import { attempt, stateWithin } from './integer-elements.ts';

/** Integers up to this one are exact in float32 (IEEE 754-2019, table 3.5). */
const EXACT = 2 ** 24;

/** A numerator up to this one leaves room for sizes up to 2^17, the most that any image or sequence has. */
const MAX_NUMERATOR = 128;

/**
 * `floor(size * scale)` in float32, as ONNX Runtime computes it.
 * A number gives a number. A symbol gives `numerator*size // denominator` where the scale is a fraction of few bits (the product
 * is exact then up to a limit that is stated), else a fresh size within the bounds of the symbol's range.
 */
export function scaledSize(cx: InferContext, size: Dim, scale: number): Dim {
  const single = Math.fround(scale);
  if (!(single > 0) || !Number.isFinite(single)) {
    cx.fail('OP_INVALID', `${cx.op}: scales must be positive, got ${scale}`, {
      expected: '> 0',
      actual: String(scale),
    });
  }
  if (size.kind === 'const') return constant(scaledNumber(size.value, single));
  if (single === 1) return size;
  const fraction = shortFraction(single);
  if (fraction) {
    const { numerator, denominator } = fraction;
    // Times a power of two any float32 is exact, so that only the size itself must be.
    const most = Number.isInteger(Math.log2(numerator)) ? EXACT : Math.floor(EXACT / numerator);
    if (cx.facts.range(size).max <= most || stateWithin(cx, size, most))
      return floorDiv(mul(numerator, size), denominator);
  }
  const { min, max } = cx.facts.range(size);
  const least = Number.isFinite(min) ? scaledNumber(Math.max(min, 0), single) : 0;
  const most = max <= EXACT ? scaledNumber(max, single) : attempt(() => mul(Math.ceil(single), size));
  return cx.fresh('resized', { min: least, max: most });
}

function scaledNumber(size: number, scale: number): number {
  return Math.floor(Math.fround(Math.fround(size) * scale));
}

/** A float as `numerator / 2^k` with a small numerator; undefined where it has more bits. */
function shortFraction(value: number): { readonly numerator: number; readonly denominator: number } | undefined {
  for (let denominator = 1; denominator <= MAX_NUMERATOR; denominator *= 2) {
    const numerator = value * denominator;
    if (numerator > MAX_NUMERATOR) return undefined;
    if (Number.isInteger(numerator)) return { numerator, denominator };
  }
  return undefined;
}

/**
 * The sizes under `keep_aspect_ratio_policy` not_larger and not_smaller: one scale for all axes, the least or greatest of
 * `target / size`, and each size times it, rounded half up, in float32 as ONNX Runtime computes it. Numbers give numbers; a symbol
 * gives a fresh size on the stated side of its target.
 */
export function keepAspect(
  cx: InferContext,
  sizes: readonly Dim[],
  targets: readonly Dim[],
  policy: 'not_larger' | 'not_smaller',
): readonly Dim[] {
  // The only axis reaches its target.
  if (sizes.length === 1) return targets;
  const ratios: number[] = [];
  sizes.forEach((size, i) => {
    const target = targets[i];
    if (size.kind === 'const' && target?.kind === 'const') ratios.push(Math.fround(target.value / size.value));
  });
  if (ratios.length < sizes.length) {
    return targets.map((target) =>
      policy === 'not_larger'
        ? cx.fresh('resized', { max: target })
        : cx.fresh('resized', { min: target.kind === 'const' ? target.value : cx.facts.range(target).min }),
    );
  }
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return sizes.map((size) => constant(size.kind === 'const' ? roundHalfUp(Math.fround(scale * size.value)) : 0));
}

function roundHalfUp(value: number): number {
  return Math.floor(value + 0.5);
}

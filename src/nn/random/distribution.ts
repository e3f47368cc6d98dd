// The distributions that samples are drawn from, with all numbers settled.
import { normalCdf } from './normal-distribution.ts';
import type { ClampedNormal } from './plain-samples.ts';

/** One distribution; a word u gives one sample, with `t = (u + 0.5) * 2^-32`. */
export type Distribution =
  /** `low + span * t` */
  | { readonly kind: 'uniform'; readonly low: number; readonly span: number }
  /** `mean + std * quantile(t)`, at most 6.34 standard deviations from the mean. */
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  /** `mean + std * clamp(quantile(base + span * t), from, to)` */
  | ({ readonly kind: 'clamped' } & ClampedNormal);

/** The bounds of a truncated normal distribution; `std` is that of the distribution before truncation. */
export interface TruncatedNormal {
  readonly mean: number;
  readonly std: number;
  /** The lower bound in standard deviations from the mean, at most 30. */
  readonly low: number;
  /** The upper bound in standard deviations from the mean, at least -30. */
  readonly high: number;
}

/**
 * A truncated normal distribution: `mean + std * quantile(F(low) + (F(high) - F(low)) * t)` with F the normal distribution function,
 * held inside the bounds. Where both bounds are positive the mirror image is drawn, because probabilities near 0 are finer than those
 * near 1.
 */
export function truncatedNormal({ mean, std, low, high }: TruncatedNormal): Distribution {
  const [from, to, scale] = low > 0 ? [-high, -low, -std] : [low, high, std];
  const base = normalCdf(from);
  return { kind: 'clamped', mean, std: scale, base, span: normalCdf(to) - base, from, to };
}

// masking: the steps of a sequence that hold nothing but one value, found and set to zero.
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { filled } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';

/** Options of {@link masking}. */
export interface MaskingOptions {
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

const MASKING_OPTIONS: OptionNames<MaskingOptions> = { name: true };

/** What {@link masking} gives. */
export interface Masked {
  /** The input, with zeros in the steps that are masked, `[n, s, k]`. */
  readonly output: Value;
  /** Whether a step counts, bool, `[n, s]`. */
  readonly mask: Value;
  /** The steps up to the last one that counts, at least 1, int64, `[n]`: what recurrent layers take as lengths. */
  readonly lengths: Value;
}

/**
 * Finds the steps whose features all equal one value, and sets them to zero: `y = x * m`, `m = any(x != value)` over the last axis.
 * Keras hands the mask on by itself; here it is an output, so that a model says where it goes: `lengths` to recurrent layers, for
 * sequences that are padded at their end (Keras also skips steps between, which count here with zeros), and the mask to attention,
 * `attention(x, x, x, op.Unsqueeze(mask, [1, 2]))`.
 *
 * *Input shape*: `[n, s, k]`. *Output shape*: `{ output, mask, lengths }`, `[n, s, k]`, bool `[n, s]` and int64 `[n]`.
 * *Parameters*: none.
 * Source: keras.layers.Masking.
 *
 * @param value what masked steps hold; 0 by default
 * @throws LAYER_ARGUMENT when the value is no finite number
 * @throws RANK_MISMATCH (at the call) when the input has another rank
 * @example
 * const [mask, encode] = [masking(-1), lstm(64, { returnSequences: false })];
 * model((x: Value) => {
 *   const { output, lengths } = mask(x);
 *   return encode(output, undefined, lengths);
 * });
 */
export function masking(value = 0, options: MaskingOptions = {}): Layer<[x: Value], Masked> {
  checkOptions('masking', options, MASKING_OPTIONS);
  checkValue(value);
  return defineLayer({ kind: 'masking', name: options.name, apply: (_call, x: Value): Masked => maskedBy(x, value) });
}

/**
 * {@link masking} of a value.
 *
 * @param x `[n, s, k]`
 * @param value what masked steps hold; 0 by default
 * @throws LAYER_ARGUMENT when the value is no finite number
 */
export function maskingOf(x: Value, value = 0): Masked {
  checkValue(value);
  return maskedBy(x, value);
}

function checkValue(value: unknown): void {
  if (!Number.isFinite(value)) refuseArgument('masking', 'its value', 'a finite number', value);
}

function maskedBy(x: Value, value: number): Masked {
  const differs = op.Cast(op.Not(op.Equal(x, filled(x.dtype, [], value))), { to: 'int64' });
  const counts: Value = op.ReduceMax(differs, [-1], { keepdims: 0 });
  const zero = filled(x.dtype, [], 0);
  // Not a product: a step that is masked may hold what times zero is not zero.
  const output = op.Where(op.Unsqueeze(op.Cast(counts, { to: 'bool' }), [-1]), x, zero);
  const places = op.Range(1n, op.Add(op.Squeeze(op.Shape(x, { start: 1, end: 2 }), [0]), 1n), 1n);
  const last = op.ReduceMax(op.Mul(counts, places), [1], { keepdims: 0 });
  return { output, mask: op.Cast(counts, { to: 'bool' }), lengths: op.Max([last, 1n]) };
}

// rotaryEmbedding: pairs of elements of each head turned by an angle per position.
import type { Value } from '../../ir/graph.ts';
import { positiveInteger, refuseArgument } from '../arguments.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { emitLayerOne } from '../layer-node.ts';
import { floatAttribute } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { checkScaling, type RotaryScaling, scalingAttributes } from '../rotary-frequencies.ts';
import { ROTARY } from '../rotary-node.ts';

/** How positions turn elements. */
export interface RotaryOptions {
  /** The base of the frequencies, `theta`; 10000 by default, as in the paper. */
  readonly base?: number | undefined;
  /** How many elements of a head are turned, an even number; all by default. */
  readonly dim?: number | undefined;
  /** Whether elements 2i and 2i + 1 make a pair (GPT-J, the paper) instead of i and i + dim/2 (Llama, GPT-NeoX); false by default. */
  readonly interleaved?: boolean | undefined;
  /** How frequencies are scaled for longer texts; not by default. */
  readonly scaling?: RotaryScaling | undefined;
}

/** Options of {@link rotaryEmbedding}. */
export interface RotaryEmbeddingOptions extends RotaryOptions {
  /** The heads side by side in the last axis of an input of rank 3; 1 by default. */
  readonly heads?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link RotaryOptions}. */
const ROTARY_NAMES: OptionNames<RotaryOptions> = { base: true, dim: true, interleaved: true, scaling: true };

/** The names of {@link RotaryEmbeddingOptions}. */
const ROTARY_EMBEDDING_OPTIONS: OptionNames<RotaryEmbeddingOptions> = { ...ROTARY_NAMES, heads: true, name: true };

/** Checks how positions turn elements. @throws LAYER_ARGUMENT when an option is unknown, of the wrong kind or range */
export function checkRotary(layer: string, options: RotaryOptions): void {
  checkOptions(`${layer}'s rotary`, options, ROTARY_NAMES);
  const { base, dim, scaling } = options;
  if (base !== undefined && !(Number.isFinite(base) && base > 1)) refuseArgument(layer, 'base', 'a number > 1', base);
  if (dim !== undefined) {
    positiveInteger(layer, 'dim', dim);
    if (dim % 2 !== 0) refuseArgument(layer, 'dim', 'an even number', dim);
  }
  if (scaling !== undefined) checkScaling(layer, scaling);
}

/** What stands where. */
export interface RotaryPlace {
  readonly heads: number;
  /** `[s]` or `[n, s]`, integers; 0, 1, ... by default. */
  readonly positions?: Value | undefined;
  /** `[n, h, p, d]`, keys behind which positions begin at p. */
  readonly past?: Value | undefined;
}

/** Turns a value of checked options. */
export function rotate(x: Value, options: RotaryOptions, { heads, positions, past }: RotaryPlace): Value {
  const { base = 10000, dim = 0, interleaved = false, scaling } = options;
  return emitLayerOne(ROTARY, [x, positions, positions ? undefined : past], {
    heads,
    dim,
    interleaved: interleaved ? 1 : 0,
    base: floatAttribute(base),
    ...scalingAttributes(scaling),
  });
}

function readRotary(options: RotaryEmbeddingOptions): { readonly heads: number; readonly rotary: RotaryOptions } {
  checkOptions('rotaryEmbedding', options, ROTARY_EMBEDDING_OPTIONS);
  const { heads = 1, name: _name, ...rotary } = options;
  positiveInteger('rotaryEmbedding', 'heads', heads);
  checkRotary('rotaryEmbedding', rotary);
  return { heads, rotary };
}

/**
 * Rotary position embedding: a pair (a, b) of a head becomes `(a cos f - b sin f, b cos f + a sin f)`, f being the position times
 * `base ^ (-2i / dim)` for pair i.
 *
 * *Input shape*: `[n, heads, s, d]`, or `[n, s, heads*d]` with the option `heads`; d even unless `dim` is given; positions `[s]` or `[n, s]`
 * of any integer type, 0, 1, ... by default. *Output shape*: that of the input. All sizes but d may stay symbolic.
 * *Parameters*: none.
 * Source: Su et al., "RoFormer: Enhanced transformer with rotary position embedding", 2021; scalings and their defaults are those of
 * transformers' `modeling_rope_utils.py`; https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html
 *
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (at the call) when the inputs do not fit
 * @example rotaryEmbedding({ heads: 8, base: 500000 })
 */
export function rotaryEmbedding(
  options: RotaryEmbeddingOptions = {},
): Layer<[x: Value, positions?: Value | undefined]> {
  const { heads, rotary } = readRotary(options);
  return defineLayer({
    kind: 'rotaryEmbedding',
    name: options.name,
    apply: (_call, x: Value, positions?: Value | undefined): Value => rotate(x, rotary, { heads, positions }),
  });
}

/**
 * {@link rotaryEmbedding} of values.
 *
 * @param x `[n, heads, s, d]`, or `[n, s, heads*d]` with the option `heads`
 * @param positions `[s]` or `[n, s]`, integers; 0, 1, ... by default
 * @throws LAYER_ARGUMENT when an option is of the wrong kind or range
 */
export function rotaryEmbeddingOf(
  x: Value,
  positions?: Value | undefined,
  options: Omit<RotaryEmbeddingOptions, 'name'> = {},
): Value {
  const { heads, rotary } = readRotary(options);
  return rotate(x, rotary, { heads, positions });
}

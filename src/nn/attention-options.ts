// The options of attention layers, checked, and the widths that they come to.

import { numberBetween, positiveInteger, refuseArgument } from './arguments.ts';
import type { ScoreOptions } from './attention-node.ts';
import { checkRotary, type RotaryOptions } from './layers/rotary-embedding.ts';
import { checkOptions, type OptionNames } from './option-names.ts';
import { WEIGHT_OPTIONS, type WeightOptions } from './weight-and-bias.ts';

/** Which parts of an attention have a bias; true where left out. */
export interface AttentionBias {
  readonly query?: boolean | undefined;
  readonly key?: boolean | undefined;
  readonly value?: boolean | undefined;
  readonly output?: boolean | undefined;
}

/** Options of attention layers. */
export interface AttentionOptions extends Omit<WeightOptions, 'bias'>, ScoreOptions {
  /** The width of queries, keys, values and output over all heads, a multiple of `heads`; that of the query input by default. */
  readonly units?: number | undefined;
  /** The width of queries and keys over all heads where it differs from that of the values, a multiple of `heads`. */
  readonly keyUnits?: number | undefined;
  /** The heads of keys and values, a divisor of `heads`, each serving as many heads of queries; `heads` by default. */
  readonly kvHeads?: number | undefined;
  /** The width of one head, where it is not that of the query input over `heads`; `units` is then the output's alone. */
  readonly headSize?: number | undefined;
  /** Whether biases are added, to all parts or by part; true by default. */
  readonly bias?: boolean | AttentionBias | undefined;
  /** Whether a position attends to itself and those before it only; true with `cache` or `window`, else false by default. */
  readonly causal?: boolean | undefined;
  /** Turns queries and keys by their positions; `true` for the defaults of {@link rotaryEmbedding}. */
  readonly rotary?: boolean | RotaryOptions | undefined;
  /** Normalizes each head of queries and keys, before they are turned: by rmsNorm (`true`, `'rms'`) or layerNorm; not by default. */
  readonly qkNorm?: boolean | 'rms' | 'layer' | undefined;
  /** Added to the variance in these normalizations; 1e-6 by default, as in Qwen3 and Gemma 3. */
  readonly epsilon?: number | undefined;
  /** Whether keys and values of the past come in, and those of the present go out; false by default. */
  readonly cache?: boolean | undefined;
  /** The share of attention weights that training drops; no effect at inference; 0 by default. */
  readonly dropout?: number | undefined;
  /** The path segment; the index among siblings by default. */
  readonly name?: string | undefined;
}

/** The names of {@link AttentionOptions}. */
const ATTENTION_OPTIONS: OptionNames<AttentionOptions> = {
  ...WEIGHT_OPTIONS,
  units: true,
  keyUnits: true,
  kvHeads: true,
  headSize: true,
  causal: true,
  window: true,
  scale: true,
  softcap: true,
  rotary: true,
  qkNorm: true,
  epsilon: true,
  cache: true,
  dropout: true,
  name: true,
};

/** What the options of an attention layer come to. */
export interface AttentionPlan {
  readonly heads: number;
  readonly kvHeads: number;
  /** Widths over all heads; undefined where the query input tells them. */
  readonly widths: {
    readonly query: number | undefined;
    readonly key: number | undefined;
    readonly value: number | undefined;
    readonly output: number | undefined;
  };
  readonly biases: Required<Record<keyof AttentionBias, boolean>>;
  readonly scores: ScoreOptions;
  readonly rotary: RotaryOptions | undefined;
  readonly qkNorm: 'rms' | 'layer' | undefined;
}

/** Checks the options of an attention layer. @throws LAYER_ARGUMENT when an argument is of the wrong kind or range */
export function planAttention(kind: string, heads: number, options: AttentionOptions): AttentionPlan {
  checkOptions(kind, options, ATTENTION_OPTIONS);
  positiveInteger(kind, 'heads', heads);
  const { kvHeads = heads, dropout = 0, cache = false } = options;
  positiveInteger(kind, 'kvHeads', kvHeads);
  if (heads % kvHeads !== 0) refuseArgument(kind, 'kvHeads', `a divisor of its ${heads} heads`, kvHeads);
  numberBetween(kind, 'dropout', dropout, 0, 1);
  if (typeof cache !== 'boolean') refuseArgument(kind, 'cache', 'true or false', cache);
  const rotary = options.rotary === true ? {} : options.rotary || undefined;
  if (rotary) checkRotary(kind, rotary);
  const { qkNorm } = options;
  if (![undefined, true, false, 'rms', 'layer'].includes(qkNorm))
    refuseArgument(kind, 'qkNorm', 'true, false, "rms" or "layer"', qkNorm);
  return {
    heads,
    kvHeads,
    widths: widthsOf(kind, { heads, kvHeads }, options),
    biases: biasesOf(kind, options.bias),
    scores: scoresOf(kind, options, cache),
    rotary,
    qkNorm: qkNorm === true ? 'rms' : qkNorm || undefined,
  };
}

interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
}

function widthsOf(kind: string, { heads, kvHeads }: Heads, options: AttentionOptions): AttentionPlan['widths'] {
  const { units, headSize } = options;
  if (headSize !== undefined) {
    positiveInteger(kind, 'headSize', headSize);
    if (units !== undefined) positiveInteger(kind, 'units', units);
    if (options.keyUnits !== undefined)
      refuseArgument(kind, 'keyUnits', 'left out where headSize is given', options.keyUnits);
    const [query, key] = [heads * headSize, kvHeads * headSize];
    return { query, key, value: key, output: units };
  }
  const keyUnits = options.keyUnits ?? units;
  headedUnits(kind, 'units', units, heads);
  headedUnits(kind, 'keyUnits', keyUnits, heads);
  const grouped = (width: number | undefined) => width && (width / heads) * kvHeads;
  return { query: keyUnits, key: grouped(keyUnits), value: grouped(units), output: units };
}

function headedUnits(kind: string, argument: string, units: number | undefined, heads: number): void {
  if (units === undefined) return;
  positiveInteger(kind, argument, units);
  if (units % heads !== 0) refuseArgument(kind, argument, `a multiple of its ${heads} heads`, units);
}

function biasesOf(kind: string, bias: boolean | AttentionBias = true): AttentionPlan['biases'] {
  if (typeof bias === 'boolean') return { query: bias, key: bias, value: bias, output: bias };
  checkOptions(`${kind}'s bias`, bias, { query: true, key: true, value: true, output: true });
  const { query = true, key = true, value = true, output = true } = bias;
  return { query, key, value, output };
}

function scoresOf(kind: string, options: AttentionOptions, cache: boolean): ScoreOptions {
  const { window, scale, softcap } = options;
  const causal = options.causal ?? (cache || window !== undefined);
  if (window !== undefined) {
    positiveInteger(kind, 'window', window);
    if (!causal) refuseArgument(kind, 'causal', 'true where a window is given', causal);
  }
  for (const [name, value] of Object.entries({ scale, softcap }))
    if (value !== undefined && !(Number.isFinite(value) && value > 0))
      refuseArgument(kind, name, 'a number > 0', value);
  return { causal, window, scale, softcap };
}

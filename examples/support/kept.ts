// What decoders of the zoo share: the keys and values that their layers keep, as inputs, outputs and an empty cache, and models that use them.
import {
  block,
  type DecoderPlace,
  type DefinedModel,
  type GenerateOptions,
  generate,
  type Layers,
  model,
  op,
  type SamplingOptions,
  tensor,
  type Value,
} from 'dimwise';

/** What one layer keeps of the tokens that it has seen. */
export interface Kept {
  readonly key: Value;
  readonly value: Value;
}

/** A decoder by its parts, and what they compute together. */
export interface KeepingDecoder {
  readonly name: string;
  /** The parts by path. */
  readonly parts: Layers;
  /** What each of `depth` layers keeps: `[batch, heads, tokens, headSize]`. */
  readonly kept: { readonly depth: number; readonly heads: number; readonly headSize: number };
  /** The most tokens of a text, where their places are learned. */
  readonly positions?: number;
  /** The features of tokens behind what is kept, `[batch, s, width]`. */
  readonly features: (
    tokens: Value,
    past: readonly Kept[],
    place: DecoderPlace,
  ) => { readonly x: Value; readonly cache: readonly Kept[] };
  /** Scores of the next token for features. */
  readonly scores: (x: Value) => Value;
}

/** Tokens follow those that came before. */
const NOWHERE: DecoderPlace = { positions: undefined, mask: undefined };

/**
 * A decoder for any number of texts, any number of tokens at a time and any number that came before, none included. It takes the new tokens
 * and what each layer keeps, `past_key_0`, `past_value_0` and so on; and gives the scores of the next tokens and what each layer keeps then.
 */
export function steppedModel({ name, parts, kept, features, scores }: KeepingDecoder): DefinedModel {
  const { depth, heads, headSize } = kept;
  const body = block(parts, (ids: Value, ...past: Value[]) => {
    const before = Array.from({ length: depth }, (_, i) => {
      const [key = ids, value = ids] = past.slice(2 * i);
      return { key, value };
    });
    const { x, cache } = features(ids, before, NOWHERE);
    const presents = cache.flatMap(({ key, value }, i) => [
      [`present_key_${i}`, key] as const,
      [`present_value_${i}`, value] as const,
    ]);
    return { logits: scores(x), ...Object.fromEntries(presents) };
  });
  const type = tensor('float32', ['batch', heads, 'past', headSize]);
  const pasts = Array.from({ length: depth }, (_, i) => [
    [`past_key_${i}`, type] as const,
    [`past_value_${i}`, type] as const,
  ]);
  return model(body, {
    name,
    inputs: { input_ids: tensor('int64', ['batch', 'sequence']), ...Object.fromEntries(pasts.flat()) },
    symbols: { past: { min: 0 } },
  });
}

/** How a decoder writes: up to `steps` new tokens, drawn where `sampling` says how. */
export type Generation = Pick<GenerateOptions<object>, 'end' | 'pad' | 'repetitionPenalty'> & {
  readonly steps: number;
  readonly sampling?: Omit<SamplingOptions, 'uniforms'> | undefined;
};

/**
 * A decoder with its own loop: whole texts in one run. It takes prompts, padded at the left, and 1 where a token is none of the padding; to
 * draw tokens also one number in [0, 1) for each, `[steps, batch]`. The last token that it writes needs no place any more.
 */
export function generatingModel(
  { name, parts, kept, positions, features, scores }: KeepingDecoder,
  generation: Generation,
): DefinedModel {
  const { depth, heads, headSize } = kept;
  const { sampling, ...how } = generation;
  const body = block(parts, (tokens: Value, mask: Value, uniforms?: Value) => {
    const batch = op.Shape(tokens, { start: 0, end: 1 });
    const none = op.Expand(0, op.Concat([batch, [heads, 0, headSize]], { axis: 0 }));
    const cache: readonly Kept[] = Array.from({ length: depth }, () => ({ key: none, value: none }));
    const drawn = sampling && uniforms ? { sampling: { ...sampling, uniforms } } : {};
    const { newTokens } = generate({
      ...how,
      ...drawn,
      ...(positions === undefined ? {} : { positions }),
      tokens,
      mask,
      cache,
      decoder: (newest, past, place) => {
        const found = features(newest, past, place);
        // Only what follows the last token is asked for: scores of a whole prompt are large.
        return { logits: scores(op.Gather(found.x, [-1], { axis: 1 })), cache: found.cache };
      },
    });
    return { tokens: newTokens };
  });
  const prompt = tensor('int64', ['batch', 'prompt']);
  const inputs = { input_ids: prompt, attention_mask: prompt };
  const numbers = { uniforms: tensor('float32', ['steps', 'batch']) };
  return model(body, { name, inputs: sampling ? { ...inputs, ...numbers } : inputs });
}

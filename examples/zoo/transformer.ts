// The Transformer of "Attention is all you need", as https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html has it.
import {
  block,
  crossAttention,
  type DefinedModel,
  dense,
  embedding,
  type Layer,
  layerNorm,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  sinusoidalEncoding,
  tensor,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link transformer}; those of the book's translation from English to French by default. */
export interface TransformerConfig {
  readonly source?: number;
  readonly target?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly hidden?: number;
  readonly depth?: number;
}

/** From the book's names in PyTorch. */
export const names: readonly NameRule[] = [
  [/blks\.block/, 'blocks.'],
  [/W_q/, 'query'],
  [/W_k/, 'key'],
  [/W_v/, 'value'],
  [/W_o/, 'output'],
  [/addnorm(\d)\.ln/, 'norm$1'],
];

function feedForward(hidden: number, width: number): Layer {
  const [dense1, dense2] = [dense(hidden, { activation: 'relu' }), dense(width)];
  return block({ dense1, dense2 }, (x: Value) => dense2(dense1(x)));
}

function encoderBlock(width: number, heads: number, hidden: number): Layer<[x: Value, seen: Value]> {
  const attention = multiHeadAttention(heads, { bias: false });
  const [norm1, norm2, ffn] = [layerNorm(), layerNorm(), feedForward(hidden, width)];
  return block({ attention, norm1, ffn, norm2 }, (x: Value, seen: Value) => {
    const y = norm1(op.Add(x, attention(x, undefined, undefined, seen)));
    return norm2(op.Add(y, ffn(y)));
  });
}

function decoderBlock(width: number, heads: number, hidden: number): Layer<[x: Value, memory: Value, seen: Value]> {
  const attention1 = multiHeadAttention(heads, { bias: false, causal: true });
  const attention2 = crossAttention(heads, { bias: false });
  const [norm1, norm2, norm3, ffn] = [layerNorm(), layerNorm(), layerNorm(), feedForward(hidden, width)];
  return block({ attention1, norm1, attention2, norm2, ffn, norm3 }, (x: Value, memory: Value, seen: Value) => {
    const y = norm1(op.Add(x, attention1(x)));
    const z = norm2(op.Add(y, attention2(y, memory, seen)));
    return norm3(op.Add(z, ffn(z)));
  });
}

/** A translator for any number of texts of any lengths: from source and target so far, the scores of each next word. */
export function transformer(config: TransformerConfig = {}): DefinedModel {
  const { source = 194, target = 214, width = 256, heads = 4, hidden = 64, depth = 2 } = config;
  const encode = sinusoidalEncoding();
  const encoder = {
    embedding: embedding(source, width),
    blocks: Array.from({ length: depth }, () => encoderBlock(width, heads, hidden)),
  };
  const decoder = {
    embedding: embedding(target, width),
    blocks: Array.from({ length: depth }, () => decoderBlock(width, heads, hidden)),
    dense: dense(target),
  };
  const body = block({ encode, encoder, decoder }, (ids: Value, lengths: Value, tokens: Value) => {
    const places = op.Range(0n, op.Squeeze(op.Shape(ids, { start: 1, end: 2 }), [0n]), 1n);
    const seen = op.Less(places, op.Unsqueeze(lengths, [1n, 2n, 3n]));
    const words = (part: Layer, x: Value): Value => encode(op.Mul(part(x), Math.sqrt(width)));
    const memory = encoder.blocks.reduce((x, each) => each(x, seen), words(encoder.embedding, ids));
    const start = words(decoder.embedding, tokens);
    return { logits: decoder.dense(decoder.blocks.reduce((x, each) => each(x, memory, seen), start)) };
  });
  return model(body, {
    name: 'transformer',
    inputs: {
      source: tensor('int64', ['batch', 'source']),
      lengths: tensor('int64', ['batch']),
      target: tensor('int64', ['batch', 'target']),
    },
  });
}

const net = transformer();
export default net;

if (isScript(import.meta.url)) showLayers(net);

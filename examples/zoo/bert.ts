// BERT (Devlin et al. 2018): the encoder with its pooler, in the shape of Hugging Face's checkpoints.
import {
  block,
  type DefinedModel,
  dense,
  embedding,
  type Layer,
  layerNorm,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  positionalEmbedding,
  tensor,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link bert}; those of bert-base-uncased by default. */
export interface BertConfig {
  readonly vocabulary?: number;
  readonly positions?: number;
  readonly segments?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly hidden?: number;
  readonly depth?: number;
}

/** From the names of Hugging Face's BertModel. */
export const names: readonly NameRule[] = [
  ['bert.', ''],
  [/^cls\.|position_ids$/, null],
  [/^encoder\.layer\./, 'layers.'],
  [/attention\.self\./, 'attention.'],
  [/attention\.output\.dense/, 'attention.output'],
  [/attention\.output\.LayerNorm/, 'norm1'],
  [/intermediate\.dense/, 'up'],
  [/output\.dense/, 'down'],
  [/output\.LayerNorm/, 'norm2'],
  [/LayerNorm/, 'norm'],
  [/gamma$/, 'weight'],
  [/beta$/, 'bias'],
  ['pooler.dense.', 'pooler.'],
];

const normalize = (): Layer => layerNorm({ epsilon: 1e-12 });

function encoderLayer(heads: number, width: number, hidden: number): Layer<[x: Value, mask: Value]> {
  const attention = multiHeadAttention(heads);
  const [norm1, norm2] = [normalize(), normalize()];
  const [up, down] = [dense(hidden, { activation: 'gelu' }), dense(width)];
  return block({ attention, norm1, up, down, norm2 }, (x: Value, mask: Value) => {
    const y = norm1(op.Add(x, attention(x, undefined, undefined, mask)));
    return norm2(op.Add(y, down(up(y))));
  });
}

/** BERT for any number of texts of any length up to the positions: 109,482,240 parameters at the sizes of bert-base-uncased. */
export function bert(config: BertConfig = {}): DefinedModel {
  const { vocabulary = 30522, positions = 512, segments = 2 } = config;
  const { width = 768, heads = 12, hidden = 3072, depth = 12 } = config;
  const embeddings = {
    word_embeddings: embedding(vocabulary, width),
    token_type_embeddings: embedding(segments, width),
    position_embeddings: positionalEmbedding(positions),
    norm: normalize(),
  };
  const layers = Array.from({ length: depth }, () => encoderLayer(heads, width, hidden));
  const pooler = dense(width, { activation: 'tanh' });
  const body = block({ embeddings, layers, pooler }, (ids: Value, mask: Value, types: Value) => {
    const { word_embeddings, token_type_embeddings, position_embeddings, norm } = embeddings;
    const seen = op.Unsqueeze(op.Cast(mask, { to: 'bool' }), [1, 2]);
    const words = op.Add(word_embeddings(ids), token_type_embeddings(types));
    const hiddenState = layers.reduce((x, layer) => layer(x, seen), norm(position_embeddings(words)));
    return { last_hidden_state: hiddenState, pooler_output: pooler(op.Gather(hiddenState, 0n, { axis: 1 })) };
  });
  const texts = tensor('int64', ['batch', 'sequence']);
  return model(body, { name: 'bert', inputs: { input_ids: texts, attention_mask: texts, token_type_ids: texts } });
}

const net = bert();
export default net;

if (isScript(import.meta.url)) showLayers(net);

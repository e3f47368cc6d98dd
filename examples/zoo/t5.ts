// T5 (Raffel et al. 2020): text to text, in the shape of Hugging Face's checkpoints; the output layer is tied to the embedding.
import {
  block,
  crossAttention,
  type DefinedModel,
  dense,
  embedding,
  type Layer,
  layerParameter,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  relativePositionBias,
  rmsNorm,
  tensor,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link t5}; those of t5-small by default. */
export interface T5Config {
  readonly vocabulary?: number;
  readonly width?: number;
  readonly heads?: number;
  /** Features of one head. */
  readonly headSize?: number;
  readonly hidden?: number;
  /** Layers of the encoder, and of the decoder. */
  readonly depth?: number;
  /** Buckets of distances. */
  readonly buckets?: number;
}

/** From the names of Hugging Face's T5ForConditionalGeneration. */
export const names: readonly NameRule[] = [
  [/^(lm_head|encoder\.embed_tokens|decoder\.embed_tokens)\.weight$/, null],
  [/block\.0\.layer\.0\.SelfAttention\.relative_attention_bias/, 'bias'],
  [/layer\.0\.SelfAttention/, 'self'],
  [/layer\.1\.EncDecAttention/, 'cross'],
  [/(self|cross)\.q\./, '$1.query.'],
  [/(self|cross)\.k\./, '$1.key.'],
  [/(self|cross)\.v\./, '$1.value.'],
  [/(self|cross)\.o\./, '$1.output.'],
  [/layer\.\d\.DenseReluDense/, 'ff'],
  [/layer\.0\.layer_norm/, 'self_norm'],
  [/^decoder(.*)layer\.1\.layer_norm/, 'decoder$1cross_norm'],
  [/layer\.\d\.layer_norm/, 'ff_norm'],
];

/** Scores are not scaled, and nothing has a bias. */
const PLAIN = { scale: 1, bias: false } as const;

function feedForward(hidden: number, width: number): Layer {
  const [wi, wo] = [dense(hidden, { bias: false, activation: 'relu' }), dense(width, { bias: false })];
  return block({ wi, wo }, (x: Value) => wo(wi(x)));
}

function encoderLayer({ heads, headSize, hidden, width }: Required<T5Config>): Layer<[x: Value, bias: Value]> {
  const self = multiHeadAttention(heads, { ...PLAIN, headSize });
  const [self_norm, ff_norm] = [rmsNorm({ epsilon: 1e-6 }), rmsNorm({ epsilon: 1e-6 })];
  const ff = feedForward(hidden, width);
  return block({ self, self_norm, ff, ff_norm }, (x: Value, bias: Value) => {
    const y = op.Add(x, self(self_norm(x), undefined, undefined, bias));
    return op.Add(y, ff(ff_norm(y)));
  });
}

type DecoderLayer = Layer<[x: Value, bias: Value, memory: Value, seen: Value]>;

function decoderLayer({ heads, headSize, hidden, width }: Required<T5Config>): DecoderLayer {
  const self = multiHeadAttention(heads, { ...PLAIN, headSize, causal: true });
  const cross = crossAttention(heads, { ...PLAIN, headSize });
  const norm = (): Layer => rmsNorm({ epsilon: 1e-6 });
  const [self_norm, cross_norm, ff_norm] = [norm(), norm(), norm()];
  const ff = feedForward(hidden, width);
  const parts = { self, self_norm, cross, cross_norm, ff, ff_norm };
  return block(parts, (x: Value, bias: Value, memory: Value, seen: Value) => {
    const y = op.Add(x, self(self_norm(x), undefined, undefined, bias));
    const z = op.Add(y, cross(cross_norm(y), memory, seen));
    return op.Add(z, ff(ff_norm(z)));
  });
}

/** T5 for any number of texts of any lengths: 60,506,624 parameters at the sizes of t5-small. */
export function t5(config: T5Config = {}): DefinedModel {
  const { vocabulary = 32128, width = 512, heads = 8, headSize = 64, hidden = 2048, depth = 6, buckets = 32 } = config;
  const full = { vocabulary, width, heads, headSize, hidden, depth, buckets };
  const shared = embedding(vocabulary, width);
  const norm = (): Layer => rmsNorm({ epsilon: 1e-6 });
  const encoder = {
    bias: relativePositionBias(heads, { buckets }),
    block: Array.from({ length: depth }, () => encoderLayer(full)),
    final_layer_norm: norm(),
  };
  const decoder = {
    bias: relativePositionBias(heads, { buckets, bidirectional: false }),
    block: Array.from({ length: depth }, () => decoderLayer(full)),
    final_layer_norm: norm(),
  };
  const body = block({ shared, encoder, decoder }, (ids: Value, mask: Value, target: Value) => {
    const seen = op.Unsqueeze(op.Cast(mask, { to: 'bool' }), [1n, 2n]);
    const source = shared(ids);
    const distances = op.Where(seen, encoder.bias(source), Number.NEGATIVE_INFINITY);
    const read = encoder.block.reduce((x, layer) => layer(x, distances), source);
    const memory = encoder.final_layer_norm(read);
    const start = shared(target);
    const steps = decoder.bias(start);
    const written = decoder.block.reduce((x, layer) => layer(x, steps, memory, seen), start);
    const hiddenState = op.Mul(decoder.final_layer_norm(written), width ** -0.5);
    return { logits: op.MatMul(hiddenState, op.Transpose(layerParameter(shared, 'weight'), { perm: [1, 0] })) };
  });
  const [source, target] = [tensor('int64', ['batch', 'source']), tensor('int64', ['batch', 'target'])];
  return model(body, {
    name: 't5',
    inputs: { input_ids: source, attention_mask: source, decoder_input_ids: target },
  });
}

const net = t5();
export default net;

if (isScript(import.meta.url)) showLayers(net);

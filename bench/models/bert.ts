// BERT-base, uncased (Devlin et al. 2018): the encoder with its pooler.
import {
  block,
  type DefinedModel,
  dense,
  embedding,
  type Layer,
  layerNorm,
  model,
  op,
  tensor,
  type Value,
} from 'dimwise';

const WIDTH = 768;
const HEADS = 12;

/** Splits the width into heads: `[n, s, 768] -> [n, 12, s, 64]`. */
const split = (x: Value): Value => op.Transpose(op.Reshape(x, [0, 0, HEADS, WIDTH / HEADS]), { perm: [0, 2, 1, 3] });

function encoderLayer(): Layer<[x: Value, mask: Value]> {
  const [query, key, value, projection] = [dense(WIDTH), dense(WIDTH), dense(WIDTH), dense(WIDTH)];
  const [norm1, norm2] = [layerNorm({ epsilon: 1e-12 }), layerNorm({ epsilon: 1e-12 })];
  const [up, down] = [dense(4 * WIDTH, { activation: 'gelu' }), dense(WIDTH)];
  return block({ query, key, value, projection, norm1, up, down, norm2 }, (x: Value, mask: Value) => {
    const scores = op.Div(op.MatMul(split(query(x)), op.Transpose(split(key(x)), { perm: [0, 1, 3, 2] })), 8);
    const context = op.MatMul(op.Softmax(op.Add(scores, mask), { axis: -1 }), split(value(x)));
    const joined = op.Reshape(op.Transpose(context, { perm: [0, 2, 1, 3] }), [0, 0, WIDTH]);
    const attended = norm1(op.Add(x, projection(joined)));
    return norm2(op.Add(attended, down(up(attended))));
  });
}

/** 109,482,240 parameters. */
export function bertBase(): DefinedModel {
  const word = embedding(30522, WIDTH, { name: 'word' });
  const position = embedding(512, WIDTH, { name: 'position' });
  const kind = embedding(2, WIDTH, { name: 'type' });
  const norm = layerNorm({ epsilon: 1e-12, name: 'norm' });
  const layers = Array.from({ length: 12 }, encoderLayer);
  const pooler = dense(WIDTH, { activation: 'tanh', name: 'pooler' });
  return model(
    (ids: Value, types: Value, mask: Value) => {
      const length = op.Gather(op.Shape(ids), 1);
      const positions = op.Range(0, length, 1);
      const open = op.Unsqueeze(op.Sub(1, op.Cast(mask, { to: 'float32' })), [1, 2]);
      const bias = op.Mul(open, -10000);
      let x = norm(op.Add(op.Add(word(ids), kind(types)), position(positions)));
      for (const layer of layers) x = layer(x, bias);
      return { hidden: x, pooled: pooler(op.Gather(x, 0, { axis: 1 })) };
    },
    {
      name: 'bert',
      inputs: {
        ids: tensor('int64', ['batch', 'seq']),
        types: tensor('int64', ['batch', 'seq']),
        mask: tensor('int64', ['batch', 'seq']),
      },
      symbols: { seq: { max: 512 } },
    },
  );
}

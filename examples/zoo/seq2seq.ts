// Sequence to sequence with additive attention, as https://d2l.ai/chapter_attention-mechanisms-and-transformers/bahdanau-attention.html has it.
import {
  block,
  type CellState,
  type CellStep,
  type DefinedModel,
  defineCell,
  dense,
  embedding,
  fromTorchRecurrent,
  gru,
  gruCell,
  type Layer,
  model,
  type NameRule,
  op,
  recurrent,
  stackedCells,
  tensor,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link seq2seq}; those of the book's translation from English to French by default. */
export interface Seq2seqConfig {
  readonly source?: number;
  readonly target?: number;
  /** Features of a token. */
  readonly features?: number;
  readonly units?: number;
  readonly layers?: number;
}

/** From the book's names in PyTorch: its decoder's recurrent layer is a stack of cells here. */
export const names: readonly NameRule[] = [
  [/^encoder\.rnn\.rnn\./, 'encoder.rnn.'],
  [/^decoder\.rnn\.(.*)_l(\d+)$/, 'decoder.cells.$2.$1'],
  fromTorchRecurrent,
];

/** Additive attention: `softmax(v tanh(W q + W k))` over the positions before each text's end. */
function additiveAttention(units: number): Layer<[query: Value, keys: Value, lengths: Value]> {
  const [W_q, W_k, w_v] = [dense(units, { bias: false }), dense(units, { bias: false }), dense(1, { bias: false })];
  return block({ W_q, W_k, w_v }, (query: Value, keys: Value, lengths: Value) => {
    const features = op.Tanh(op.Add(op.Unsqueeze(W_q(query), [1]), W_k(keys)));
    const scores = op.Squeeze(w_v(features), [-1]);
    const places = op.Range(0n, op.Squeeze(op.Shape(keys, { start: 1, end: 2 }), [0]), 1n);
    const seen = op.Less(places, op.Unsqueeze(lengths, [1]));
    const weights = op.Softmax(op.Where(seen, scores, -1e6), { axis: -1 });
    return op.Squeeze(op.MatMul(op.Unsqueeze(weights, [1]), keys), [1]);
  });
}

/** A decoder that looks at the whole source before each step, from what its last layer remembers. */
function attentionDecoder({ target, features, units, layers }: Required<Seq2seqConfig>) {
  const words = embedding(target, features);
  const attention = additiveAttention(units);
  const cells = stackedCells(...Array.from({ length: layers }, () => gruCell(units)));
  const output = dense(target);
  const parts = { embedding: words, attention, cells, dense: output };
  return block(parts, (tokens: Value, memory: Value, lengths: Value, state: CellState) => {
    // The memory is the same at all steps: the body reads it from the graph around it.
    const step = defineCell({
      kind: 'attentionStep',
      states: layers,
      zeroState: () => state,
      children: [
        ['attention', attention],
        ['cells', cells],
      ],
      apply: (_call, x: Value, before: CellState): CellStep => {
        const query = before.at(-1) ?? x;
        return cells(op.Concat([attention(query, memory, lengths), x], { axis: -1 }), before);
      },
    });
    return output(recurrent(step, { name: 'steps' })(words(tokens), state));
  });
}

/** A translator for any number of texts of any lengths: from source and target so far, the scores of each next word. */
export function seq2seq(config: Seq2seqConfig = {}): DefinedModel {
  const { source = 194, target = 214, features = 256, units = 256, layers = 2 } = config;
  const words = embedding(source, features);
  const rnn = gru(units, { layers, returnState: true });
  const decoder = attentionDecoder({ source, target, features, units, layers });
  const body = block({ encoder: { embedding: words, rnn }, decoder }, (ids: Value, lengths: Value, tokens: Value) => {
    const { output, state } = rnn(words(ids));
    const [last] = state;
    const states = Array.from({ length: layers }, (_, i) => (last ? op.Gather(last, BigInt(i), { axis: 0 }) : output));
    return { logits: decoder(tokens, output, lengths, states) };
  });
  return model(body, {
    name: 'seq2seq',
    inputs: {
      source: tensor('int64', ['batch', 'source']),
      lengths: tensor('int64', ['batch']),
      target: tensor('int64', ['batch', 'target']),
    },
  });
}

const net = seq2seq();
export default net;

if (isScript(import.meta.url)) showLayers(net);

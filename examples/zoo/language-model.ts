// The recurrent language models of https://d2l.ai/chapter_recurrent-modern: a simple network, GRU or LSTM over one-hot tokens.
import {
  type DefinedModel,
  dense,
  fromTorchRecurrent,
  gru,
  lstm,
  model,
  type NameRule,
  op,
  rnn,
  tensor,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link languageModel}; the book's by default, where it reads "The Time Machine" letter by letter. */
export interface LanguageModelConfig {
  readonly kind?: 'rnn' | 'gru' | 'lstm';
  readonly vocabulary?: number;
  readonly units?: number;
  readonly layers?: number;
}

/** From PyTorch's names, where `rnn` is the recurrent layer and `linear` the last one. */
export const names: readonly NameRule[] = [fromTorchRecurrent];

/** A language model for any number of texts of any length: the scores of each next token, and the states after the last one. */
export function languageModel(config: LanguageModelConfig = {}): DefinedModel {
  const { kind = 'rnn', vocabulary = 28, units = 32, layers = 1 } = config;
  const options = { layers, returnState: true, name: 'rnn' } as const;
  const recurrent = kind === 'lstm' ? lstm(units, options) : kind === 'gru' ? gru(units, options) : rnn(units, options);
  const linear = dense(vocabulary, { name: 'linear' });
  return model(
    (tokens: Value) => {
      const { output, state } = recurrent(op.OneHot(tokens, BigInt(vocabulary), [0, 1]));
      return { logits: linear(output), ...Object.fromEntries(state.map((value, i) => [`state${i}`, value])) };
    },
    { name: kind, inputs: { tokens: tensor('int64', ['batch', 'sequence']) } },
  );
}

const net = languageModel({ kind: 'lstm' });
export default net;

if (isScript(import.meta.url)) showLayers(net);

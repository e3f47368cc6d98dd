// The names of recurrent parameters in PyTorch, as names of ours.

/** What PyTorch calls the parameters of recurrent modules (torch.nn.LSTM, torch.nn.LSTMCell). */
const NAMES: Readonly<Record<string, string>> = {
  weight_ih: 'weightInput',
  weight_hh: 'weightHidden',
  weight_hr: 'weightProjection',
  bias_ih: 'biasInput',
  bias_hh: 'biasHidden',
};

/**
 * Maps the name of a parameter of PyTorch's RNN, LSTM, GRU or one of their cells: `encoder.weight_ih_l0_reverse` becomes
 * `encoder.0.weightInputReverse`, `cell.bias_hh` becomes `cell.biasHidden`. Other names come back as they are. Shapes and the order of
 * rows are the same.
 *
 * @param name a name in PyTorch's state_dict
 * @example fromTorchRecurrent('weight_ih_l0') // '0.weightInput'
 */
export function fromTorchRecurrent(name: string): string {
  const match = /^(.*\.)?((?:weight|bias)_(?:ih|hh|hr))(?:_l(\d+)(_reverse)?)?$/.exec(name);
  const own = match?.[2] && NAMES[match[2]];
  if (!match || !own) return name;
  const [, prefix = '', , level, reverse] = match;
  return `${prefix}${level === undefined ? '' : `${level}.`}${own}${reverse ? 'Reverse' : ''}`;
}

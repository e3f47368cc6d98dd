// Weights of LeNet that learned digits; bench/fixtures/train_lenet.py made them.
import { readFileSync } from 'node:fs';
import { type DefinedModel, tensorFromValues } from 'dimwise';

/** A tensor as signed bytes, and what one unit of them stands for. */
interface StoredTensor {
  readonly shape: readonly number[];
  readonly unit: number;
  readonly int8: string;
}

/** The file of weights. */
export interface TrainedWeights {
  /** How many digits training saw. */
  readonly trained: number;
  /** The share of digits that were recognized of those that it did not see. */
  readonly accuracy: number;
  readonly parameters: Readonly<Record<string, StoredTensor>>;
}

/** Reads the weights. */
export function trainedWeights(): TrainedWeights {
  return JSON.parse(readFileSync(new URL('./lenet-weights.json', import.meta.url), 'utf8'));
}

/** Gives LeNet its trained weights. */
export function setWeights(net: DefinedModel, { parameters }: TrainedWeights): void {
  for (const [path, { shape, unit, int8 }] of Object.entries(parameters)) {
    const values = Array.from(new Int8Array(Buffer.from(int8, 'base64')), (step) => step * unit);
    net.parameter(path).setData(tensorFromValues('float32', shape, values));
  }
}

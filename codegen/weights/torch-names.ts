// The names of PyTorch's buffers, which are the same in all of its models.
import type { NameRule } from './name-rules.ts';

/**
 * From the names of PyTorch's normalizations to ours: `running_mean` becomes `runningMean`, `running_var` `runningVar`; the counter
 * `num_batches_tracked` of training is left out. All else has the same name in both.
 */
export const torchNames: readonly NameRule[] = [
  [/running_mean$/, 'runningMean'],
  [/running_var$/, 'runningVar'],
  [/num_batches_tracked$/, null],
];

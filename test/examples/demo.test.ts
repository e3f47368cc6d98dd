// The demo's model on real digits.
import { run } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { digits, readings } from '../../examples/demo.ts';
import { lenet } from '../../examples/lenet.ts';
import { setWeights, trainedWeights } from '../../examples/support/trained-lenet.ts';

describe('demo', () => {
  test('reads as many of the digits that training never saw as PyTorch does with the same weights', async () => {
    const net = lenet();
    const weights = trainedWeights();
    const batch = digits(0, 100);
    const bound = net.bind(batch);
    setWeights(net, weights);
    const { output } = await run(bound, batch, { providers: ['cpu'] });
    expect(output?.shape).toEqual([1000, 10]);
    const scores = output?.dtype === 'float32' ? output.data : new Float32Array();
    const right = readings(scores).filter(([digit], i) => digit === i % 10).length;
    // A digit or two may stand so close between two readings that rounding decides.
    expect(Math.abs(right - 1000 * weights.accuracy)).toBeLessThanOrEqual(2);
    expect(weights.accuracy).toBeGreaterThan(0.95);
  });
});

// Networks that nobody wrote: random layers on images of symbolic size, judged by ONNX Runtime.
import {
  avgPool2d,
  batchNorm,
  type CompiledModel,
  concat,
  conv2d,
  dense,
  evaluate,
  flatten,
  globalAvgPool,
  maxPool2d,
  model,
  relu,
  residual,
  type Stage,
  sequential,
} from 'dimwise';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { FeedCheck } from '../../src/ir/feed-check.ts';
import { formulaInput } from '../helpers/formula.ts';
import { judgeShapes } from '../helpers/shape-judge.ts';

const CHANNELS = 2;

const window = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  strides: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  pad: fc.integer({ min: 0, max: 3 }),
  same: fc.boolean(),
  flag: fc.boolean(),
});
type Window = typeof window extends fc.Arbitrary<infer T> ? T : never;

/** Pads below the size: ONNX Runtime refuses a pool's window that lies in the padding alone. */
const poolOptions = ({ size, strides, dilation, pad, flag }: Window) => ({
  strides,
  dilation,
  padding: Math.min(pad, size - 1),
  ceilMode: flag,
});

const STAGES: readonly ((w: Window) => Stage)[] = [
  ({ size, strides, dilation, pad, same }) =>
    conv2d(CHANNELS, size, { strides, ...(same ? { padding: 'same' } : { padding: pad, dilation }) }),
  (w) => maxPool2d(w.size, poolOptions(w)),
  (w) => avgPool2d(w.size, { ...poolOptions(w), countIncludePad: w.same }),
  ({ size }) => residual(conv2d(CHANNELS, size, { padding: 'same' })),
  ({ size, strides }) => concat(conv2d(1, size, { padding: 'same', strides }), conv2d(1, 1, { strides }), { axis: 1 }),
  () => sequential(batchNorm(), relu()),
];

const stage = fc
  .tuple(fc.integer({ min: 0, max: STAGES.length - 1 }), window)
  .map(([kind, options]) => ({ kind, options }));
const network = fc.record({
  stages: fc.array(stage, { minLength: 1, maxLength: 5 }),
  head: fc.boolean(),
  first: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
  second: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 10, max: 30 }), fc.integer({ min: 10, max: 30 })),
});

/** The least size of any value under these sizes of the symbols. */
function leastSize({ graph }: CompiledModel, sizes: Readonly<Record<string, number>>): number {
  const types = [...graph.nodes()].flatMap((node) => node.outputs.map(({ type }) => type));
  const dims = types.flatMap((type) => (type.kind === 'tensor' ? (type.shape ?? []) : []));
  return Math.min(...dims.map((dim) => evaluate(dim, ({ name }) => sizes[name])));
}

describe('random networks', () => {
  test('claim only what ONNX Runtime returns, wherever their contract holds', { timeout: 120_000 }, async () => {
    let judged = 0;
    await fc.assert(
      fc.asyncProperty(network, async ({ stages, head, first, second }) => {
        const body = stages.map(({ kind, options }) => STAGES[kind]?.(options) ?? relu());
        const net = model(sequential(...body, ...(head ? [globalAvgPool(), flatten(), dense(3)] : [])), {
          inputs: { x: ['n', CHANNELS, 'h', 'w'] },
        });
        const compiled = net.initialize().bind(['n', CHANNELS, 'h', 'w']).compile();
        const check = new FeedCheck(compiled.contract);
        for (const [n, h, w] of [first, second]) {
          const shape = [n, CHANNELS, h, w];
          if (check.check(new Map([['x', { dtype: 'float32', shape }]])).mistakes.length > 0) continue;
          const least = leastSize(compiled, { n, h, w });
          expect(least, `x: [${shape}]`).toBeGreaterThanOrEqual(0);
          // A pool may give nothing at all; what ONNX Runtime does with it differs from kernel to kernel.
          if (least === 0) continue;
          const verdict = await judgeShapes(compiled.bytes(), {
            x: new Tensor('float32', formulaInput('x', shape), shape),
          });
          expect(verdict.mistakes, `x: [${shape}]`).toEqual([]);
          expect(verdict.fresh).toEqual([]);
          judged++;
        }
      }),
      { numRuns: 120, seed: 7 },
    );
    expect(judged).toBeGreaterThan(150);
  });
});

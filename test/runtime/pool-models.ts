// Models that the tests of pools run.
import { dense, graph, model, op } from 'dimwise';

/** A dense layer on rows of 8. */
export const SMALL = model(dense(16), { inputs: { x: ['n', 8] } })
  .initialize()
  .bind({ x: ['n', 8] })
  .compile();

/** Rows for {@link SMALL}. */
export const smallFeed = (rows: number, seed: number) => ({
  x: {
    dtype: 'float32',
    shape: [rows, 8],
    data: Float32Array.from({ length: rows * 8 }, (_, i) => Math.sin(i + seed)),
  },
});

/** Multiplies a matrix by one that keeps its sums, as often as it is told: about a millisecond each time. */
export const SLOW = graph((g) => {
  const steps = g.input('steps', 'int64', []);
  const size = 256;
  const matrix = (value: number) =>
    op.Expand(op.Constant({ value_float: value }), op.Constant({ value_ints: [size, size] }));
  const [last] = op.Loop(steps, true, [matrix(0.5)], {
    body: (_, condition, state) => [condition, op.MatMul(state, matrix(1 / size))],
  });
  return { y: op.Slice(last ?? steps, [0, 0], [1, 1]), done: op.Identity(steps) };
})
  .bind({ steps: [] })
  .compile();

/** Keeps {@link SLOW} busy for about so long. */
export const slowFeed = (milliseconds: number) => ({ steps: BigInt(milliseconds) });

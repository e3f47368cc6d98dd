// Draws the elements of a parameter from its recipe, whole or in chunks, the same bits either way.
import { dimwiseError } from '../../base/errors.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import type { RandomKey } from '../random/philox.ts';
import type { SampleTarget } from '../random/plain-samples.ts';
import { fillSamples } from '../random/samples.ts';
import type { Initializer, InitializerKind } from './initializer.ts';
import { INITIALIZERS } from './initializers.ts';
import { orthogonalMatrix } from './orthogonal-matrix.ts';
import type { DrawPlan, InitializedTensor } from './plan.ts';
import { planDistribution } from './plan-distribution.ts';

/** Where and how a recipe is drawn. */
export interface DrawOptions extends InitializedTensor {
  /** The key of the parameter's random sequence. */
  readonly key: RandomKey;
  /** The number of the element that goes to `out[0]`; default 0. */
  readonly start?: number | undefined;
}

/**
 * Settles a recipe for a tensor: the distribution with its numbers, or the pattern. Draws nothing, so a recipe can be checked
 * as soon as a shape is known.
 *
 * @param tensor the shape, with its layout or the fans to use
 * @throws INITIALIZER_INVALID when the recipe does not fit the shape
 * @example planInitializer(kaimingUniform(), { shape: [256, 20] }) // { kind: 'uniform', low: -0.547.., high: 0.547.. }
 */
export function planInitializer<K extends InitializerKind>(
  recipe: Initializer<K>,
  tensor: InitializedTensor,
): DrawPlan {
  const kind: K = recipe.kind;
  return INITIALIZERS[kind].plan(recipe, tensor);
}

/** Tells whether each chunk of a tensor costs as much as the whole, so that it is better drawn in one call. */
export function isDrawnWhole(recipe: Initializer): boolean {
  return recipe.kind === 'orthogonal';
}

/**
 * Fills `out` with the elements [start, start + out.length) of a tensor in C order. Chunks of any size and order give the same
 * bits. A Float32Array gets the float64 values rounded to nearest; other dtypes are rounded from those by the caller.
 *
 * @param out receives the elements
 * @param recipe what to draw
 * @param options shape, key and start; layout or fans where the recipe scales with them
 * @throws INITIALIZER_INVALID when the recipe does not fit the shape, or the chunk lies outside of it
 * @example drawInto(new Float32Array(20), xavierUniform(), { shape: [4, 5], key: deriveKey(0, '0.weight') })
 */
export function drawInto(out: Float32Array | Float64Array, recipe: Initializer, options: DrawOptions): void {
  const { key, start = 0, shape } = options;
  const count = elementCount(shape);
  if (!Number.isSafeInteger(start) || start < 0 || start + out.length > count) {
    throw dimwiseError({
      code: 'INITIALIZER_INVALID',
      message: `elements ${start} to ${start + out.length} do not lie in a tensor [${shape.join(', ')}] of ${count} elements`,
      expected: `0 to ${count}`,
      actual: `${start} to ${start + out.length}`,
      origin: options.origin,
    });
  }
  drawPlan(planInitializer(recipe, options), { out, key, start });
}

/** Fills a chunk from a settled recipe; {@link drawInto} without its checks. */
export function drawPlan(plan: DrawPlan, target: SampleTarget): void {
  const { out, key, start } = target;
  const distribution = planDistribution(plan);
  if (distribution) return fillSamples(target, distribution);
  switch (plan.kind) {
    case 'fill':
      out.fill(plan.value);
      return;
    case 'sparse':
      out.fill(0);
      for (const position of plan.positions) {
        if (position >= start && position < start + out.length) out[position - start] = plan.value;
      }
      return;
    case 'values':
      for (let i = 0; i < out.length; i++) out[i] = plan.values[start + i] ?? 0;
      return;
    case 'orthogonal': {
      if (out.length === 0) return;
      const matrix = orthogonalMatrix(plan.rows, plan.columns, key);
      for (let i = 0; i < out.length; i++) out[i] = plan.gain * (matrix[start + i] ?? 0);
      return;
    }
  }
}

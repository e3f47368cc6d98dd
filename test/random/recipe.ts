// What a recipe is, and what recipes share.

import type { AttributeInput } from '../../src/build/operands.ts';
import type { DType } from '../../src/ir/dtype.ts';
import type { Known, Scene } from './scene.ts';

/** Adds nodes of one kind to a graph, where its values allow it. */
export type Recipe = (scene: Scene) => unknown;

/** The element types that most kernels take. */
export const isNumeric = ({ dtype }: Known): boolean => ['float32', 'float64', 'int32', 'int64'].includes(dtype);
export const isReal = ({ dtype }: Known): boolean => dtype === 'float32';
export const hasAxes =
  (least: number, most = 6) =>
  ({ shape }: Known): boolean =>
    shape.length >= least && shape.length <= most;

/** A tensor at hand with so many axes, or a new input. */
export function tensorOf(
  scene: Scene,
  rank: readonly [number, number],
  dtypes: readonly DType[] = ['float32'],
): Known | undefined {
  const [least, most] = rank;
  const { rng } = scene;
  const found = rng.chance(0.85)
    ? scene.draw((known) => dtypes.includes(known.dtype) && hasAxes(least, most)(known))
    : undefined;
  return (
    found ??
    scene.input(
      rng.pick(dtypes),
      rng.list(rng.int(least, Math.min(most, 4)), () => scene.size()),
    )
  );
}

/** An axis of a tensor, counted from either end. */
export function axisOf(scene: Scene, rank: number): number {
  const axis = scene.rng.int(0, rank - 1);
  return scene.rng.chance(0.3) ? axis - rank : axis;
}

/** Some axes, each once, in random order, counted from either end. */
export function axesOf(scene: Scene, rank: number, least = 1): number[] {
  const { rng } = scene;
  const count = rng.int(Math.min(least, rank), rank);
  return rng.shuffle(rng.some([...Array(rank).keys()], count)).map((axis) => (rng.chance(0.3) ? axis - rank : axis));
}

/**
 * What is an attribute in older forms of an operator and an input in newer ones.
 *
 * @param position of the input
 */
export function listArgument(
  scene: Scene,
  op: string,
  {
    name,
    values,
    position,
  }: { readonly name: string; readonly values: readonly number[] | undefined; readonly position: number },
): { readonly inputs: readonly (string | undefined)[]; readonly attributes: Readonly<Record<string, AttributeInput>> } {
  if (!values) return { inputs: [], attributes: {} };
  if (scene.schema(op)?.attributes.has(name)) return { inputs: [], attributes: { [name]: values } };
  const inputs: (string | undefined)[] = [];
  inputs[position - 1] = scene.ints(values);
  return { inputs: Array.from(inputs), attributes: {} };
}

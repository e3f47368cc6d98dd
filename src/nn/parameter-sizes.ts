// What becomes known of a parameter's sizes, and the fans that follow from those of a weight.
import type { Dim } from '../dim/dim.ts';
import { type Shape, staticShape } from '../ir/type.ts';
import { type Fans, fans, type WeightLayout } from './initializers/fans.ts';

/** What settled each axis that was unknown once. */
export type SettledBy = readonly (string | undefined)[];

/** Puts the numbers of what was learnt in the place of unknown sizes; others stay as they are. Undefined where nothing changes. */
export function learnSizes(
  shape: Shape,
  settled: SettledBy,
  learnt: { readonly shape: Shape; readonly by: string },
): { readonly shape: Shape; readonly settled: SettledBy } | undefined {
  let sizes: Dim[] | undefined;
  let by: (string | undefined)[] | undefined;
  for (let axis = 0; axis < shape.length; axis++) {
    const known = learnt.shape[axis];
    if (shape[axis]?.kind === 'const' || known?.kind !== 'const') continue;
    (sizes ??= shape.slice())[axis] = known;
    (by ??= settled.slice())[axis] = learnt.by;
  }
  return sizes && by && { shape: sizes, settled: by };
}

/** Fans that only tell that there will be some. */
export const ANY_FANS: Fans = Object.freeze({ fanIn: 1, fanOut: 1 });

/** The fans of the weight that a bias belongs to; undefined while its sizes are open, or where it has none. */
export function fansOfWeight(
  weight: { readonly shape: Shape; readonly layout: WeightLayout } | undefined,
): Fans | undefined {
  const shape = staticShape(weight?.shape);
  return weight && shape && shape.length > 1 ? fans(shape, weight.layout) : undefined;
}

// The families of recipes, with how often each is drawn.
import type { Recipe } from './recipe.ts';
import { CONTROL_RECIPES } from './recipes-control.ts';
import { MATH_RECIPES } from './recipes-math.ts';
import { SHAPE_RECIPES } from './recipes-shape.ts';
import { SIZE_RECIPES } from './recipes-size.ts';
import { WINDOW_RECIPES } from './recipes-window.ts';
import type { Rng } from './rng.ts';

const FAMILIES: readonly (readonly [number, readonly Recipe[]])[] = [
  [3, SHAPE_RECIPES],
  [3, MATH_RECIPES],
  [2, WINDOW_RECIPES],
  [3, SIZE_RECIPES],
  [2, CONTROL_RECIPES],
];
const WEIGHTED: readonly (readonly Recipe[])[] = FAMILIES.flatMap(([weight, family]) =>
  Array<readonly Recipe[]>(weight).fill(family),
);

/** A recipe. */
export const drawRecipe = (rng: Rng): Recipe => rng.pick(rng.pick(WEIGHTED));

// Small files that could keep dimwise busy: each asks for much more than its size shows, and must be taken or refused soon.
import { SLOW_BODIES, SLOW_TEXTS } from './slow-bodies.ts';
import type { SlowRow } from './slow-case.ts';
import { SLOW_LISTS } from './slow-lists.ts';
import { SLOW_SHAPES, SLOW_VALUES } from './slow-shapes.ts';
import { SLOW_SIZES, SLOW_WINDOWS } from './slow-sizes.ts';

/** All families. */
export const SLOW_MODELS: readonly SlowRow[] = [
  ...SLOW_SIZES,
  ...SLOW_WINDOWS,
  ...SLOW_SHAPES,
  ...SLOW_VALUES,
  ...SLOW_BODIES,
  ...SLOW_TEXTS,
  ...SLOW_LISTS,
];

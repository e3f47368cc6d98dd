// The table of initializers, put together from its families.
import { fanRows } from './fan-rows.ts';
import type { InitializerKind } from './initializer.ts';
import type { InitializerRows } from './initializer-row.ts';
import { patternRows } from './pattern-rows.ts';
import { plainRows } from './plain-rows.ts';

/** Every initializer with its row. */
export const INITIALIZERS: InitializerRows<InitializerKind> = { ...plainRows, ...fanRows, ...patternRows };

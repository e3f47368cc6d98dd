// dimwise/vitest: importing it, or naming it in `setupFiles`, adds the serializer and the matchers to vitest.
import { expect } from 'vitest';
import type { ExpectedShape } from './match-shape.ts';
import { type ExpectedShapes, toHaveShape, toMatchShapes } from './matchers.ts';
import { dimwiseSerializer } from './serializer.ts';

export type { ExpectedShape, ShapeMatch } from './match-shape.ts';
export { type ExpectedShapes, type MatcherResult, toHaveShape, toMatchShapes } from './matchers.ts';
export { dimwiseSerializer } from './serializer.ts';

declare global {
  // The assertions of vitest 4 and 5 extend this one, while their own interfaces differ in type parameters.
  namespace Chai {
    interface Assertion {
      /** Passes where a value, a shape, a tensor or a parameter has these sizes: numbers, symbols, expressions. */
      toHaveShape(expected: ExpectedShape): void;
      /** Compares all shapes of a graph or model with a snapshot or a text, or the named ones with an object. */
      toMatchShapes(expected?: string | ExpectedShapes): void;
    }
  }
}

expect.addSnapshotSerializer(dimwiseSerializer);
expect.extend({ toHaveShape, toMatchShapes });

// Compares a shape with the one that a test expects.
import { isDimwiseError } from '../base/errors.ts';
import { constant, type Dim, hasUnknown } from '../dim/dim.ts';
import type { Facts } from '../dim/facts.ts';
import { parseDim } from '../dim/text.ts';
import { formatShape, type Shape } from '../ir/type.ts';
import type { SizeSpec } from '../ir/value.ts';
import { isShape, isValue } from './recognise.ts';

/** A shape as a test expects it: numbers, symbols or expressions; `'?'` or null for a size that is not settled yet. */
export type ExpectedShape = readonly SizeSpec[];

/** What a comparison found. */
export interface ShapeMatch {
  readonly pass: boolean;
  readonly actual: string;
  readonly expected: string;
}

interface Subject {
  readonly shape: Shape | undefined;
  /** What is known of the sizes, so that two texts of one size are equal. */
  readonly facts: Facts | undefined;
}

/** Compares the shape of a value, a shape, a tensor or a parameter; undefined where the subject has no shape. */
export function matchShape(received: unknown, expected: ExpectedShape): ShapeMatch | undefined {
  const subject = subjectOf(received);
  if (!subject) return undefined;
  const { shape, facts } = subject;
  const pass =
    shape !== undefined &&
    shape.length === expected.length &&
    shape.every((dim, axis) => isSame(dim, expected[axis] ?? null, facts));
  const text = `[${expected.map((size) => size ?? '?').join(', ')}]`;
  return { pass, actual: formatShape(shape), expected: text };
}

function subjectOf(received: unknown): Subject | undefined {
  if (isValue(received)) {
    const { type, graph } = received;
    const isTensor = type.kind === 'tensor' || type.kind === 'sparse';
    return { shape: (isTensor ? type.shape : undefined) ?? undefined, facts: graph.facts };
  }
  if (isShape(received)) return { shape: received, facts: undefined };
  if (Array.isArray(received)) return numbers(received);
  if (typeof received !== 'object' || received === null) return undefined;
  if ('shape' in received) return subjectOf(received.shape);
  return 'dims' in received ? subjectOf(received.dims) : undefined;
}

function numbers(list: readonly unknown[]): Subject | undefined {
  if (!list.every((size) => typeof size === 'number')) return undefined;
  return { shape: list.map((size) => constant(size)), facts: undefined };
}

function isSame(dim: Dim, expected: SizeSpec, facts: Facts | undefined): boolean {
  if (expected === null || expected === '?') return hasUnknown(dim);
  if (typeof expected === 'number') return dim.kind === 'const' && dim.value === expected;
  try {
    const wanted = parseDim(expected);
    return wanted === dim || facts?.equal(dim, wanted) === 'true';
  } catch (error) {
    if (isDimwiseError(error) && error.code === 'DIM_UNDEFINED') return false;
    throw error;
  }
}

// What a comparison of two models tells.

/** What sort of thing differs. */
export type DifferenceSubject =
  | 'node'
  | 'attribute'
  | 'edge'
  | 'weight'
  | 'input'
  | 'output'
  | 'shape'
  | 'contract'
  | 'opset'
  | 'function'
  | 'metadata'
  | 'model';

/** One difference between two models. */
export interface Difference {
  /** `added`: only the second model has it; `removed`: only the first one. */
  readonly kind: 'added' | 'removed' | 'changed';
  readonly subject: DifferenceSubject;
  /** Where it is: `node "conv1" (Conv)`, `input "x"`; inside bodies and functions the way there comes first. */
  readonly place: string;
  /** What differs, in words: `strides`, `3 of 64 elements, by 0.25 at most`. */
  readonly detail: string;
  /** How the first model has it. */
  readonly before?: string | undefined;
  /** How the second model has it. */
  readonly after?: string | undefined;
}

/** Takes the differences as they are found. */
export type Tell = (difference: Difference) => void;

/** What both models have, each in its own way. */
export function changed(
  subject: DifferenceSubject,
  place: string,
  detail: string,
  before: string,
  after: string,
): Difference {
  return { kind: 'changed', subject, place, detail, before, after };
}

/** A difference as one line: `~ node "conv1" (Conv) strides: [1, 1] -> [2, 2]`. */
export function formatDifference({ kind, place, detail, before, after }: Difference): string {
  const mark = { added: '+', removed: '-', changed: '~' }[kind];
  const sides = [before, after].filter((side) => side !== undefined).join(' -> ');
  return `${mark} ${[place, detail].filter(Boolean).join(' ')}${sides ? `: ${sides}` : ''}`;
}

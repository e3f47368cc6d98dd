// What the benches of the runtime share: their form, and medians.

/** One bench of the runtime. */
export interface Part {
  /** The word by which it is chosen. */
  readonly name: string;
  /** Measures, and gives the lines to print. */
  readonly run: () => Promise<readonly string[]>;
}

/** The value below which a share of the numbers lies. */
export function quantile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * share)] ?? Number.NaN;
}

/** The middle of some numbers. */
export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

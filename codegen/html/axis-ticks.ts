// Where the ticks of an axis stand: round numbers, few enough to read.

/** How values are laid out along an axis. */
export type AxisScale = 'linear' | 'logarithmic';

/** The ends of an axis and its ticks, all in the unit of the values. */
export interface AxisTicks {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** More ticks than these run into each other. */
const MOST_TICKS = 8;

/**
 * Chooses ticks for values: multiples of 1, 2 or 5 times a power of ten, and on a logarithmic axis such numbers themselves. A linear axis
 * begins at zero, so that lengths can be compared.
 *
 * @param values what must lie on the axis; values that are not finite, or not above zero on a logarithmic one, are left out
 */
export function axisTicks(values: readonly number[], scale: AxisScale): AxisTicks {
  const isLogarithmic = scale === 'logarithmic';
  const known = values.filter((each) => Number.isFinite(each) && (!isLogarithmic || each > 0));
  const greatest = known.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
  const least = known.reduce((most, each) => Math.min(most, each), Number.POSITIVE_INFINITY);
  if (known.length === 0)
    return isLogarithmic ? { low: 1, high: 10, ticks: [1, 10] } : { low: 0, high: 1, ticks: [0, 1] };
  return isLogarithmic ? logarithmicTicks(least, greatest) : linearTicks(Math.min(0, least), greatest);
}

function linearTicks(least: number, greatest: number): AxisTicks {
  const span = greatest - least || 1;
  const step = [1, 2, 5, 10]
    .map((each) => each * 10 ** Math.floor(Math.log10(span / MOST_TICKS)))
    .find((each) => span / each <= MOST_TICKS - 1);
  const width = step ?? span;
  const [from, to] = [Math.floor(least / width), Math.max(Math.ceil(greatest / width), Math.floor(least / width) + 1)];
  // Products of whole numbers: sums of a fraction would drift.
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => rounded((from + i) * width));
  return { low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1, ticks };
}

function logarithmicTicks(least: number, greatest: number): AxisTicks {
  for (const steps of [[1, 2, 5], [1]]) {
    const ticks = stepsAround(least, greatest, steps);
    if (ticks.length <= MOST_TICKS) return { low: ticks[0] ?? least, high: ticks.at(-1) ?? greatest, ticks };
  }
  const ticks = stepsAround(least, greatest, [1]);
  const every = Math.ceil(ticks.length / MOST_TICKS);
  return { low: ticks[0] ?? least, high: ticks.at(-1) ?? greatest, ticks: ticks.filter((_, i) => i % every === 0) };
}

/** The steps of each decade, from the last one below all values to the first one above them. */
function stepsAround(least: number, greatest: number, steps: readonly number[]): number[] {
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest)) + 1];
  const all: number[] = [];
  for (let decade = from; decade <= to; decade++) for (const step of steps) all.push(rounded(step * 10 ** decade));
  const first = Math.max(
    0,
    all.findLastIndex((each) => each <= least),
  );
  const last = all.findIndex((each) => each >= greatest && each > (all[first] ?? 0));
  return all.slice(first, last + 1);
}

const rounded = (value: number): number => Number(value.toPrecision(12));

// Feeds of zeros for the first run of a worker, of sizes that meet the contract.
import { symbolsOf } from '../../dim/dim.ts';
import { evaluate } from '../../dim/evaluate.ts';
import { parseDim } from '../../dim/text.ts';
import type { Contract } from '../../ir/contract.ts';
import { FeedCheck } from '../../ir/feed-check.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import { convertElements, isRunDType } from '../elements.ts';
import type { NamedFeeds, ShapedTensor } from '../feed.ts';

/** The sizes that are tried for all symbols at a time: small ones, and those of images and of texts. */
const CANDIDATES: readonly number[] = [1, 2, 3, 4, 8, 12, 16, 24, 28, 32, 48, 64, 96, 128, 224, 256, 512, 1024];

/** Feeds of zeros; undefined where the contract leaves open what would be valid. */
export function warmFeeds(contract: Contract): NamedFeeds | undefined {
  const check = new FeedCheck(contract);
  for (const candidate of CANDIDATES) {
    const feeds: [string, ShapedTensor][] = [];
    for (const [name, { dtype = 'float32', shape }] of Object.entries(contract.inputs)) {
      const sizes = shape?.map((size) => sizeWith(size, contract, candidate));
      if (!sizes || !isRunDType(dtype)) return undefined;
      const zeros = convertElements({ from: 'plain', values: zerosOf(dtype, elementCount(sizes)) }, dtype);
      if ('mistake' in zeros) return undefined;
      feeds.push([name, { dtype, shape: sizes, data: zeros.data }]);
    }
    if (check.check(new Map(feeds)).mistakes.length === 0) return Object.fromEntries(feeds);
  }
  return undefined;
}

const zerosOf = (dtype: string, count: number): readonly (number | string)[] =>
  Array.from<number | string>({ length: count }).fill(dtype === 'string' ? '' : 0);

function sizeWith(size: number | string, { symbols }: Contract, candidate: number): number {
  if (typeof size === 'number') return size;
  if (size === '?') return candidate;
  const dim = parseDim(size);
  for (const { role } of symbolsOf(dim)) if (role === 'unknown') return candidate;
  return evaluate(dim, ({ name }) => {
    const { min = 1, max = candidate } = (Object.hasOwn(symbols, name) ? symbols[name] : undefined) ?? {};
    return Math.min(Math.max(candidate, min), max);
  });
}

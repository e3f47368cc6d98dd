// Feeds of zeros for the first run of a worker, of sizes that meet the contract.
import { chooseShapes } from '../../ir/choose-shapes.ts';
import type { Contract } from '../../ir/contract.ts';
import { elementCount } from '../../ir/tensor-data.ts';
import { convertElements, isRunDType } from '../elements.ts';
import type { NamedFeeds, ShapedTensor } from '../feed.ts';

/** Feeds of zeros; undefined where the contract leaves open what would be valid. */
export function warmFeeds(contract: Contract): NamedFeeds | undefined {
  const chosen = chooseShapes(contract);
  if (chosen.kind !== 'shapes') return undefined;
  const feeds: [string, ShapedTensor][] = [];
  for (const [name, shape] of chosen.shapes) {
    const dtype = contract.inputs[name]?.dtype ?? 'float32';
    if (!isRunDType(dtype)) return undefined;
    const zeros = convertElements({ from: 'plain', values: zerosOf(dtype, elementCount(shape)) }, dtype);
    if ('mistake' in zeros) return undefined;
    feeds.push([name, { dtype, shape, data: zeros.data }]);
  }
  return Object.fromEntries(feeds);
}

const zerosOf = (dtype: string, count: number): readonly (number | string)[] =>
  Array.from<number | string>({ length: count }).fill(dtype === 'string' ? '' : 0);

// Profiles of TensorRT: the smallest, the usual and the largest shape of each input, so that no engine is built while requests wait.
import { throwDiagnostics } from '../../src/base/errors.ts';
import { type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { parseDim } from '../../src/dim/text.ts';
import type { Contract } from '../../src/ir/contract.ts';
import { FeedCheck } from '../../src/ir/feed-check.ts';
import { knownNames, optionError, wholeNumber } from './check-option.ts';
import type { TritonProfile } from './model-options.ts';
import type { BatchLimit } from './scheduling.ts';

/** The sizes of a symbol. */
interface Range {
  readonly min: number;
  readonly opt: number;
  readonly max: number;
}

const POINTS = ['min', 'opt', 'max'] as const;

/**
 * The options `trt_profile_min_shapes`, `trt_profile_opt_shapes` and `trt_profile_max_shapes` for all inputs whose sizes vary
 * (ONNX Runtime's page on the TensorRT provider, 1.30). Sizes that are not given are those of the contract, and of the largest batch.
 *
 * @throws EXPORT_OPTION when a symbol has no limit, is unknown, or its sizes are not in order
 * @throws FEED_MISMATCH when shapes break the contract
 */
export function profileOptions(
  profile: TritonProfile,
  contract: Contract,
  limit: BatchLimit,
): Readonly<Record<string, string>> {
  const ranges = rangesOf(profile, contract, limit);
  const open = Object.entries(contract.inputs).filter(([, { shape }]) =>
    shape?.some((size) => typeof size === 'string'),
  );
  if (open.length === 0) throw optionError('a profile is given, and no size of an input varies');
  const shapes = POINTS.map((point) => shapesAt(point, ranges, contract));
  for (const [name] of open) {
    if (/[,:]/.test(name)) throw optionError(`input "${name}" has a name that no profile of TensorRT can have`);
    const [min = [], opt = [], max = []] = shapes.map((each) => each.get(name) ?? []);
    const axis = min.findIndex((size, i) => size > (opt[i] ?? 0) || (opt[i] ?? 0) > (max[i] ?? 0));
    if (axis >= 0) {
      const sizes = [min[axis], opt[axis], max[axis]].join(', ');
      throw optionError(`the profile of input "${name}" at axis ${axis} is ${sizes}, which is not in order`);
    }
  }
  const text = (all: ReadonlyMap<string, readonly number[]> | undefined): string =>
    open.map(([name]) => `${name}:${all?.get(name)?.join('x') ?? ''}`).join(',');
  return Object.fromEntries(POINTS.map((point, i) => [`trt_profile_${point}_shapes`, text(shapes[i])]));
}

function rangesOf(
  { sizes = {} }: TritonProfile,
  contract: Contract,
  { batching, most }: BatchLimit,
): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>();
  const missing: string[] = [];
  const names = symbolsOfInputs(contract);
  knownNames('the profile', Object.keys(sizes), names);
  for (const name of names) {
    const own = Object.hasOwn(sizes, name) ? sizes[name] : undefined;
    const isBatch = batching.kind === 'batch' && batching.names.has(name);
    const bounds = Object.hasOwn(contract.symbols, name) ? contract.symbols[name] : undefined;
    const least = isBatch
      ? Math.ceil(batching.min / batching.divisor) * batching.divisor
      : Math.max(1, bounds?.min ?? 1);
    const min = wholeNumber(`the least ${name} of the profile`, own?.min ?? least, 1);
    const max = own?.max ?? (isBatch ? most : bounds?.max);
    if (max === undefined) {
      missing.push(name);
      continue;
    }
    wholeNumber(`the largest ${name} of the profile`, max, min);
    ranges.set(name, { min, max, opt: wholeNumber(`the usual ${name} of the profile`, own?.opt ?? max, min, max) });
  }
  if (missing.length === 0) return ranges;
  throw optionError(`the contract sets ${missing.join(', ')} no limit, and a profile of TensorRT needs one`, {
    expected: `the largest ${missing.join(', ')}`,
    hint: `give one, such as ${missing[0]}=1:128:512`,
  });
}

/** The shapes of all inputs at one point of the ranges, which the contract holds for. */
function shapesAt(
  point: (typeof POINTS)[number],
  ranges: ReadonlyMap<string, Range>,
  contract: Contract,
): ReadonlyMap<string, readonly number[]> {
  const sizeOf = ({ name }: SymbolDim): number | undefined => ranges.get(name)?.[point];
  const shapes = new Map(
    Object.entries(contract.inputs).map(([name, { shape }]) => [
      name,
      (shape ?? []).map((size) => (typeof size === 'number' ? size : evaluate(dimOf(size, name), sizeOf))),
    ]),
  );
  const feeds = new Map(Array.from(shapes, ([name, shape]) => [name, { shape }]));
  const { mistakes } = new FeedCheck(contract).check(feeds);
  throwDiagnostics(mistakes.map((each) => ({ ...each, message: `profile, ${point}: ${each.message}` })));
  return shapes;
}

function dimOf(size: string, input: string) {
  if (size === '?') throw optionError(`input "${input}" has an axis without a name, so a profile cannot give its size`);
  return parseDim(size);
}

function symbolsOfInputs({ inputs }: Contract): readonly string[] {
  const sizes = Object.values(inputs).flatMap(({ shape }) => shape ?? []);
  const dims = sizes.flatMap((size) => (typeof size === 'string' && size !== '?' ? [parseDim(size)] : []));
  return [...new Set(dims.flatMap((dim) => Array.from(symbolsOf(dim), ({ name }) => name)))];
}

// Questions about feeds that need no runtime: whether they are valid, and which shapes come out.
import { type Diagnostic, isDimwiseError, throwDiagnostics } from '../base/errors.ts';
import { constant, type Dim } from '../dim/dim.ts';
import { substitute } from '../dim/evaluate.ts';
import { formatDim, parseDim } from '../dim/text.ts';
import type { Contract } from './contract.ts';
import { FeedCheck, type FeedReport, type FeedType } from './feed-check.ts';

/** What is fed, as far as shapes go: a tensor of dimwise or of ONNX Runtime, or only its sizes. */
export type FeedShape =
  | { readonly dtype?: string | undefined; readonly shape: readonly number[] }
  | { readonly type?: string | undefined; readonly dims: readonly number[] };

/** A contract, or anything that has one: a bound or compiled model, a session, a model of a file. */
export type ContractSource = Contract | { readonly contract: Contract };

/** The sizes of an output: a number where the feeds settle it, else what is known of it as text; null where the rank is open. */
export type OutputShape = readonly (number | string)[] | null;

/**
 * Checks feeds against a contract, without a runtime.
 *
 * @param feeds element type and sizes by the names of inputs
 * @returns all mistakes, with the codes FEED_MISSING, FEED_UNKNOWN and FEED_MISMATCH; none where the feeds are valid
 * @throws DIM_SYNTAX when an expression of the contract cannot be read
 * @example checkFeeds(await openOnnx('bert.onnx'), { input_ids: { dtype: 'int64', shape: [2, 600] } })
 */
export function checkFeeds(source: ContractSource, feeds: Readonly<Record<string, FeedShape>>): readonly Diagnostic[] {
  return reportOf(source, feeds).mistakes;
}

/**
 * The shapes that outputs have for some feeds, without a runtime. A size that only a run tells is a text: its name, or an expression in it.
 *
 * @param feeds element type and sizes by the names of inputs
 * @returns the sizes by the names of outputs; no outputs where the contract was saved without them
 * @throws FEED_MISSING, FEED_UNKNOWN, FEED_MISMATCH when the feeds are not valid, all mistakes together
 * @throws DIM_SYNTAX when an expression of the contract cannot be read
 * @example outputShapes(session, { x: { shape: [2, 20] } }) // { output: [2, 3] }
 */
export function outputShapes(
  source: ContractSource,
  feeds: Readonly<Record<string, FeedShape>>,
): Readonly<Record<string, OutputShape>> {
  const { sizes, mistakes } = reportOf(source, feeds);
  throwDiagnostics(mistakes);
  return outputShapesUnder(contractOfSource(source), sizes);
}

/**
 * The shapes that outputs have where the symbols of inputs have some sizes.
 *
 * @param sizes the sizes by the names of symbols; what they leave open stays a text
 * @throws DIM_SYNTAX when an expression of the contract cannot be read
 */
export function outputShapesUnder(
  contract: Contract,
  sizes: ReadonlyMap<string, number>,
): Readonly<Record<string, OutputShape>> {
  const outputs = Object.entries(contract.outputs ?? {});
  return Object.fromEntries(
    outputs.map(([name, { shape }]) => [name, shape ? shape.map((size) => sizeUnder(size, sizes)) : null]),
  );
}

const contractOfSource = (source: ContractSource): Contract => ('contract' in source ? source.contract : source);

function reportOf(source: ContractSource, feeds: Readonly<Record<string, FeedShape>>): FeedReport {
  const types = Object.entries(feeds).map(([name, feed]): [string, FeedType] => [
    name,
    'shape' in feed ? { dtype: feed.dtype, shape: feed.shape } : { dtype: feed.type, shape: feed.dims },
  ]);
  return new FeedCheck(contractOfSource(source)).check(new Map(types));
}

/** A size with all that is settled put in. */
function sizeUnder(size: number | string, sizes: ReadonlyMap<string, number>): number | string {
  if (typeof size === 'number' || size === '?') return size;
  const settled = settledDim(parseDim(size), sizes);
  if (!settled) return size;
  return settled.kind === 'const' ? settled.value : formatDim(settled);
}

function settledDim(dim: Dim, sizes: ReadonlyMap<string, number>): Dim | undefined {
  try {
    return substitute(dim, ({ name }) => {
      const size = sizes.get(name);
      return size === undefined ? undefined : constant(size);
    });
  } catch (error) {
    // Sizes at which the expression has no value, such as a divisor of 0.
    if (isDimwiseError(error)) return undefined;
    throw error;
  }
}

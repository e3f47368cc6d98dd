// Whether and how requests to a model can be joined: the symbol that leads all its inputs and outputs.
import { dimwiseError } from '../../base/errors.ts';
import { captureSite } from '../../base/origin.ts';
import { symbolsOf } from '../../dim/dim.ts';
import { parseDim } from '../../dim/text.ts';
import type { Contract, ContractInput } from '../../ir/contract.ts';
import type { FeedCheck } from '../../ir/feed-check.ts';
import type { ReadyFeed } from '../check-feeds.ts';
import type { PoolJob } from './pool-job.ts';

/**
 * The symbol along which requests can be joined: axis 0 of every input and output, and of nothing else. That the rows of outputs do not
 * depend on other rows does not show here; the author says it by asking for batches.
 *
 * @param model its name in messages
 * @throws BATCH_UNSUPPORTED when there is none, naming the input or output
 */
export function batchSymbol(model: string, contract: Contract): string {
  const { inputs, outputs } = contract;
  const [first] = Object.entries(inputs);
  if (!first) throw unsupported(model, 'it has no inputs');
  const symbol = leading(first[1]);
  if (symbol === undefined)
    throw unsupported(model, `axis 0 of input "${first[0]}" is ${axisText(first[1])}, no symbol`);
  if (!outputs) throw unsupported(model, 'its contract was saved without outputs');
  for (const [side, edges] of [
    ['input', inputs],
    ['output', outputs],
  ] as const) {
    for (const [name, edge] of Object.entries(edges)) {
      if (leading(edge) !== symbol) {
        throw unsupported(
          model,
          `axis 0 of ${side} "${name}" is ${axisText(edge)}, that of input "${first[0]}" is ${symbol}`,
        );
      }
      const again = edge.shape?.findIndex((size, axis) => axis > 0 && depends(size, symbol)) ?? -1;
      if (again > 0) {
        throw unsupported(
          model,
          `axis ${again} of ${side} "${name}" is ${edge.shape?.[again]}, which depends on ${symbol} too`,
        );
      }
    }
  }
  return symbol;
}

const leading = ({ shape }: ContractInput): string | undefined => {
  const size = shape?.[0];
  if (typeof size !== 'string' || size === '?') return undefined;
  const dim = parseDim(size);
  return dim.kind === 'symbol' ? dim.name : undefined;
};

const axisText = ({ shape }: ContractInput): string =>
  shape === null ? 'of unknown rank' : shape.length === 0 ? 'missing (it is a scalar)' : String(shape[0]);

function depends(size: number | string, symbol: string): boolean {
  if (typeof size === 'number' || size === '?') return false;
  return [...symbolsOf(parseDim(size))].some(({ name }) => name === symbol);
}

const unsupported = (model: string, reason: string) =>
  dimwiseError({
    code: 'BATCH_UNSUPPORTED',
    message: `requests to ${model} cannot be joined: ${reason}`,
    origin: { site: captureSite() },
    expected: 'one symbol as axis 0 of all inputs and outputs',
    actual: reason,
  });

/** What requests must have in common to be joined: all other sizes, and the outputs that are asked for. */
export function keyOfFeeds(feeds: ReadonlyMap<string, ReadyFeed>, fetches: readonly string[]): string {
  const sizes = [...feeds].map(([name, { dtype, shape }]) => [name, dtype, ...shape.slice(1)]);
  return JSON.stringify([sizes, fetches]);
}

/** Whether requests together still meet the contract: a range or a relation of the batch symbol may forbid it. */
export function fitsContract(jobs: readonly PoolJob[], check: FeedCheck): boolean {
  const [first] = jobs;
  if (!first || jobs.length === 1) return true;
  const rows = jobs.reduce((sum, job) => sum + job.rows, 0);
  const types = [...first.feeds].map(([name, { shape }]) => [name, { shape: [rows, ...shape.slice(1)] }] as const);
  return check.check(new Map(types)).mistakes.length === 0;
}

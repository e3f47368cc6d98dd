// The parts of a configuration that say when requests run, and by which version: batches, delays, versions.

import type { Contract } from '../../src/ir/contract.ts';
import { type BatchAxis, type Batching, batchingOf } from './batching.ts';
import { knownNames, optionError, wholeNumber } from './check-option.ts';
import type { TritonBatchingOptions, TritonOptions, TritonVersions } from './model-options.ts';
import { priorityFields, QUEUE_OPTIONS } from './queues.ts';
import { field, nested, type TextField } from './text-format.ts';

/** Rows of a batch where neither the contract nor the user says how many. */
const DEFAULT_BATCH = 8;

/** Microseconds that a request waits for others by default. */
const DEFAULT_DELAY = 100;

/** How a model takes batches. */
export interface BatchLimit {
  readonly batching: Batching;
  /** `max_batch_size`: 0 where there is no batch axis. */
  readonly most: number;
}

/**
 * The batch axis and the most rows of a batch.
 *
 * @throws EXPORT_OPTION when more rows are asked for than the contract allows, or some where there is no batch axis
 */
export function batchLimit(contract: Contract, { maxBatch, batching }: TritonOptions): BatchLimit {
  if (maxBatch === 0) {
    if (batching) throw optionError('a batch of 0 rows switches batches off, and options of batches are given');
    return { batching: { kind: 'none', reason: 'batches are switched off' }, most: 0 };
  }
  const axis = batchingOf(contract);
  if (axis.kind === 'none') {
    const asked =
      maxBatch === undefined ? batching && 'options of batches are given' : `batches of ${maxBatch} are asked for`;
    if (!asked) return { batching: axis, most: 0 };
    const hint = 'leave such options out: each request is run alone';
    throw optionError(`${asked}, but there is no batch axis: ${axis.reason}`, { actual: axis.reason, hint });
  }
  if (maxBatch === undefined) return { batching: axis, most: defaultBatch(axis) };
  const most = wholeNumber('the largest batch', maxBatch, axis.min);
  if (axis.max !== undefined && most > axis.max) {
    throw optionError(`the largest batch is ${most}, and the contract has ${axis.symbol} <= ${axis.max}`, {
      expected: `<= ${axis.max}`,
      actual: String(most),
    });
  }
  return { batching: axis, most };
}

function defaultBatch({ min, max, divisor }: BatchAxis): number {
  const wanted = Math.max(DEFAULT_BATCH, min, divisor);
  return Math.min(Math.floor(wanted / divisor) * divisor || divisor, max ?? wanted);
}

/**
 * `dynamic_batching`; absent where no requests are joined.
 *
 * @throws EXPORT_OPTION when a number is out of range, or a preferred size is no valid batch
 */
export function dynamicBatching(
  { batching, most }: BatchLimit,
  asked: TritonBatchingOptions | undefined,
): TextField | undefined {
  if (batching.kind === 'none') return undefined;
  const options = asked ?? {};
  knownNames('batching', Object.keys(options), BATCHING);
  const { preferred = [], delay = DEFAULT_DELAY, preserveOrder = false } = options;
  const queues = priorityFields(options);
  for (const size of preferred) {
    wholeNumber('a preferred batch', size, batching.min, most);
    if (size % batching.divisor === 0) continue;
    const expr = `${batching.divisor} | ${batching.symbol}`;
    throw optionError(`a preferred batch is ${size}, and the contract has ${expr}`, {
      expected: expr,
      actual: String(size),
    });
  }
  if (most < 2 && !asked) return undefined;
  return nested('dynamic_batching', [
    preferred.length > 0 ? field('preferred_batch_size', preferred) : undefined,
    field('max_queue_delay_microseconds', wholeNumber('the delay', delay, 0, Number.MAX_SAFE_INTEGER)),
    preserveOrder ? field('preserve_ordering', true) : undefined,
    ...queues,
  ]);
}

const BATCHING = ['preferred', 'delay', 'preserveOrder', 'priorities', 'defaultPriority', 'queues', ...QUEUE_OPTIONS];

/** `version_policy`. @throws EXPORT_OPTION when a version is none, or nothing would be served */
export function versionPolicy(versions: TritonVersions = { latest: 1 }): TextField {
  if (versions === 'all') return nested('version_policy', [nested('all', [])]);
  if ('latest' in versions) {
    const latest = wholeNumber('the number of newest versions', versions.latest, 1);
    return nested('version_policy', [nested('latest', [field('num_versions', latest)])]);
  }
  const { specific } = versions;
  if (specific.length === 0) throw optionError('the list of versions is empty, so nothing would be served');
  for (const version of specific) wholeNumber('a version', version, 1);
  return nested('version_policy', [nested('specific', [field('versions', specific)])]);
}

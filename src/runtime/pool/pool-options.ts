// The options of a pool and of a request to it: what they take, and what they are by default.
import { dimwiseError } from '../../base/errors.ts';
import { captureSite } from '../../base/origin.ts';
import type { Feeds } from '../feed.ts';
import { SESSION_RUN_RULES, type SessionRunOptions } from '../session.ts';
import { checkOptionRules, type OptionRule, SESSION_RULES, type SessionOptions } from '../session-options.ts';

/** How requests are joined into batches. */
export interface BatchingOptions {
  /** The most rows of a batch; 32 by default. */
  readonly maxBatch?: number | undefined;
  /** Milliseconds that a request waits at most for others while a worker has nothing to do; 2 by default. */
  readonly maxDelay?: number | undefined;
}

/** Options of {@link createPool} beside those of sessions, which each worker's session gets. */
export interface SessionPoolOptions extends Omit<SessionOptions, 'profile'> {
  /** How many workers; 1 where a GPU runs the model, else one for each core, 4 at the most. */
  readonly workers?: number | undefined;
  /**
   * Whether workers are processes (the default): a crash and a run that must stop cost one of them; or threads of this process: arrays
   * are handed over, a crash ends the process, and a run goes on to its end whoever waits for it.
   */
  readonly isolation?: 'process' | 'thread' | undefined;
  /** The most requests that wait for a worker; 256 by default. */
  readonly queue?: number | undefined;
  /** The most bytes of feeds that wait for a worker; 268435456 (256 MiB) by default. */
  readonly queueBytes?: number | undefined;
  /** Milliseconds from its arrival in which a request must be answered; 30,000 by default. */
  readonly timeout?: number | undefined;
  /**
   * Milliseconds that a run goes on at most when nobody waits for it any more, before its process is killed; by default as many as a
   * worker takes to start, 1000 at the most, for a new one is not there earlier.
   */
  readonly grace?: number | undefined;
  /** Joins requests along the batch symbol. The author says with it that no row of an output depends on other rows. */
  readonly batching?: BatchingOptions | boolean | undefined;
  /** Whether each worker runs once before the pool is ready (the default), on feeds of zeros or on these. */
  readonly warmUp?: boolean | Feeds | undefined;
}

/** Options of one request. Arrays of `into` are written when the outputs are there, and not at all where the request fails. */
export interface PoolRunOptions extends SessionRunOptions {
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from now in which it must be answered; that of the pool by default. */
  readonly timeout?: number | undefined;
  /** Higher ones go first; 0 by default. */
  readonly priority?: number | undefined;
}

const atLeast =
  (least: number): OptionRule =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= least ? undefined : `an integer >= ${least}`;

const milliseconds: OptionRule = (value) =>
  typeof value === 'number' && value >= 0 ? undefined : 'milliseconds, a number >= 0';
const anything: OptionRule = () => undefined;

const { profile: _, ...SHARED_RULES } = SESSION_RULES;

const POOL_RULES: Readonly<Record<keyof SessionPoolOptions, OptionRule>> = {
  ...SHARED_RULES,
  workers: atLeast(1),
  isolation: (value) => (value === 'process' || value === 'thread' ? undefined : '"process" or "thread"'),
  queue: atLeast(0),
  queueBytes: atLeast(0),
  timeout: milliseconds,
  grace: milliseconds,
  batching: (value) =>
    typeof value === 'boolean' || (typeof value === 'object' && value !== null) ? undefined : '{ maxBatch, maxDelay }',
  warmUp: anything,
};

const BATCHING_RULES: Readonly<Record<keyof BatchingOptions, OptionRule>> = {
  maxBatch: atLeast(1),
  maxDelay: milliseconds,
};

const REQUEST_RULES: Readonly<Record<keyof PoolRunOptions, OptionRule>> = {
  ...SESSION_RUN_RULES,
  signal: (value) => (value instanceof AbortSignal ? undefined : 'an AbortSignal'),
  timeout: milliseconds,
  priority: (value) => (Number.isFinite(value) ? undefined : 'a number'),
};

/** The bounds and times of a pool, all settled. */
export interface PoolSettings {
  readonly queue: number;
  readonly queueBytes: number;
  readonly timeout: number;
  readonly grace: number | undefined;
  readonly batching: { readonly maxBatch: number; readonly maxDelay: number } | undefined;
}

/**
 * Checks the options of a pool and fills in what is left out.
 *
 * @throws SESSION_OPTION when one is unknown or takes another value
 */
export function poolSettings(options: SessionPoolOptions): PoolSettings {
  checkOptionRules('a pool', options, POOL_RULES);
  const { queue = 256, queueBytes = 2 ** 28, timeout = 30_000, grace, batching = false } = options;
  if (batching === false) return { queue, queueBytes, timeout, grace, batching: undefined };
  const given = batching === true ? {} : batching;
  checkOptionRules('batching', given, BATCHING_RULES);
  if (queue === 0) throw noQueue();
  const { maxBatch = 32, maxDelay = 2 } = given;
  return { queue, queueBytes, timeout, grace, batching: { maxBatch, maxDelay } };
}

/** The options of a pool that sessions have too. */
export function sessionOptionsOf(options: SessionPoolOptions): SessionOptions {
  const session: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) if (Object.hasOwn(SHARED_RULES, name)) session[name] = value;
  return session;
}

/** @throws SESSION_OPTION when an option of a request is unknown or takes another value */
export function checkRequestOptions(options: PoolRunOptions): void {
  checkOptionRules('a request', options, REQUEST_RULES);
}

const noQueue = () =>
  dimwiseError({
    code: 'SESSION_OPTION',
    message: 'a pool that joins requests takes queue as an integer >= 1, got 0: requests wait for one another',
    origin: { site: captureSite() },
    expected: 'an integer >= 1',
    actual: '0',
  });

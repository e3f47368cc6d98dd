// Makes pools of models whose edges are known.
import { dimwiseError, isDimwiseError, throwDiagnostics } from '../../base/errors.ts';
import { warn } from '../../base/warn.ts';
import { FeedCheck } from '../../ir/feed-check.ts';
import { checkFeeds } from '../check-feeds.ts';
import { type LoadableModel, planSession } from '../create-session.ts';
import type { OpenedProvider } from '../open-provider.ts';
import { ortEntry } from '../ort-entry.ts';
import type { ProviderPlan } from '../policy.ts';
import { absenceOf } from '../provider.ts';
import { ALONG_FIRST_AXIS } from './batch.ts';
import { batchSymbol, fitsContract } from './batch-plan.ts';
import { REAL_CLOCK } from './clock.ts';
import type { WorkerLink } from './link.ts';
import { poolErrors } from './pool-errors.ts';
import { bytesOfFeeds, type PoolJob } from './pool-job.ts';
import { poolSettings, type SessionPoolOptions, sessionOptionsOf } from './pool-options.ts';
import { StatsCounter } from './pool-stats.ts';
import { startPoolWorker, type WorkerParts } from './pool-worker.ts';
import { processLink } from './process-link.ts';
import { Scheduler } from './scheduler.ts';
import { SessionPool } from './session-pool.ts';
import { threadLink } from './thread-link.ts';
import { warmFeeds } from './warm-feeds.ts';

/** More workers than these are not started unasked: each has its own weights. */
const MOST_DEFAULT_WORKERS = 4;

/** Makes a pool of a model whose edges are known; used by the node layer for files. @throws as {@link createPool} */
export async function openPool(loadable: LoadableModel, options: SessionPoolOptions = {}): Promise<SessionPool> {
  const settings = poolSettings(options);
  const { edges } = loadable;
  const shared = sessionOptionsOf(options);
  const plan = planSession(loadable, shared);
  const workers = options.workers ?? workersFor(plan);
  const sessionOptions = { ...shared, threads: shared.threads ?? threadsFor(workers) };
  const symbol = settings.batching && batchSymbol(edges.name, edges.contract);
  const check = new FeedCheck(edges.contract);
  const stats = new StatsCounter();
  const alive = new Set<Promise<unknown>>();
  let opened: OpenedProvider | undefined;
  const parts: WorkerParts = {
    connect: connectorOf(options),
    entry: entryOfOrt(),
    opening: { loadable, options: sessionOptions, plan },
    warmUp: warmUpJob(loadable, options, check),
    batch: ALONG_FIRST_AXIS,
    opened: (what) => (opened = what),
    connected: ({ ended }) => {
      alive.add(ended);
      void ended.then(() => alive.delete(ended));
    },
  };
  const { batching, ...bounds } = settings;
  const pool = new SessionPool({
    edges,
    timeout: settings.timeout,
    nonFinite: shared.nonFinite,
    batchSymbol: symbol,
    batching,
    stats,
    schedule: (changed) =>
      new Scheduler({
        ...bounds,
        workers,
        joining: batching && { ...batching, fits: (jobs) => fitsContract(jobs, check) },
        clock: REAL_CLOCK,
        start: (events) => startPoolWorker(parts, events),
        errors: poolErrors(edges.name, settings),
        events: stats,
        changed,
      }),
    opened: () => opened,
    gone: async () => void (await Promise.all(alive)),
  });
  try {
    await pool.started();
  } catch (error) {
    await pool.dispose({ force: true });
    // Of the first workers the cause itself is told: the model is refused, or the provider is missing.
    throw isDimwiseError(error) && isDimwiseError(error.cause) ? error.cause : error;
  }
  return pool;
}

function connectorOf({ isolation = 'process', log = 'fatal' }: SessionPoolOptions): () => WorkerLink {
  return isolation === 'thread' ? () => threadLink() : () => processLink({ isLoud: log !== 'fatal' });
}

function entryOfOrt(): string {
  const entry = ortEntry();
  if (entry !== undefined) return entry;
  throw dimwiseError({
    code: 'RUNTIME_MISSING',
    message: 'running needs the package onnxruntime-node, which is not installed',
    expected: 'onnxruntime-node',
  });
}

/** One worker for a GPU, whose runs would wait for one another; else one for each core. */
function workersFor({ candidates }: ProviderPlan): number {
  const first = candidates.find(({ provider }) => absenceOf(provider, {}) === undefined);
  if (first && first.provider !== 'cpu') return 1;
  return Math.min(cores(), MOST_DEFAULT_WORKERS);
}

/** Workers share the cores: threads of one that wait for the threads of another take longer than fewer would. */
const threadsFor = (workers: number): number => Math.max(1, Math.floor(cores() / workers));

const cores = (): number => process.getBuiltinModule('node:os').availableParallelism();

/** The first run of each worker; undefined where none is wanted, or what would be valid is not known. */
function warmUpJob(
  { edges }: LoadableModel,
  { warmUp = true }: SessionPoolOptions,
  check: FeedCheck,
): WorkerParts['warmUp'] {
  if (warmUp === false) return undefined;
  const feeds = warmUp === true ? warmFeeds(edges.contract) : warmUp;
  if (feeds === undefined) {
    warn({
      code: 'FEED_MISMATCH',
      message: `the workers of ${edges.name} start cold: its contract does not tell which feeds are valid`,
      hint: 'give feeds for the first run, warmUp: { ... }, or leave it out, warmUp: false',
    });
    return undefined;
  }
  const report = checkFeeds(feeds, edges.contract, check);
  throwDiagnostics(report.mistakes);
  const job: PoolJob = {
    feeds: report.feeds,
    sizes: report.sizes,
    fetches: [...edges.outputs.keys()],
    timeout: Number.POSITIVE_INFINITY,
    priority: 0,
    bytes: bytesOfFeeds(report.feeds),
    rows: 1,
    key: undefined,
    site: undefined,
  };
  return { job, isMadeUp: warmUp === true };
}

// Writes metrics in the text format of Prometheus; those of models have Triton's names where it has the same ones.
// https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md
import { readFileSync } from 'node:fs';
import type { LoopDelay } from './loop-delay.ts';
import { FAILURE_REASONS } from './model-counts.ts';
import type { ServedModel } from './served-model.ts';

/** What the server itself is like. */
export interface ServerFacts {
  readonly loop: LoopDelay;
  readonly connections: number;
  readonly bodyBytes: number;
  readonly isReady: boolean;
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** One metric of models. */
interface ModelMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly read: (model: ServedModel) => readonly Sample[];
}

const alone = (value: number): readonly Sample[] => [[{}, value]];
const microseconds = ({ ns }: { readonly ns: number }): readonly Sample[] => alone(Math.round(ns / 1000));
const total = ({ count, mean }: { readonly count: number; readonly mean: number }): readonly Sample[] =>
  alone(Math.round(count * mean * 1000));

const MODEL_METRICS: readonly ModelMetric[] = [
  {
    name: 'nv_inference_request_success',
    type: 'counter',
    help: 'Requests that were answered',
    read: ({ counts }) => alone(counts.success.count),
  },
  {
    name: 'nv_inference_request_failure',
    type: 'counter',
    help: 'Requests that were not answered, by reason',
    read: ({ counts }) => FAILURE_REASONS.map((reason) => [{ reason }, counts.failures[reason]]),
  },
  {
    name: 'nv_inference_count',
    type: 'counter',
    help: 'Inferences that were answered: rows where requests are joined, else requests',
    read: ({ counts }) => alone(counts.rows),
  },
  {
    name: 'nv_inference_exec_count',
    type: 'counter',
    help: 'Runs of the model',
    read: ({ pool }) => alone(pool.stats.batches),
  },
  {
    name: 'nv_inference_request_duration_us',
    type: 'counter',
    help: 'Time from the arrival of requests to their answers, in microseconds',
    read: ({ counts }) => microseconds(counts.success),
  },
  {
    name: 'nv_inference_queue_duration_us',
    type: 'counter',
    help: 'Time that requests waited for a worker, in microseconds',
    read: ({ pool }) => total(pool.stats.wait),
  },
  {
    name: 'nv_inference_compute_input_duration_us',
    type: 'counter',
    help: 'Time to read requests, in microseconds',
    read: ({ counts }) => microseconds(counts.input),
  },
  {
    name: 'nv_inference_compute_infer_duration_us',
    type: 'counter',
    help: 'Time of requests in workers, in microseconds',
    read: ({ pool }) => total(pool.stats.run),
  },
  {
    name: 'nv_inference_compute_output_duration_us',
    type: 'counter',
    help: 'Time to write answers, in microseconds',
    read: ({ counts }) => microseconds(counts.output),
  },
  {
    name: 'nv_inference_pending_request_count',
    type: 'gauge',
    help: 'Requests that wait for a worker',
    read: ({ pool }) => alone(pool.stats.waiting),
  },
  {
    name: 'dimwise_pool_running_requests',
    type: 'gauge',
    help: 'Requests in a run',
    read: ({ pool }) => alone(pool.stats.running),
  },
  {
    name: 'dimwise_pool_waiting_bytes',
    type: 'gauge',
    help: 'Bytes of the feeds that wait for a worker',
    read: ({ pool }) => alone(pool.stats.waitingBytes),
  },
  {
    name: 'dimwise_pool_requests',
    type: 'counter',
    help: 'Requests to the pool by their end',
    read: ({ pool: { stats } }) =>
      (['done', 'failed', 'timedOut', 'cancelled', 'lost', 'refused'] as const).map((end) => [{ end }, stats[end]]),
  },
  {
    name: 'dimwise_pool_worker_restarts',
    type: 'counter',
    help: 'Workers that took the place of others',
    read: ({ pool }) => alone(pool.stats.restarts),
  },
  {
    name: 'dimwise_pool_latency_seconds',
    type: 'gauge',
    help: 'Time of requests in the pool, by quantile',
    read: ({ pool: { stats } }) => {
      const { p50, p90, p99, p999 } = stats.latency;
      return Object.entries({ 0.5: p50, 0.9: p90, 0.99: p99, 0.999: p999 }).map(([quantile, time]) => [
        { quantile },
        time / 1000,
      ]);
    },
  },
  {
    name: 'dimwise_worker_resident_memory_bytes',
    type: 'gauge',
    help: 'Memory of the processes of workers',
    read: ({ pool }) =>
      pool.stats.workers.flatMap(({ id }): Sample[] => {
        const bytes = id === undefined ? undefined : residentBytes(id);
        return bytes === undefined ? [] : [[{ pid: String(id) }, bytes]];
      }),
  },
];

/** The page of metrics. */
export function metricsText(models: readonly ServedModel[], facts: ServerFacts): string {
  const lines: string[] = [];
  for (const { name, type, help, read } of MODEL_METRICS) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const model of models) {
      const own = { model: model.name, version: model.version };
      for (const [labels, value] of read(model)) lines.push(`${name}${labelText({ ...own, ...labels })} ${value}`);
    }
  }
  const { loop } = facts;
  const gauges: readonly (readonly [name: string, help: string, value: number])[] = [
    ['nodejs_eventloop_lag_mean_seconds', 'How late the event loop is on the mean', loop.mean],
    ['nodejs_eventloop_lag_p50_seconds', 'How late it is at half of the looks', loop.p50],
    ['nodejs_eventloop_lag_p90_seconds', 'How late it is at 90 of 100 looks', loop.p90],
    ['nodejs_eventloop_lag_p99_seconds', 'How late it is at 99 of 100 looks', loop.p99],
    ['nodejs_eventloop_lag_max_seconds', 'How late it was at most', loop.max],
    ['process_resident_memory_bytes', 'Memory of the process of the server', process.memoryUsage.rss()],
    ['dimwise_server_connections', 'Connections that are open', facts.connections],
    ['dimwise_server_body_bytes', 'Bytes of the requests that are read and not answered', facts.bodyBytes],
    ['dimwise_server_ready', 'Whether the server takes requests', Number(facts.isReady)],
  ];
  for (const [name, help, value] of gauges)
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`);
  return `${lines.join('\n')}\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const escaped = (text: string): string => text.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`));
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')}}`;
}

/** The memory of a process, where the system tells it as files. */
function residentBytes(pid: number): number | undefined {
  try {
    return residentIn(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The resident memory in bytes that a status of a process tells; that of a process which has ended tells none. */
export function residentIn(status: string): number | undefined {
  const [, kibibytes] = /^VmRSS:\s*(\d+) kB$/m.exec(status) ?? [];
  return kibibytes === undefined ? undefined : 1024 * Number(kibibytes);
}

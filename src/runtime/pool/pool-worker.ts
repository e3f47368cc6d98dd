// A worker of a pool: it is connected, opens the model, warms up, and runs batches until it is stopped or dies.
import { type DimwiseError, dimwiseError, isDimwiseError } from '../../base/errors.ts';
import { type ModelOpening, openModel } from '../create-session.ts';
import type { OpenedProvider } from '../open-provider.ts';
import { ortMessage } from '../ort.ts';
import type { RunOutputs } from '../run-outputs.ts';
import type { Batch } from './batch.ts';
import type { WorkerLink } from './link.ts';
import { startError } from './pool-errors.ts';
import type { PoolJob } from './pool-job.ts';
import { ask, RemoteFailure, remoteOrt } from './remote-ort.ts';
import { readOutputs, runRequest } from './remote-run.ts';
import type { RunReply, WorkerEvents, WorkerHandle } from './worker-slot.ts';

/** What workers of a pool have in common. */
export interface WorkerParts {
  readonly connect: () => WorkerLink;
  /** The file of onnxruntime-node. */
  readonly entry: string;
  readonly opening: ModelOpening;
  /** Run once before the worker is ready; what was made up may fail, for it may be no valid feed. */
  readonly warmUp: { readonly job: PoolJob; readonly isMadeUp: boolean } | undefined;
  readonly batch: Batch;
  /** Called with each worker that is there, and what became of the providers. */
  readonly opened: (opened: OpenedProvider) => void;
  /** Called with each link that is made. */
  readonly connected: (link: WorkerLink) => void;
}

/** Starts a worker. */
export function startPoolWorker(parts: WorkerParts, events: WorkerEvents): WorkerHandle<PoolJob, RunOutputs> {
  const link = parts.connect();
  parts.connected(link);
  let isReady = false;
  prepare(link, parts).then(
    () => {
      isReady = true;
      events.ready();
    },
    (error: unknown) => {
      // A model that is refused once is refused again.
      events.failed(error, isDimwiseError(error));
      link.kill();
    },
  );
  void link.ended.then((end) => {
    if (isReady) events.lost(end);
    else events.failed(startError(parts.opening.loadable.edges.name, link.name, end), false);
  });
  return {
    name: link.name,
    id: link.id,
    run: (jobs, reply) => void runJobs(link, parts, jobs).then(reply),
    kill: () => link.kill(),
  };
}

async function prepare(link: WorkerLink, parts: WorkerParts): Promise<void> {
  const ort = await remoteOrt(link, parts.entry);
  parts.opened(await openModel(ort, parts.opening));
  if (!parts.warmUp) return;
  const { job, isMadeUp } = parts.warmUp;
  const reply = await runJobs(link, parts, [job]);
  if (reply.kind === 'failed' && !isMadeUp) throw reply.error;
}

async function runJobs(link: WorkerLink, parts: WorkerParts, jobs: readonly PoolJob[]): Promise<RunReply<RunOutputs>> {
  const { name } = parts.opening.loadable.edges;
  try {
    const fetches = jobs[0]?.fetches ?? [];
    const frame = await ask(link, runRequest(parts.batch.join(jobs), fetches));
    return { kind: 'done', results: parts.batch.split(readOutputs(frame), jobs) };
  } catch (error) {
    return { kind: 'failed', error: error instanceof RemoteFailure ? runError(name, jobs, error) : error };
  }
}

function runError(model: string, jobs: readonly PoolJob[], cause: Error): DimwiseError {
  const [first] = jobs;
  const sizes = [...(first?.feeds ?? [])].map(([name, { dtype, shape }]) => `${name}: ${dtype}[${shape.join(', ')}]`);
  return dimwiseError({
    code: 'RUNTIME_FAILED',
    message: `ONNX Runtime fails to run ${model} on ${sizes.join(', ')}: ${ortMessage(cause)}`,
    origin: { site: first?.site },
    actual: ortMessage(cause),
    cause,
  });
}

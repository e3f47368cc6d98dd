// Joins requests into one run and takes its outputs apart again.
import { dimwiseError } from '../../base/errors.ts';
import type { OrtData } from '../ort.ts';
import type { RunOutputs, RunTensor } from '../run-outputs.ts';
import type { PoolJob } from './pool-job.ts';
import type { FedTensor } from './remote-run.ts';

/** How several requests become one run. */
export interface Batch {
  readonly join: (jobs: readonly PoolJob[]) => FedTensor[];
  /** The outputs of each request, in order. */
  readonly split: (outputs: RunOutputs, jobs: readonly PoolJob[]) => RunOutputs[];
}

/** Along axis 0: the elements of tensors in C order stand one tensor after the other, so joining is a list of parts, and parts are ranges. */
export const ALONG_FIRST_AXIS: Batch = { join: joinJobs, split: splitOutputs };

function joinJobs(jobs: readonly PoolJob[]): FedTensor[] {
  const [first] = jobs;
  if (!first) return [];
  return [...first.feeds].map(([name, { dtype, shape }]) => {
    const feeds = jobs.flatMap((job) => job.feeds.get(name) ?? []);
    const rows = feeds.reduce((sum, feed) => sum + (feed.shape[0] ?? 0), 0);
    return {
      name,
      dtype,
      shape: jobs.length === 1 ? shape : [rows, ...shape.slice(1)],
      parts: feeds.map(({ data }) => data),
    };
  });
}

function splitOutputs(outputs: RunOutputs, jobs: readonly PoolJob[]): RunOutputs[] {
  if (jobs.length === 1) return [outputs];
  const total = jobs.reduce((sum, { rows }) => sum + rows, 0);
  let from = 0;
  return jobs.map(({ rows }) => {
    const start = from;
    from += rows;
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, rowsOf(name, tensor, { start, rows, total })]),
    );
  });
}

interface RowRange {
  readonly start: number;
  readonly rows: number;
  readonly total: number;
}

/** Some rows of an output, in an array of their own: one request must not see another's rows, or keep them in memory. */
function rowsOf(name: string, tensor: RunTensor, { start, rows, total }: RowRange): RunTensor {
  const { dtype, shape, data } = tensor;
  if (shape[0] !== total) {
    throw dimwiseError({
      code: 'OUTPUT_MISMATCH',
      message: `output "${name}" axis 0 has ${shape[0] ?? 'no size'} for a batch of ${total} rows`,
      origin: { what: `output "${name}"` },
      expected: String(total),
      actual: String(shape[0]),
    });
  }
  const width = data.length / total;
  const part: OrtData = data.slice(start * width, (start + rows) * width);
  return { dtype, shape: [rows, ...shape.slice(1)], data: part } as RunTensor;
}

// A model that is served: its pool of workers, its name and version, and what the protocol tells of it.
import type { Contract, SessionPool } from 'dimwise';
import { HttpError } from './http-error.ts';
import { ModelCounts } from './model-counts.ts';
import { type Datatype, datatypeOf } from './protocol/datatypes.ts';

/** An input or output as clients are told of it. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: Datatype;
  /** -1 stands for sizes that vary. */
  readonly shape: readonly number[];
}

/** What a model is made of. */
export interface ServedModelParts {
  readonly name: string;
  readonly pool: SessionPool;
  readonly version?: string | undefined;
}

/** A model under its name. */
export class ServedModel {
  readonly name: string;
  /** There is one version of each model. */
  readonly version: string;
  readonly pool: SessionPool;
  readonly counts = new ModelCounts();
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];

  /** @throws HttpError 500 when an input or output is of a type or rank that the protocol cannot tell of */
  constructor({ name, pool, version = '1' }: ServedModelParts) {
    this.name = name;
    this.version = version;
    this.pool = pool;
    this.inputs = tensorsOf(name, pool.contract.inputs);
    this.outputs = tensorsOf(name, pool.contract.outputs ?? {});
  }

  /** Whether requests would be run. */
  get isReady(): boolean {
    return this.pool.stats.workers.some(({ state }) => state === 'idle' || state === 'busy');
  }

  /** The metadata of the protocol. */
  get metadata(): object {
    const { name, version, inputs, outputs } = this;
    return { name, versions: [version], platform: 'onnxruntime_onnx', inputs, outputs };
  }

  /** The configuration, as far as it says something of models here; names are those of Triton's model_config.proto. */
  get config(): object {
    const { batching } = this.pool;
    // The axis along which Triton joins requests is no part of the dims of its configuration.
    const tensors = (list: readonly TensorMetadata[]) =>
      list.map(({ name, datatype, shape }) => ({
        name,
        data_type: typeName(datatype),
        dims: batching ? shape.slice(1) : shape,
      }));
    return {
      name: this.name,
      platform: 'onnxruntime_onnx',
      backend: 'onnxruntime',
      version_policy: { latest: { num_versions: 1 } },
      max_batch_size: batching?.maxBatch ?? 0,
      input: tensors(this.inputs),
      output: tensors(this.outputs),
      ...(batching ? { dynamic_batching: { max_queue_delay_microseconds: Math.round(batching.maxDelay * 1000) } } : {}),
      instance_group: [{ name: this.name, kind: 'KIND_CPU', count: this.pool.stats.workers.length }],
    };
  }

  /** Triton's statistics. */
  get statistics(): object {
    const { counts, pool, name, version } = this;
    const { wait, run, batches, batchSizes } = pool.stats;
    const { success, fail, input, output } = counts;
    return {
      name,
      version,
      last_inference: counts.last,
      inference_count: counts.rows,
      execution_count: batches,
      inference_stats: {
        success: durationOf(success),
        fail: durationOf(fail),
        queue: sumOf(wait),
        compute_input: durationOf(input),
        compute_infer: sumOf(run),
        compute_output: durationOf(output),
        cache_hit: { count: 0, ns: 0 },
        cache_miss: { count: 0, ns: 0 },
      },
      // Reading and writing is done for each request alone, outside of batches.
      batch_stats: batchSizes.map(({ rows, count, time }) => ({
        batch_size: rows,
        compute_input: { count, ns: 0 },
        compute_infer: { count, ns: Math.round(time * 1e6) },
        compute_output: { count, ns: 0 },
      })),
    };
  }
}

const durationOf = ({ count, ns }: { readonly count: number; readonly ns: number }) => ({ count, ns });
const sumOf = ({ count, mean }: { readonly count: number; readonly mean: number }) => ({
  count,
  ns: Math.round(count * mean * 1e6),
});

const typeName = (datatype: Datatype): string => `TYPE_${datatype === 'BYTES' ? 'STRING' : datatype}`;

function tensorsOf(model: string, edges: Contract['inputs']): TensorMetadata[] {
  return Object.entries(edges).map(([name, { dtype, shape }]) => {
    const datatype = datatypeOf(dtype);
    if (datatype && shape) {
      return { name, datatype, shape: shape.map((size) => (typeof size === 'number' ? size : -1)) };
    }
    const what = datatype ? 'a rank that is not known' : `the type ${dtype ?? 'unknown'}`;
    throw new HttpError(500, `${model} cannot be served: "${name}" has ${what}`);
  });
}

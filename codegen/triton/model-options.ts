// What a user may say of how Triton serves a model.

/** How requests are joined. */
export interface TritonBatchingOptions extends TritonQueuePolicy {
  /** Batch sizes that are run at once when they are reached; Triton decides by default, which suits most models. */
  readonly preferred?: readonly number[] | undefined;
  /** How long a request waits for others, in microseconds; 100 by default. */
  readonly delay?: number | undefined;
  /** Whether answers come in the order of the requests; false by default. */
  readonly preserveOrder?: boolean | undefined;
  /** Priorities of requests: 1, the highest, to this number; none by default. */
  readonly priorities?: number | undefined;
  /** The priority of requests that bring none; the lowest by default. */
  readonly defaultPriority?: number | undefined;
  /** Queues of single priorities, by their numbers; the others are as said here. */
  readonly queues?: Readonly<Record<number, TritonQueuePolicy>> | undefined;
}

/** Where a model runs. */
export interface TritonInstances {
  /** Copies of the model, for each GPU where it runs on GPUs; 1 by default. */
  readonly count?: number | undefined;
  /** `auto` takes GPUs where there are some; `gpu` where GPUs are named, otherwise `auto` by default. */
  readonly kind?: 'auto' | 'gpu' | 'cpu' | undefined;
  /** The GPUs by their numbers; all by default. */
  readonly gpus?: readonly number[] | undefined;
  /** What a run of an instance takes of the server, where it limits rates; nothing by default. */
  readonly resources?: readonly TritonResource[] | undefined;
  /** Where it limits rates: 1 is the highest, and 2 has half the runs. */
  readonly priority?: number | undefined;
}

/** What ONNX Runtime runs the model with on a GPU. */
export interface TritonAccelerator {
  readonly name: 'cuda' | 'tensorrt';
  /** Options as the backend names them: `{ precision_mode: 'FP16', trt_engine_cache_enable: '1' }`. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** With TensorRT: the shapes that its engine is built for, from the contract; without, it is built anew when shapes change. */
  readonly profile?: TritonProfile | undefined;
}

/** The shapes that an engine of TensorRT is built for. */
export interface TritonProfile {
  /** The least, the usual and the largest size of symbols; where left out, the contract's limits and, as the usual one, the largest. */
  readonly sizes?: Readonly<Record<string, { readonly min?: number; readonly opt?: number; readonly max?: number }>>;
}

/** Something that instances need to run, of which the server has a number: Triton runs no more of them at once. */
export interface TritonResource {
  readonly name: string;
  /** How many of it a run takes. */
  readonly count: number;
  /** Whether all devices share it; false by default: each device has its own. */
  readonly global?: boolean | undefined;
}

/** What a queue does with requests that wait. */
export interface TritonQueuePolicy {
  /** The most requests that wait; further ones are refused at once. No limit by default. */
  readonly queueSize?: number | undefined;
  /** Microseconds after which a waiting request is late; none by default. */
  readonly timeout?: number | undefined;
  /** What becomes of late requests: `reject` (the default) refuses them, `delay` runs them after all others. */
  readonly late?: 'reject' | 'delay' | undefined;
  /** Whether a request may bring a shorter timeout of its own; false by default. */
  readonly ownTimeouts?: boolean | undefined;
}

/** A request that Triton runs before it says that the model is ready. */
export interface TritonWarmup {
  /** The size of each symbol; the batch may be left out, it is the smallest one then. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** `random` fills floats with random bits, NaN among them; `zero` by default, and always for other types, which may be indices. */
  readonly data?: 'zero' | 'random' | undefined;
  /** How often it is run; once by default. */
  readonly count?: number | undefined;
}

/** Which versions of a model are served: all, the newest ones, or those of a list. */
export type TritonVersions = 'all' | { readonly latest: number } | { readonly specific: readonly number[] };

/** Inputs by which Triton tells a model of sequences; each is `[1]` beside the batch. */
export interface TritonControls {
  /** 1 or true in the first request of a sequence: int32, float32 or bool. */
  readonly start?: string | undefined;
  /** 1 or true in the last one. */
  readonly end?: string | undefined;
  /** 1 or true where there is a request; other rows of the batch are filled up. */
  readonly ready?: string | undefined;
  /** The number or name of the sequence: uint64, int64, uint32, int32 or string. */
  readonly id?: string | undefined;
}

/** States that Triton keeps between requests of one sequence; a sequence begins with zeros, and with 1 for sizes that vary. */
export interface TritonSequence {
  /** Inputs, each with the output that is its value in the next request: `{ past: 'present' }`. */
  readonly states: Readonly<Record<string, string>>;
  /** `oldest` joins the oldest requests of several sequences, `direct` gives each one a row of its own; `oldest` by default where there are batches. */
  readonly strategy?: 'direct' | 'oldest' | undefined;
  readonly controls?: TritonControls | undefined;
  /** States that a request may ask for too, by their outputs; none by default. */
  readonly keepOutputs?: readonly string[] | undefined;
  /** Microseconds after which a sequence without requests is dropped; a second by default. */
  readonly idle?: number | undefined;
  /** With `oldest`: the sequences that take turns; 16, or the rows of a batch, by default. */
  readonly candidates?: number | undefined;
  /** With `oldest`: batch sizes that are run at once when they are reached. */
  readonly preferred?: readonly number[] | undefined;
  /** How long a request waits for those of other sequences, in microseconds; 0 by default. */
  readonly delay?: number | undefined;
  /** With `oldest`: whether answers come in the order of the requests; false by default. */
  readonly preserveOrder?: boolean | undefined;
}

/** How Triton serves a model. */
export interface TritonOptions {
  /** The most rows of a batch; 8 by default, or what the contract allows. 0 leaves every request alone, whatever its rows. */
  readonly maxBatch?: number | undefined;
  /** How requests are joined. */
  readonly batching?: TritonBatchingOptions | undefined;
  /** States that Triton keeps between requests; takes the place of `batching`. */
  readonly sequence?: TritonSequence | undefined;
  /** Where the model runs; several groups where devices have different numbers of copies. */
  readonly instances?: TritonInstances | readonly TritonInstances[] | undefined;
  readonly accelerator?: TritonAccelerator | undefined;
  /** Requests that are run before the model is ready; none by default. */
  readonly warmup?: readonly TritonWarmup[] | undefined;
  /** How far ONNX Runtime rewrites the graph: `all` by default. */
  readonly graphLevel?: 'none' | 'basic' | 'extended' | 'all' | undefined;
  /** `{ latest: 1 }` by default. */
  readonly versions?: TritonVersions | undefined;
  /** Settings of the backend as it names them: `{ intra_op_thread_count: '4' }`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Whether equal requests are answered from Triton's cache; false by default, and the server needs one too. */
  readonly cache?: boolean | undefined;
  /** Names of classes, for outputs that are asked for as classifications. */
  readonly labels?: Readonly<Record<string, readonly string[]>> | undefined;
}

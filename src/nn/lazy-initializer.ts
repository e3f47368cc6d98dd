// Tensor data that an initializer draws when its bytes are needed, whole or in chunks.
import type { Origin } from '../base/origin.ts';
import { writeElements } from '../ir/convert-floats.ts';
import { byteLength, DTYPES, type DType } from '../ir/dtype.ts';
import { elementCount, type LazySource, type TensorData } from '../ir/tensor-data.ts';
import { drawPlan, isDrawnWhole, planInitializer } from './initializers/draw-into.ts';
import type { Fans, WeightLayout } from './initializers/fans.ts';
import type { Initializer } from './initializers/initializer.ts';
import type { DrawPlan } from './initializers/plan.ts';
import { planDistribution } from './initializers/plan-distribution.ts';
import { describeInitializer } from './initializers/same-initializer.ts';
import { isSampleDType, type KernelJob, kernelJob } from './random/kernel-job.ts';
import { deriveKey, type Seed } from './random/key.ts';
import type { RandomKey } from './random/philox.ts';
import { writeSamples } from './random/samples.ts';

/** One parameter's recipe with all that its elements depend on. */
export interface LazyOptions {
  readonly initializer: Initializer;
  readonly seed: Seed;
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: WeightLayout;
  /** The fans of the weight that a bias belongs to. */
  readonly fans?: Fans | undefined;
  /** The call that made the parameter, for messages. */
  readonly origin?: Origin | undefined;
}

/** Elements that are drawn at a time where they must be converted. */
const CHUNK = 1 << 16;

/** A parameter whose data are samples, as another thread can draw them. */
export interface SampledParameter {
  readonly job: KernelJob;
  readonly path: string;
  readonly origin: Origin | undefined;
}

/** Tells whether a source draws an initializer's recipe. */
export function isDrawn(source: LazySource): boolean {
  return source instanceof RecipeSource;
}

/** The samples that a parameter's data are drawn from; undefined where they are something else, or there already. */
export function sampledParameter({ storage }: TensorData): SampledParameter | undefined {
  return storage.kind === 'lazy' && storage.source instanceof RecipeSource ? storage.source.samples() : undefined;
}

/** The data of a parameter as a source that draws any part of it, the same bits every time. */
export function lazyInitializer(options: LazyOptions): TensorData {
  const { initializer, shape, dtype } = options;
  const source = new RecipeSource(options);
  if (initializer.kind !== 'fromArray') return { dtype, shape, storage: { kind: 'lazy', source } };
  const bytes = new Uint8Array(byteLength(dtype, elementCount(shape)));
  source.fill(bytes, 0);
  return { dtype, shape, storage: { kind: 'bytes', bytes } };
}

/** The data of a source as bytes that it drew; what describes the source describes them. */
export function keptBytes(data: TensorData, bytes: Uint8Array): TensorData {
  const { dtype, shape, storage } = data;
  if (storage.kind !== 'lazy') return data;
  const { source } = storage;
  return { dtype, shape, storage: new KeptBytes(bytes, source) };
}

/** Bytes that were drawn. */
class KeptBytes {
  readonly kind = 'bytes';
  readonly bytes: Uint8Array;
  readonly #source: LazySource;

  constructor(bytes: Uint8Array, source: LazySource) {
    this.bytes = bytes;
    this.#source = source;
  }

  /** Few ask for it, and it takes as long as drawing a small parameter. */
  get description(): string | undefined {
    return this.#source.description;
  }
}

/** A source that settles its recipe when it is first drawn. */
class RecipeSource implements LazySource {
  readonly #options: LazyOptions;
  readonly #key: RandomKey;
  #plan: DrawPlan | undefined;
  /** A matrix that is only there as a whole, while its chunks are read. */
  #whole: Uint8Array | undefined;

  constructor(options: LazyOptions) {
    this.#options = options;
    this.#key = deriveKey(options.seed, options.path);
  }

  /** The description determines every bit: files are named by it. */
  get description(): string {
    const { initializer, seed, path, layout, fans } = this.#options;
    const scale = fans ? ` fans ${fans.fanIn} ${fans.fanOut}` : layout === 'oi' ? '' : ` layout ${layout}`;
    return `${describeInitializer(initializer)} seed ${seed} "${path}"${scale}`;
  }

  #settled(): DrawPlan {
    this.#plan ??= planInitializer(this.#options.initializer, this.#options);
    return this.#plan;
  }

  /** What the kernel draws, where it can. */
  samples(): SampledParameter | undefined {
    const { dtype, path, origin } = this.#options;
    const distribution = planDistribution(this.#settled());
    if (!distribution || !isSampleDType(dtype)) return undefined;
    return { job: kernelJob(distribution, this.#key, dtype), path, origin };
  }

  fill(out: Uint8Array, first: number): void {
    const { dtype, shape, initializer } = this.#options;
    const width = DTYPES[dtype].bits / 8;
    const total = elementCount(shape) * width;
    if (!isDrawnWhole(initializer) || out.byteLength === total) return this.#fillPart(out, first);
    this.#whole ??= this.#drawn(total);
    out.set(this.#whole.subarray(first * width, first * width + out.byteLength));
    if (first * width + out.byteLength === total) this.#whole = undefined;
  }

  #drawn(total: number): Uint8Array {
    const bytes = new Uint8Array(total);
    this.#fillPart(bytes, 0);
    return bytes;
  }

  #fillPart(out: Uint8Array, first: number): void {
    const { dtype } = this.#options;
    const plan = this.#settled();
    if (plan.kind === 'fill') return repeatElement(out, dtype, plan.value);
    const key = this.#key;
    const distribution = planDistribution(plan);
    if (distribution && isSampleDType(dtype)) return writeSamples(out, { distribution, key, dtype, start: first });
    const width = DTYPES[dtype].bits / 8;
    // A whole matrix is drawn in one call, anything else as much as is converted at a time.
    const step = plan.kind === 'orthogonal' ? Math.max(out.byteLength, width) : CHUNK * width;
    for (let at = 0; at < out.byteLength; at += step) {
      const part = out.subarray(at, at + step);
      const values = new Float64Array(part.byteLength / width);
      drawPlan(plan, { out: values, key, start: first + at / width });
      writeElements(part, dtype, values);
    }
  }
}

/** Fills with one number. */
function repeatElement(out: Uint8Array, dtype: DType, value: number): void {
  if (out.byteLength === 0) return;
  const width = DTYPES[dtype].bits / 8;
  writeElements(out.subarray(0, width), dtype, Float64Array.of(value));
  for (let done = width; done < out.byteLength; done *= 2) out.copyWithin(done, 0, done);
}

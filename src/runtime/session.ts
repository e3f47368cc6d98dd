// A session: one model loaded into ONNX Runtime, fed and read with checks on both sides.
import { dimwiseError, throwDiagnostics } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import type { Contract } from '../ir/contract.ts';
import { outputShapesUnder } from '../ir/feeds.ts';
import type { ValueType } from '../ir/type.ts';
import type { FeedsReport } from './check-feeds.ts';
import { OutputCheck } from './check-outputs.ts';
import type { ModelEdges } from './edges.ts';
import { isRunDType, type RunDType } from './elements.ts';
import type { Feeds } from './feed.ts';
import {
  type Ort,
  type OrtData,
  type OrtFetches,
  type OrtSession,
  type OrtTensor,
  ortData,
  ortMessage,
  ortTensor,
} from './ort.ts';
import { type OutputTargets, outputArrays, type ReadyOutput } from './output-arrays.ts';
import { type OutputShapes, outputShapesOf, type ShapedFeeds } from './output-shapes.ts';
import { profileFile } from './profile.ts';
import type { Fallback, Provider } from './provider.ts';
import { SessionFeeds } from './session-feeds.ts';
import { checkOptionRules, type OptionRule } from './session-options.ts';

/** The array that holds elements of each type; float16 is its bits, bool is 0 and 1. */
export interface ArrayOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly float16: Uint16Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly uint16: Uint16Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly int64: BigInt64Array;
  readonly uint64: BigUint64Array;
  readonly bool: Uint8Array;
  readonly string: readonly string[];
}

/** What a run gives for one output; a union over the element types, so that `dtype` tells what `data` is. */
export type RunTensor = {
  readonly [D in RunDType]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: ArrayOf[D] };
}[RunDType];

/** The outputs of a run by name. */
export type RunOutputs = Readonly<Record<string, RunTensor>>;

/** Options of one run. */
export interface RunCallOptions {
  /** The outputs to compute; all by default. */
  readonly outputs?: readonly string[] | undefined;
}

/** Options of a run of a session. */
export interface SessionRunOptions extends RunCallOptions {
  /** Arrays that outputs are written into, by name; their sizes must be known before the run. */
  readonly into?: OutputTargets | undefined;
}

/** What the options of a run of a session take. */
export const SESSION_RUN_RULES: Readonly<Record<keyof SessionRunOptions, OptionRule>> = {
  outputs: (value) => (Array.isArray(value) ? undefined : 'an array of names'),
  into: (value) =>
    typeof value === 'object' && value !== null ? undefined : 'an object of arrays by the names of outputs',
};

/** What the options of a run take. */
export const RUN_RULES: Readonly<Record<keyof RunCallOptions, OptionRule>> = {
  outputs: (value) => (Array.isArray(value) ? undefined : 'an array of names'),
};

/** What a session is made of. */
export interface SessionParts {
  readonly ort: Ort;
  readonly session: OrtSession;
  readonly edges: ModelEdges;
  /** The best first. */
  readonly providers: readonly Provider[];
  readonly fallbacks: readonly Fallback[];
  /** Whether feeds may have NaN and infinities. */
  readonly nonFinite?: 'allow' | 'refuse' | undefined;
  /** Where ONNX Runtime writes the profile; undefined where it records none. */
  readonly profile?: string | undefined;
}

const NO_OPTIONS: SessionRunOptions = {};

/** A model in ONNX Runtime. Dispose it when it is no longer needed: its memory is not the garbage collector's. */
export class Session implements AsyncDisposable {
  /** The execution provider that runs the model; what it lacks runs on the CPU. */
  readonly provider: Provider;
  /** All execution providers of the session but the CPU's, the best first; those of several hold what the first leaves. */
  readonly providers: readonly Provider[];
  /** The providers that were asked for and could not be had, with the reasons; empty where the first was had. */
  readonly fallbacks: readonly Fallback[];
  /** What valid feeds meet. */
  readonly contract: Contract;
  readonly inputs: ReadonlyMap<string, ValueType>;
  readonly outputs: ReadonlyMap<string, ValueType>;
  readonly #parts: SessionParts;
  readonly #feeds: SessionFeeds;
  readonly #outputCheck: OutputCheck;
  readonly #names: readonly string[];
  readonly #running = new Set<Promise<unknown>>();
  #disposed: Promise<void> | undefined;
  #profiled: Promise<string> | undefined;

  constructor(parts: SessionParts) {
    const { edges } = parts;
    this.#parts = parts;
    this.provider = parts.providers[0] ?? 'cpu';
    this.providers = parts.providers;
    this.fallbacks = parts.fallbacks;
    this.contract = edges.contract;
    this.inputs = edges.inputs;
    this.outputs = edges.outputs;
    this.#feeds = new SessionFeeds(edges.contract);
    this.#names = [...edges.outputs.keys()];
    this.#outputCheck = new OutputCheck(edges);
  }

  /**
   * Runs the model.
   *
   * @param feeds one feed for each input by name, or the feed of the only input
   * @returns the outputs by name
   * @throws FEED_MISSING, FEED_UNKNOWN, FEED_MISMATCH, FEED_NOT_FINITE, DTYPE_MISMATCH, RANK_MISMATCH for feeds, all
   * mistakes together
   * @throws OUTPUT_UNKNOWN when an output is asked for that the model does not have
   * @throws OUTPUT_ARRAY when an array of `into` does not fit its output
   * @throws OUTPUT_MISMATCH when an output has another size than the author states of it
   * @throws SESSION_DISPOSED after dispose()
   * @throws RUNTIME_FAILED when ONNX Runtime fails
   * @example const { output } = await session.run({ x: [[1, 2, 3]] });
   */
  async run(feeds: Feeds, options: SessionRunOptions = NO_OPTIONS): Promise<RunOutputs> {
    this.#refuseDisposed();
    if (options !== NO_OPTIONS) checkOptionRules('a run', options, SESSION_RUN_RULES);
    const fetches = options.outputs ?? this.#names;
    for (const name of fetches) if (!this.outputs.has(name)) throw unknownOutput(name, this.#names);
    const { nonFinite, ort } = this.#parts;
    const report = this.#feeds.read(feeds, nonFinite);
    throwDiagnostics(report.mistakes);
    const into = options.into && this.#outputArrays(options.into, fetches, report);
    const tensors: Record<string, OrtTensor> = {};
    for (const [name, feed] of report.feeds) setOwn(tensors, name, ortTensor(ort, feed));
    const running = this.#call(tensors, into ? this.#fetchesInto(into, fetches) : fetches);
    this.#running.add(running);
    try {
      const results = await running;
      const outputs: Record<string, RunTensor> = {};
      for (const name of fetches) setOwn(outputs, name, runTensor(name, results[name], into?.get(name)));
      if (this.#outputCheck.isNeeded) this.#outputCheck.check(report.sizes, shapesOf(outputs));
      return outputs;
    } finally {
      this.#running.delete(running);
    }
  }

  #outputArrays(targets: OutputTargets, fetches: readonly string[], { feeds, sizes }: FeedsReport) {
    const shapes = outputShapesUnder(this.contract, sizes);
    return outputArrays(targets, { fetches, types: this.outputs, shapes, feeds });
  }

  #fetchesInto(into: ReadonlyMap<string, ReadyOutput>, fetches: readonly string[]): OrtFetches {
    const { ort } = this.#parts;
    const entries = fetches.map((name) => {
      const output = into.get(name);
      return [name, output ? ortTensor(ort, output) : null] as const;
    });
    return Object.fromEntries(entries);
  }

  async #call(feeds: Record<string, OrtTensor>, fetches: OrtFetches): Promise<Record<string, OrtTensor>> {
    try {
      return await this.#parts.session.run(feeds, fetches);
    } catch (cause) {
      const sizes = Object.entries(feeds).map(([name, { type, dims }]) => `${name}: ${type}[${dims.join(', ')}]`);
      throw dimwiseError({
        code: 'RUNTIME_FAILED',
        message: `ONNX Runtime fails to run ${this.#parts.edges.name} on ${sizes.join(', ')}: ${ortMessage(cause)}`,
        origin: { site: captureSite() },
        actual: ortMessage(cause),
        cause,
      });
    }
  }

  /**
   * The shapes that outputs have for some feeds, before a run.
   *
   * @param feeds feeds, or only their sizes as `{ shape }` or `{ dims }`, by the names of inputs
   * @returns the sizes by the names of outputs; a size that only a run tells is a text, an open rank is null
   * @throws FEED_MISSING, FEED_UNKNOWN, FEED_MISMATCH when the feeds are not valid, all mistakes together
   * @example session.outputShapes({ x: { shape: [8, 20] } }) // { output: [8, 3] }
   */
  outputShapes(feeds: ShapedFeeds): OutputShapes {
    return outputShapesOf(feeds, this.contract, this.#feeds.check);
  }

  /** Frees the memory of the session, once the runs under way are done; a second call changes nothing. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#release();
    return this.#disposed;
  }

  async #release(): Promise<void> {
    await Promise.allSettled(this.#running);
    // A profile is written whole before the session goes; one that cannot be written must not keep the memory.
    if (this.#parts.profile !== undefined) await this.endProfile().catch(() => {});
    await this.#parts.session.release();
  }

  /**
   * Ends the recording of times, once the runs under way are done, and gives the file that ONNX Runtime wrote; a second call gives
   * the same file.
   *
   * @returns the path of a JSON file of trace events, times in microseconds
   * @throws SESSION_OPTION when the session was made without `profile`
   * @throws FILE_READ when ONNX Runtime could not write the file
   */
  endProfile(): Promise<string> {
    this.#profiled ??= this.#endProfile();
    return this.#profiled;
  }

  async #endProfile(): Promise<string> {
    const { profile, session, edges } = this.#parts;
    if (profile === undefined) {
      throw dimwiseError({
        code: 'SESSION_OPTION',
        message: `the session of ${edges.name} records no profile`,
        origin: { site: captureSite() },
        expected: 'profile',
        hint: "createSession(source, { profile: { prefix: 'profile' } })",
      });
    }
    await Promise.allSettled(this.#running);
    session.endProfiling();
    return profileFile(profile);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #refuseDisposed(): void {
    if (!this.#disposed) return;
    throw dimwiseError({
      code: 'SESSION_DISPOSED',
      message: `the session of ${this.#parts.edges.name} was disposed, it runs nothing any more`,
      origin: { site: captureSite() },
      hint: 'create another session',
    });
  }
}

/** The error for an output that a model does not have. */
export function unknownOutput(name: string, known: readonly string[]) {
  const near = nearest(name, known);
  return dimwiseError({
    code: 'OUTPUT_UNKNOWN',
    message: `the model has no output "${name}"; its outputs are ${known.map((each) => `"${each}"`).join(', ')}`,
    origin: { site: captureSite() },
    actual: name,
    hint: near && `did you mean "${near}"?`,
  });
}

/** Sets a member of any name: `__proto__` too is only a name. */
function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

const shapesOf = (outputs: RunOutputs): ReadonlyMap<string, readonly number[]> =>
  new Map(Object.entries(outputs).map(([name, { shape }]) => [name, shape]));

/** A tensor as it is given to the author: with the author's own array where the run wrote into it. */
function runTensor(name: string, tensor: OrtTensor | undefined, into: ReadyOutput | undefined): RunTensor {
  if (tensor && isRunDType(tensor.type)) return typed(tensor.type, tensor.dims, into?.data ?? ortData(tensor));
  throw dimwiseError({
    code: 'RUNTIME_FAILED',
    message: `ONNX Runtime gives output "${name}" as ${tensor?.type ?? 'nothing'}`,
    origin: { what: `output "${name}"` },
    actual: tensor?.type,
  });
}

/** ONNX Runtime pairs types and arrays as {@link ArrayOf} lists them. */
const typed = (dtype: RunDType, shape: readonly number[], data: OrtData): RunTensor =>
  ({ dtype, shape, data }) as RunTensor;

// A session: one model loaded into ONNX Runtime, fed and read with checks on both sides.
import { dimwiseError, isDimwiseError, throwDiagnostics } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import type { Contract } from '../ir/contract.ts';
import { outputShapesUnder } from '../ir/feeds.ts';
import type { ValueType } from '../ir/type.ts';
import { BusyArrays } from './busy-arrays.ts';
import type { FeedsReport } from './check-feeds.ts';
import { OutputCheck } from './check-outputs.ts';
import type { ModelEdges } from './edges.ts';
import type { Feeds } from './feed.ts';
import { InFlight } from './in-flight.ts';
import { type Ort, type OrtFetches, type OrtSession, type OrtTensor, ortMessage, ortTensor } from './ort.ts';
import { type OutputTargets, outputArrays, type ReadyOutput } from './output-arrays.ts';
import { type OutputShapes, outputShapesOf, type ShapedFeeds } from './output-shapes.ts';
import { profileFile } from './profile.ts';
import type { Fallback, Provider } from './provider.ts';
import { OutputReader, type RunOutputs, shapesOf } from './run-outputs.ts';
import { SessionFeeds } from './session-feeds.ts';
import { checkOptionRules, type OptionRule } from './session-options.ts';
import { setOwn } from './set-own.ts';

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

/** What names of outputs are; a look at each index sees those that hold nothing too. */
const outputNames: OptionRule = (value) =>
  Array.isArray(value) && value.length > 0 && Array.from(value).every((name) => typeof name === 'string')
    ? undefined
    : 'an array of names, one at least';

/** What the options of a run of a session take. */
export const SESSION_RUN_RULES: Readonly<Record<keyof SessionRunOptions, OptionRule>> = {
  outputs: outputNames,
  into: (value) =>
    typeof value === 'object' && value !== null ? undefined : 'an object of arrays by the names of outputs',
};

/** What the options of a run take. */
export const RUN_RULES: Readonly<Record<keyof RunCallOptions, OptionRule>> = {
  outputs: outputNames,
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
  readonly #reader: OutputReader;
  readonly #running = new InFlight();
  readonly #busy = new BusyArrays();
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
    this.#reader = new OutputReader(edges);
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
   * @throws OUTPUT_ARRAY when an array of `into` does not fit its output, or a run under way writes into it
   * @throws OUTPUT_MISMATCH when an output has another size than the author states of it
   * @throws SESSION_DISPOSED after dispose()
   * @throws RUNTIME_FAILED when ONNX Runtime fails
   * @example const { output } = await session.run({ x: [[1, 2, 3]] });
   */
  async run(feeds: Feeds, options: SessionRunOptions = NO_OPTIONS): Promise<RunOutputs> {
    this.#refuseDisposed();
    if (options !== NO_OPTIONS) checkOptionRules('a run', options, SESSION_RUN_RULES);
    const fetches = options.outputs ?? this.#reader.names;
    if (options.outputs) this.#reader.checkNames(fetches);
    const { nonFinite, ort } = this.#parts;
    const tensors: Record<string, OrtTensor> = {};
    const quick = options.into || nonFinite === 'refuse' ? undefined : this.#feeds.quick(feeds);
    if (quick) for (const feed of quick) setOwn(tensors, feed.name, ortTensor(ort, feed));
    const report = quick ? undefined : this.#feeds.read(feeds, nonFinite);
    if (report) {
      throwDiagnostics(report.mistakes);
      for (const [name, feed] of report.feeds) setOwn(tensors, name, ortTensor(ort, feed));
    }
    const into = options.into && report && this.#outputArrays(options.into, fetches, report);
    // Taken now: runs that follow change them.
    const sizes = this.#outputCheck.isNeeded ? this.#feeds.sizes : undefined;
    let outputs: RunOutputs;
    if (into || !this.#busy.isEmpty) this.#busy.enter(into, Object.entries(tensors));
    this.#running.enter();
    try {
      const results = await this.#parts.session.run(tensors, into ? this.#fetchesInto(into, fetches) : fetches);
      outputs = this.#reader.read(results, fetches, into);
    } catch (cause) {
      throw this.#failure(tensors, cause);
    } finally {
      this.#running.leave();
      this.#busy.leave(into);
    }
    if (sizes) this.#outputCheck.check(sizes, shapesOf(outputs));
    return outputs;
  }

  #outputArrays(targets: OutputTargets, fetches: readonly string[], { feeds, sizes }: FeedsReport) {
    const shapes = outputShapesUnder(this.contract, sizes);
    return outputArrays(targets, { fetches, types: this.outputs, shapes, feeds });
  }

  #fetchesInto(into: ReadonlyMap<string, ReadyOutput>, fetches: readonly string[]): OrtFetches {
    const { ort } = this.#parts;
    const entries = fetches.map((name) => {
      const output = this.#reader.isPassed(name) ? undefined : into.get(name);
      return [name, output ? ortTensor(ort, output) : null] as const;
    });
    return Object.fromEntries(entries);
  }

  #failure(feeds: Record<string, OrtTensor>, cause: unknown): Error {
    if (isDimwiseError(cause)) return cause;
    const sizes = Object.entries(feeds).map(([name, { type, dims }]) => `${name}: ${type}[${dims.join(', ')}]`);
    return dimwiseError({
      code: 'RUNTIME_FAILED',
      message: `ONNX Runtime fails to run ${this.#parts.edges.name} on ${sizes.join(', ')}: ${ortMessage(cause)}`,
      origin: { site: captureSite() },
      actual: ortMessage(cause),
      cause,
    });
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
    await this.#running.settled();
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
    await this.#running.settled();
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

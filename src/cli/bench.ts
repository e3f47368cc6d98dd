// dimwise bench: latency, throughput and memory of models over sizes, providers, threads and concurrency.
import { writeAtomic } from '../node/write-atomic.ts';
import { measureLanes, WarmLane } from './bench-measure.ts';
import { type BenchPoint, type BenchSettings, benchSettings } from './bench-options.ts';
import { benchPlot } from './bench-plot.ts';
import { type BenchReport, benchJson, benchLines } from './bench-report.ts';
import { type BenchResult, type Measured, resultsOf } from './bench-results.ts';
import { type AbsentProvider, disposeAll, openVariants, type Variant } from './bench-variants.ts';
import type { CommandCall } from './command-row.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { machineDoubts, machineFacts } from './machine.ts';
import { type MeasuredFeeds, measuredFeeds } from './measured-feeds.ts';
import { readOptions } from './options.ts';
import { reportFailure } from './report.ts';
import { openRunnable } from './runnable.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { tellWeights } from './weights-option.ts';

/** Measures files; one that fails is reported, and the rest go on. */
export async function bench({ args, options, io }: CommandCall): Promise<ExitCode> {
  const read = readOptions(io, () => benchSettings(args, options));
  if (typeof read === 'number') return read;
  const { value: settings } = read;
  return withConsole(io, settings.isJson, () => withWarnings(io, () => new Bench(args, settings, io).run()));
}

/** A variant with its feeds. */
interface Fed {
  readonly variant: Variant;
  readonly feeds: MeasuredFeeds;
}

class Bench {
  readonly #files: readonly string[];
  readonly #settings: BenchSettings;
  readonly #io: Io;
  readonly #failed = new Set<string>();
  readonly #absent: AbsentProvider[] = [];

  constructor(files: readonly string[], settings: BenchSettings, io: Io) {
    this.#files = files;
    this.#settings = settings;
    this.#io = io;
  }

  async run(): Promise<ExitCode> {
    const { points, open, svg, isJson } = this.#settings;
    const machine = machineFacts();
    const results: BenchResult[] = [];
    // Numbers that are part of the model make another model of each point.
    for (const group of open.isStatic ? points.map((point) => [point]) : [points]) {
      results.push(...(await this.#group(group)));
    }
    this.#io.status?.('');
    const report = { files: this.#files, machine, results, absent: this.#absent, doubts: machineDoubts(machine) };
    if (results.length === 0) return this.#nothing(report);
    if (isJson) this.#io.out(JSON.stringify(benchJson(report)));
    else for (const line of benchLines(report, this.#io)) this.#io.out(line);
    if (svg !== undefined) await this.#write(svg, report);
    return this.#failed.size > 0 ? EXIT.failed : EXIT.ok;
  }

  /** Nothing could be measured: each file was told, or its providers are absent. */
  #nothing(report: BenchReport): ExitCode {
    if (this.#absent.length === 0) return EXIT.failed;
    if (this.#settings.isJson) this.#io.out(JSON.stringify(benchJson(report)));
    for (const { file, provider, reason } of this.#absent) this.#io.err(`${file}: ${provider} is absent: ${reason}`);
    return EXIT.failed;
  }

  async #write(path: string, report: BenchReport): Promise<void> {
    try {
      const text = benchPlot(report, this.#settings.isLogarithmic);
      await writeAtomic(path, [new TextEncoder().encode(text)]);
    } catch (error) {
      this.#fail(path, error);
    }
  }

  async #group(points: readonly BenchPoint[]): Promise<readonly BenchResult[]> {
    const variants: Variant[] = [];
    const results: BenchResult[] = [];
    try {
      for (const file of this.#files) variants.push(...(await this.#open(file, points)));
      for (const point of points) results.push(...(await this.#measure(point, variants)));
    } finally {
      await disposeAll(variants);
    }
    return results;
  }

  async #open(file: string, [point]: readonly BenchPoint[]): Promise<readonly Variant[]> {
    if (!point || this.#failed.has(file)) return [];
    const { open, isJson } = this.#settings;
    try {
      const runnable = await openRunnable(file, { ...open, bindings: point.bindings });
      if (!isJson) tellWeights(runnable.weights, this.#io);
      const { variants, absent } = await openVariants(runnable, this.#settings);
      for (const each of absent) {
        const isKnown = this.#absent.some(({ provider }) => provider === each.provider && each.file === file);
        if (!isKnown) this.#absent.push({ ...each, file });
      }
      return variants;
    } catch (error) {
      this.#fail(file, error);
      return [];
    }
  }

  #fail(file: string, error: unknown): void {
    if (this.#failed.has(file)) return;
    this.#failed.add(file);
    reportFailure(file, error, this.#io, this.#settings.isJson);
  }

  /** Measures all variants under one set of sizes, in turns. */
  async #measure(point: BenchPoint, variants: readonly Variant[]): Promise<readonly BenchResult[]> {
    const fed: Fed[] = [];
    for (const variant of variants) {
      const feeds = await this.#feeds(point, variant);
      if (feeds) fed.push({ variant, feeds });
    }
    if (fed.length === 0) return [];
    const { time, runs, warmup } = this.#settings;
    const what = Object.entries(point.swept).map(([name, size]) => `${name}=${size}`);
    this.#io.status?.(`measuring ${what.join(' ') || this.#files.join(' ')}`);
    const warm: (Fed & { readonly lane: WarmLane })[] = [];
    for (const each of fed) {
      const { variant, feeds } = each;
      const run = (): Promise<unknown> => variant.run(feeds.feeds);
      const lane = await this.#warm(
        variant,
        new WarmLane({ concurrency: variant.concurrency, run }, { time, runs }),
        warmup,
      );
      if (lane) warm.push({ ...each, lane });
    }
    const all = await measureLanes(warm.map(({ lane }) => lane));
    const measured = warm.flatMap((each, i): Measured[] => {
      const times = all[i];
      return times ? [{ ...each, times }] : [];
    });
    return resultsOf(point, measured);
  }

  /** The first runs of a lane; a model that cannot be run at all is left out. */
  async #warm({ runnable }: Variant, lane: WarmLane, runs: number): Promise<WarmLane | undefined> {
    try {
      await lane.warmUp(runs);
      return lane;
    } catch (error) {
      this.#fail(runnable.file, error);
      return undefined;
    }
  }

  async #feeds({ bindings }: BenchPoint, { runnable }: Variant): Promise<MeasuredFeeds | undefined> {
    const { sources, open } = this.#settings;
    if (this.#failed.has(runnable.file)) return undefined;
    try {
      return await measuredFeeds(runnable.loadable.edges.contract, {
        kind: runnable.kind,
        bindings,
        sources,
        seed: open.seed ?? 0,
        isStatic: open.isStatic,
      });
    } catch (error) {
      this.#fail(runnable.file, error);
      return undefined;
    }
  }
}

// Measures runs: lanes take turns in one process, so that what slows the machine slows all of them.
import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { medianOf } from './bench-statistics.ts';

/** Something that is run again and again. */
export interface Lane {
  readonly run: () => Promise<unknown>;
  /** How many runs are under way at one time. */
  readonly concurrency: number;
}

/** How long it is measured. */
export interface MeasureSettings {
  /** Milliseconds of measured turns per lane. */
  readonly time: number;
  /** Measured runs per lane, in place of a time. */
  readonly runs: number | undefined;
}

/** What was measured of a lane; times in milliseconds. */
export interface LaneTimes {
  /** The first run of all, which allocates memory. */
  readonly first: number;
  /** The time of each counted run, in the order in which they ended. */
  readonly samples: readonly number[];
  /** The median of each turn. */
  readonly rounds: readonly number[];
  /** How long the counted turns took. */
  readonly wall: number;
  /** Processor time of the process in these turns, all threads together. */
  readonly processor: number;
  readonly gc: { readonly count: number; readonly time: number };
  /** How late Node's event loop was. */
  readonly eventLoopDelay: { readonly p99: number; readonly max: number };
  /** The most bytes of memory that the process had in these turns. */
  readonly peak: number;
}

/** A turn is long beside what changing lanes costs, and short beside what changes in the machine. */
const TURN = 50;
/** Runs of a slow model that are warm enough after so many milliseconds. */
const WARM = 1000;
/** The step of Node's own clock of the event loop, in milliseconds. */
const STEP = 5;

/** Measures lanes in turns, in a changing order. */
export async function measureLanes(lanes: readonly WarmLane[]): Promise<readonly LaneTimes[]> {
  const collections = new Collections();
  const turn = lanes.length > 1 ? TURN : 10 * TURN;
  for (let round = 0; lanes.some((each) => !each.isDone); round++) {
    // Who comes first has the memory of another in the caches: each comes first in turn.
    const order = round % 2 === 0 ? lanes : lanes.toReversed();
    for (const lane of order) if (!lane.isDone) await lane.turn(turn, lanes.length > 1);
  }
  await collections.end();
  return lanes.map((lane) => lane.times(collections));
}

/** A lane and what was measured of it so far. */
export class WarmLane {
  readonly #lane: Lane;
  readonly #settings: MeasureSettings;
  readonly #samples: number[] = [];
  readonly #rounds: number[] = [];
  readonly #spans: (readonly [start: number, end: number])[] = [];
  readonly #delay = monitorEventLoopDelay({ resolution: STEP });
  #first = 0;
  /** Counted runs that have begun. */
  #begun = 0;
  #wall = 0;
  #processor = 0;
  #peak = 0;

  constructor(lane: Lane, settings: MeasureSettings) {
    this.#lane = lane;
    this.#settings = settings;
  }

  get isDone(): boolean {
    const { runs, time } = this.#settings;
    return runs === undefined ? this.#wall >= time * 0.999 && this.#samples.length > 0 : this.#samples.length >= runs;
  }

  /** Does the runs that are not counted. @param runs how many; fewer where they take long */
  async warmUp(runs: number): Promise<void> {
    const start = performance.now();
    await this.#lane.run();
    this.#first = performance.now() - start;
    for (let i = 1; i < runs && performance.now() - start < WARM; i++) await this.#lane.run();
  }

  /** Runs for some milliseconds; with `isShared` the first runs are not counted, for another lane has used the caches. */
  async turn(time: number, isShared: boolean): Promise<void> {
    const { concurrency, run } = this.#lane;
    if (isShared) await Promise.all(Array.from({ length: concurrency }, run));
    const from = this.#samples.length;
    const processor = process.cpuUsage();
    this.#delay.enable();
    const start = performance.now();
    const until = start + Math.min(time, this.#settings.runs === undefined ? this.#settings.time - this.#wall : time);
    await Promise.all(Array.from({ length: concurrency }, () => this.#loop(until)));
    const end = performance.now();
    this.#delay.disable();
    const { user, system } = process.cpuUsage(processor);
    this.#processor += (user + system) / 1000;
    this.#wall += end - start;
    this.#spans.push([start, end]);
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
    if (this.#samples.length > from) this.#rounds.push(medianOf(this.#samples.slice(from)));
  }

  async #loop(until: number): Promise<void> {
    const { run } = this.#lane;
    const { runs = Number.POSITIVE_INFINITY } = this.#settings;
    do {
      // Other loops of this turn may have begun the last ones.
      if (this.#begun >= runs) return;
      this.#begun++;
      const start = performance.now();
      await run();
      this.#samples.push(performance.now() - start);
    } while (performance.now() < until);
  }

  times(collections: Collections): LaneTimes {
    const late = (nanoseconds: number): number =>
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - STEP) : 0;
    return {
      first: this.#first,
      samples: this.#samples,
      rounds: this.#rounds,
      wall: this.#wall,
      processor: this.#processor,
      gc: collections.within(this.#spans),
      eventLoopDelay: { p99: late(this.#delay.percentile(99)), max: late(this.#delay.max) },
      peak: this.#peak,
    };
  }
}

/** The collections of garbage of this thread. */
class Collections {
  readonly #entries: PerformanceEntry[] = [];
  readonly #observer = new PerformanceObserver((list) => void this.#entries.push(...list.getEntries()));

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  async end(): Promise<void> {
    // Entries come with the next turn of the event loop.
    await new Promise((done) => setImmediate(done));
    this.#entries.push(...this.#observer.takeRecords());
    this.#observer.disconnect();
  }

  within(spans: readonly (readonly [start: number, end: number])[]): { count: number; time: number } {
    const inside = this.#entries.filter(({ startTime }) =>
      spans.some(([start, end]) => startTime >= start && startTime < end),
    );
    return { count: inside.length, time: inside.reduce((sum, { duration }) => sum + duration, 0) };
  }
}

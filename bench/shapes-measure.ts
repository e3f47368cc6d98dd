// What the bench of shape inference measures: the runs of the engines' processes, put together.

/** dimwise; onnx's `infer_shapes` with data propagation; ONNX Runtime's `SymbolicShapeInference`. */
export type Engine = 'dimwise' | 'onnx' | 'symbolic';

/** What a process printed: times in milliseconds, memory in bytes. */
export interface Run {
  /** The first inference of the process. */
  readonly cold: number;
  /** Processor time of the first inference. */
  readonly coldCpu: number;
  /** Later ones, of a loaded graph. */
  readonly infer: readonly number[];
  /** Their processor times, of all threads. */
  readonly cpu: readonly number[];
  /** Later ones, reading included. */
  readonly whole: readonly number[];
  /** onnx only: the C++ engine called on bytes, which parses them and writes the result itself. */
  readonly bytes?: readonly number[];
  readonly values: number;
  readonly resolved: number;
  readonly mistakes?: number;
  /** Peak after reading, before the first inference. */
  readonly peakBefore: number;
  readonly peak: number;
  readonly version: string;
}

/** Median and quartiles. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** All runs of an engine on one model. */
export interface EngineResult {
  /** Of later inferences; of the first ones where there are no later ones. */
  readonly infer: Spread;
  /** Of the warm-up calls of long runs. */
  readonly early: Spread | undefined;
  readonly cold: Spread;
  readonly cpu: Spread;
  readonly coldCpu: Spread;
  readonly whole: Spread | undefined;
  readonly bytes: Spread | undefined;
  readonly values: number;
  readonly resolved: number;
  readonly mistakes: number;
  readonly peakBefore: number;
  readonly peak: number;
  readonly version: string;
}

/** One model and what the engines did with it. */
export interface Measured {
  readonly name: string;
  /** The length of a chain; 0 for other models. */
  readonly nodes: number;
  readonly bytes: number;
  readonly failures: Readonly<Partial<Record<Engine, string>>>;
  readonly engines: Readonly<Partial<Record<Engine, EngineResult>>>;
}

/** Puts the runs of each engine together. */
export function merge(runs: Readonly<Record<Engine, readonly Run[]>>): Partial<Record<Engine, EngineResult>> {
  const merged: Partial<Record<Engine, EngineResult>> = {};
  for (const engine of ['dimwise', 'onnx', 'symbolic'] as const) {
    const [first] = runs[engine];
    if (first) merged[engine] = mergeRuns(first, runs[engine]);
  }
  return merged;
}

/** Of long runs so many calls are left out as warm-up, of every engine; what they took is reported beside the rest. */
const WARM_UP = 100;

const isLong = (list: readonly number[]): boolean => list.length > WARM_UP;

/** The calls of a run that count: all of a short one, those behind the warm-up of a long one. */
const warm = (list: readonly number[]): readonly number[] => (isLong(list) ? list.slice(WARM_UP) : list);

function mergeRuns(first: Run, runs: readonly Run[]): EngineResult {
  const cold = runs.map((run) => run.cold);
  const coldCpu = runs.map((run) => run.coldCpu);
  const infer = runs.flatMap((run) => warm(run.infer));
  const cpu = runs.flatMap((run) => warm(run.cpu));
  return {
    infer: spread(infer.length > 0 ? infer : cold),
    early: spreadOf(runs.flatMap(({ infer }) => (isLong(infer) ? infer.slice(0, WARM_UP) : []))),
    cold: spread(cold),
    cpu: spread(cpu.length > 0 ? cpu : coldCpu),
    coldCpu: spread(coldCpu),
    whole: spreadOf(runs.flatMap((run) => warm(run.whole))),
    bytes: spreadOf(runs.flatMap((run) => warm(run.bytes ?? []))),
    values: first.values,
    // The worst of the runs, which ought to agree.
    resolved: Math.min(...runs.map((run) => run.resolved)),
    mistakes: Math.max(...runs.map((run) => run.mistakes ?? 0)),
    peakBefore: Math.max(...runs.map((run) => run.peakBefore)),
    peak: Math.max(...runs.map((run) => run.peak)),
    version: first.version,
  };
}

const spreadOf = (times: readonly number[]): Spread | undefined => (times.length > 0 ? spread(times) : undefined);

function spread(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

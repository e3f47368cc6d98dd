// Turns what was measured into results: latencies, throughput, operations per second, ratios and doubts.
import { type Count, constantCount } from '../dim/count.ts';
import { evaluateCount, symbolsOfCount } from '../dim/evaluate-count.ts';
import { givenName } from '../dim/given-names.ts';
import { type Cost, costOf } from '../infer/cost/cost.ts';
import type { Contract } from '../ir/contract.ts';
import type { Graph } from '../ir/graph.ts';
import type { LaneTimes } from './bench-measure.ts';
import type { BenchPoint } from './bench-options.ts';
import { doubtsOf, type Latency, latencyOf, type Ratio, ratioOf } from './bench-statistics.ts';
import type { Variant } from './bench-variants.ts';
import type { MeasuredFeeds } from './measured-feeds.ts';

/** One variant under one set of sizes. */
export interface BenchResult {
  readonly variant: Variant;
  readonly point: BenchPoint;
  readonly feeds: MeasuredFeeds;
  readonly times: LaneTimes;
  readonly latency: Latency;
  /** Runs each second. */
  readonly runs: number;
  /** How many items of the batch symbol a run has; undefined where there is no such symbol. */
  readonly items: { readonly symbol: string; readonly size: number } | undefined;
  /** Operations of a run by the formula of the model; undefined where a size that data decides is in it. */
  readonly flops: number | undefined;
  /** Against the first result of the same sizes; undefined for that one itself. */
  readonly ratio: Ratio | undefined;
  readonly doubts: readonly string[];
}

/** A variant that was measured, with what it was fed. */
export interface Measured {
  readonly variant: Variant;
  readonly feeds: MeasuredFeeds;
  readonly times: LaneTimes;
}

/** The results of one set of sizes; the first one is what the others are compared with. */
export function resultsOf(point: BenchPoint, measured: readonly Measured[]): readonly BenchResult[] {
  const [base] = measured;
  return measured.map(({ variant, feeds, times }) => {
    const { samples, rounds, wall } = times;
    const latency = latencyOf(samples);
    return {
      variant,
      point,
      feeds,
      times,
      latency,
      runs: samples.length / (wall / 1000),
      items: itemsOf(variant.runnable.loadable.edges.contract, point, feeds.sizes),
      flops: flopsUnder(variant.runnable.graph, feeds.sizes),
      ratio: base && base.times !== times ? ratioOf(rounds, base.times.rounds) : undefined,
      doubts: doubtsOf(samples, latency),
    };
  });
}

/** The batch symbol: `batch`, or what the first axis of the first input is. */
function itemsOf(
  { inputs }: Contract,
  { swept }: BenchPoint,
  sizes: ReadonlyMap<string, number>,
): BenchResult['items'] {
  const first = Object.values(inputs).find(({ shape }) => shape !== null && shape.length > 0)?.shape?.[0];
  for (const symbol of ['batch', typeof first === 'string' ? first : '']) {
    const size = sizes.get(symbol) ?? swept[symbol];
    if (size !== undefined) return { symbol, size };
  }
  return undefined;
}

const costs = new WeakMap<Graph, Cost>();

/** The cost of a graph; undefined where a foreign one cannot be followed. */
export function knownCost(graph: Graph): Cost | undefined {
  try {
    const cost = costs.get(graph) ?? costOf(graph);
    costs.set(graph, cost);
    return cost;
  } catch {
    // Times are worth telling without operations too.
    return undefined;
  }
}

/** The operations of one run; undefined where the sizes do not settle them. */
function flopsUnder(graph: Graph | undefined, sizes: ReadonlyMap<string, number>): number | undefined {
  const cost = graph && knownCost(graph);
  return cost && countUnder(cost.flops, sizes);
}

/** A count under the sizes of feeds, by the names of symbols; undefined where they do not settle it. */
export function countUnder(count: Count, sizes: ReadonlyMap<string, number>): number | undefined {
  const known = constantCount(count);
  if (known !== undefined) return Number(known);
  for (const symbol of symbolsOfCount(count)) if (!sizes.has(givenName(symbol) ?? symbol.name)) return undefined;
  return Number(evaluateCount(count, (symbol) => sizes.get(givenName(symbol) ?? symbol.name)));
}

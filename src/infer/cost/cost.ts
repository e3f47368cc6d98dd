// The cost of a model: parameters, operations, memory traffic and the peak of its activations, as formulas in its symbols.
import { dimwiseError } from '../../base/errors.ts';
import { captureSite } from '../../base/origin.ts';
import { type Count, type CountFactor, keyOf } from '../../dim/count.ts';
import { type SymbolDim, symbolsOf } from '../../dim/dim.ts';
import { symbolsOfCount } from '../../dim/evaluate-count.ts';
import type { Graph } from '../../ir/graph.ts';
import { withinWork } from '../../ir/within-work.ts';
import { GraphCounter, type NodeCost } from './graph-cost.ts';
import type { Live, LiveAt } from './live-bytes.ts';
import { MEASURES, type Measures, sumMeasures } from './measures.ts';
import { type OpenCount, OpenCounts } from './open-counts.ts';
import { sumWeights, type Weight, type WeightTotals, weightsOf } from './parameters.ts';

/** The cost of a model. */
export interface Cost extends Measures {
  /** Weights: elements and bytes. */
  readonly parameters: WeightTotals;
  /** Constants that are no weights: running statistics, scales, sizes, indices. */
  readonly constants: WeightTotals;
  /** The greatest sum of bytes that inputs, outputs and inner values need at one time, weights left out. */
  readonly peak: Count;
  /** The nodes at which the peak may lie, each with its sum: one where sizes do not decide. */
  readonly peakAt: readonly LiveAt[];
  readonly nodes: readonly NodeCost[];
  readonly weights: readonly Weight[];
  /** Symbols of the formulas that no input has. */
  readonly open: readonly OpenCount[];
}

/** A graph, or what has one: a bound or compiled model, or one that was read from a file. */
export type CostSource = Graph | { readonly graph: Graph };

/**
 * The cost of a model: what one run of it does.
 *
 * Operations are two for each multiply-accumulate of matrix products and convolutions, biases not counted, and one for each element of
 * most other results; `docs/cost.md` lists them. Bytes are what each node reads and writes, views excepted.
 *
 * @param source a graph whose types are inferred, or a model
 * @throws LAYER_ARGUMENT when it is neither
 * @returns formulas in the symbols of the inputs, exact beyond 2^53; numbers where all sizes are numbers
 * @example formatCount(costOf(readOnnx(bytes)).flops)
 */
export function costOf(source: CostSource): Cost {
  if (typeof source !== 'object' || source === null || !('graph' in source || 'inputs' in source)) {
    throw dimwiseError({
      code: 'LAYER_ARGUMENT',
      message: 'costOf takes a graph, or a model that has one',
      origin: { site: captureSite() },
      expected: 'a graph or a model',
      actual: typeof source,
    });
  }
  const graph = 'graph' in source ? source.graph : source;
  return withinWork(graph, 'the cost of', () => countGraph(graph));
}

function countGraph(graph: Graph): Cost {
  const open = new OpenCounts();
  const { nodes, live } = new GraphCounter(open).count(graph);
  const weights = weightsOf(graph, open);
  const cost = {
    ...sumMeasures(nodes),
    parameters: sumWeights(weights.filter(({ isParameter }) => isParameter)),
    constants: sumWeights(weights.filter(({ isParameter }) => !isParameter)),
    peak: live.peak,
    peakAt: atPeak(live),
    nodes,
    weights,
  };
  return { ...cost, open: openSymbols(graph, cost, open) };
}

/** The nodes whose sums make the peak. */
function atPeak({ peak, at }: Live): readonly LiveAt[] {
  const [term, more] = peak.terms;
  const [factor] = term?.factors ?? [];
  const operands = !more && isMaximum(factor) ? factor.operands : [peak];
  const keys = new Set(operands.map(keyOf));
  return at.filter(({ bytes }) => keys.has(keyOf(bytes)));
}

const isMaximum = (factor: CountFactor | undefined) => factor?.kind === 'maximum';

/** The symbols of the totals that the inputs do not have. */
function openSymbols(graph: Graph, cost: Omit<Cost, 'open'>, open: OpenCounts): readonly OpenCount[] {
  const fed = new Set<SymbolDim>();
  for (const { type } of graph.inputs) {
    if (type.kind !== 'tensor') continue;
    for (const dim of type.shape ?? []) for (const symbol of symbolsOf(dim)) fed.add(symbol);
  }
  const counts = [...MEASURES.map((name) => cost[name]), cost.peak, cost.parameters.elements, cost.constants.elements];
  const found = new Set(counts.flatMap((count) => [...symbolsOfCount(count)]).filter((symbol) => !fed.has(symbol)));
  return [...found].map((symbol) => ({ symbol, meaning: open.meaningOf(symbol) }));
}

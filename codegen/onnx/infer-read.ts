// Infers a model that was read, and meets the types that its file states with what inference finds.
import { type Dim, freshSymbol, hasUnknown, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { checkClaims, handOverContradictions } from '../../src/infer/check-claims.ts';
import { checkElements } from '../../src/infer/check-elements.ts';
import { addClaim, meetStatement } from '../../src/infer/claims.ts';
import { againBy, inferGraph, type Report } from '../../src/infer/infer-node.ts';
import { allowRulingOut, tellRuledOut } from '../../src/infer/rule-out.ts';
import { allGraphs } from '../../src/ir/bodies.ts';
import type { Graph, Value } from '../../src/ir/graph.ts';
import { mapDims, type ValueType } from '../../src/ir/type.ts';
import { boundWork, withinWork } from '../../src/ir/within-work.ts';
import type { ReadModel } from './read.ts';

/** How a model that was read is inferred. */
export interface InferReadOptions {
  /** Takes what is no mistake, such as another name for a size; told nobody by default. */
  readonly note?: Report | undefined;
  /** What stands in the place of the sizes in stated types, where inputs were bound. */
  readonly bound?: ((dim: Dim) => Dim) | undefined;
  /** Takes what the file states and inference contradicts; a mistake as any other by default. */
  readonly contradicted?: Report | undefined;
  /** What the user knows about values of the file. */
  readonly assumed?: ReadonlyMap<Value, ValueType> | undefined;
  /** Whether a branch that no valid run takes decides its condition for the whole graph; true by default. */
  readonly decides?: boolean | undefined;
}

/**
 * Infers all values of a model that was read. What its file states of them is met by the policy of docs/declarations.md: sizes that
 * depend on data and types that no rule knows are taken over, other names for sizes are noted, contradictions are reported and the
 * inferred type stays. A branch of If whose sizes contradict each other is one that no valid run takes, and is noted.
 *
 * @param read the model, as `readModel` gave it
 * @param report takes the mistakes: those of nodes, and SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH, KIND_MISMATCH of values
 *   whose stated type is false
 * @throws DIM_OVERFLOW when an input has more elements than a number can count
 * @throws ONNX_LIMIT when inference takes too many steps, or a value has too high a rank
 */
export function inferReadModel(read: ReadModel, report: Report, options: InferReadOptions = {}): void {
  boundWork(read.graph);
  withinWork(read.graph, 'inference of', () => infer(read, report, options));
}

function infer({ graph, declared }: ReadModel, report: Report, options: InferReadOptions): void {
  const { bound, assumed, note, contradicted, decides = true } = options;
  for (const [value, type] of declared) addClaim(value, { type: bound ? mapDims(type, bound) : type, speaker: 'file' });
  for (const [value, type] of assumed ?? []) assume(value, type, report);
  for (const { type, name, origin } of graph.inputs) checkElements(type, `input "${name ?? ''}" has`, origin);
  allowRulingOut(graph, { decides });
  if (contradicted) handOverContradictions(graph, contradicted);
  inferGraph(graph, report);
  settleOpen(graph);
  checkClaims(graph, { again: againBy(report), report: contradicted ?? report, note });
  if (note) tellRuledOut(graph, note);
}

/** An input is made by no node, so what is known of it holds from the start. */
function assume(value: Value, type: ValueType, report: Report): void {
  const claim = { type, speaker: 'author', origin: { what: `what --assume says of "${value.name ?? ''}"` } } as const;
  addClaim(value, claim);
  if (value.source.kind !== 'node') meetStatement(value, claim, againBy(report));
}

/** Sizes that nothing settles are symbols of their own: a file has no batch to come. A body calls them as the graph around it does. */
function settleOpen(root: Graph): void {
  for (const graph of allGraphs(root)) settleIn(graph);
}

function settleIn(graph: Graph): void {
  const { facts, parent } = graph;
  const settled = (symbol: SymbolDim): Dim | undefined => (parent ? parent.facts.solved(symbol) : undefined);
  const settle = (value: Value): void => {
    mapDims(value.type, (dim) => {
      if (hasUnknown(dim)) {
        for (const symbol of symbolsOf(dim)) {
          if (symbol.role !== 'unknown' || facts.solved(symbol)) continue;
          facts.unify(symbol, settled(symbol) ?? freshSymbol(value.name ?? 'n'));
        }
      }
      return dim;
    });
  };
  for (const value of graph.inputs) settle(value);
  for (const node of graph.nodes()) for (const value of node.outputs) settle(value);
}

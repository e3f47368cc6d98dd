// What the rule context of a node asks of the engine.
import type { BranchTrials } from '../ir/branch-trials.ts';
import type { Graph, Value } from '../ir/graph.ts';
import type { BodyOptions, Span } from '../ir/operator.ts';
import type { ValueType } from '../ir/type.ts';

/** What a context asks of the engine; handed in so that the context does not depend on it. */
export interface Engine {
  /** Infers a body graph. */
  readonly inferBody: (body: Graph, inputs: readonly ValueType[], options: BodyOptions) => readonly ValueType[];
  /** The least and the greatest element of a value. */
  readonly spanOf: (value: Value) => Span | undefined;
  /** Judges the branches of the node. */
  readonly branches: () => BranchTrials;
}

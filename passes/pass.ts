// What a pass is.
import type { Trace } from '../src/build/trace.ts';
import type { Graph } from '../src/ir/graph.ts';
import type { Target } from '../src/ir/target.ts';

/** What a pass works with beside the graph. */
export interface PassContext {
  readonly target: Target;
  /** The trace that new nodes go into. */
  readonly trace: Trace;
}

/** A pass: verb and object as its name, what it needs, what holds afterwards, and the change itself. */
export interface Pass {
  readonly name: string;
  readonly requires: string;
  readonly ensures: string;
  /** Changes the graph through the rewrite API; returns whether it changed anything. A second run changes nothing. */
  readonly run: (graph: Graph, cx: PassContext) => boolean;
}

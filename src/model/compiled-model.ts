// A compiled model: ONNX operators for one target, ready to be written or run.
import type { Graph } from '../ir/graph.ts';
import type { Target } from '../ir/target.ts';

/** What a compiled model is made of. */
export interface CompiledParts {
  readonly name: string;
  readonly graph: Graph;
  readonly target: Target;
}

/** A model in ONNX operators. */
export class CompiledModel {
  readonly state = 'compiled';
  readonly name: string;
  readonly graph: Graph;
  readonly target: Target;

  constructor(parts: CompiledParts) {
    this.name = parts.name;
    this.graph = parts.graph;
    this.target = parts.target;
  }
}

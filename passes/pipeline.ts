// The passes between a bound graph and emission, in order, each with its reason.

import { throwDiagnostics } from '../src/base/errors.ts';
import { Trace, withTrace } from '../src/build/trace.ts';
import type { Graph } from '../src/ir/graph.ts';
import type { Target } from '../src/ir/target.ts';
import { eliminateDeadNodes } from './eliminate-dead-nodes.ts';
import { eliminateIdentities } from './eliminate-identities.ts';
import { foldConstants } from './fold-constants.ts';
import { lowerLayers } from './lower-layers.ts';
import type { Pass } from './pass.ts';

/** The pipeline, first to last. */
export const PIPELINE: readonly Pass[] = [
  // First: all that follows speaks ONNX.
  lowerLayers,
  // Lowering writes shape scaffolding in general form; what binding settled becomes constants here.
  foldConstants,
  // Layers that do nothing at inference (dropout) leave identities behind.
  eliminateIdentities,
  // Last: the others leave unread nodes and constants.
  eliminateDeadNodes,
];

/** What may be done around each pass: the verifier in tests, timing in benches. */
export interface PipelineOptions {
  readonly passes?: readonly Pass[];
  readonly afterPass?: (pass: Pass, graph: Graph, changed: boolean) => void;
}

/**
 * Runs the pipeline on a bound graph, in place.
 *
 * @throws mistakes that only lowering can see (an operator that the target lacks)
 */
export function runPipeline(
  graph: Graph,
  target: Target,
  trace = new Trace(graph),
  options: PipelineOptions = {},
): void {
  withTrace(trace, () => {
    for (const pass of options.passes ?? PIPELINE) {
      const changed = pass.run(graph, { target, trace });
      throwDiagnostics(trace.diagnostics);
      options.afterPass?.(pass, graph, changed);
    }
  });
}

// Draws a random graph from a seed.

import type { OperatorRow } from '../../src/ir/operator.ts';
import { findSchema } from '../../src/ops/schema.ts';
import type { Plan } from './plan.ts';
import { drawRecipe } from './recipes.ts';
import { Rng } from './rng.ts';
import { type Refusal, Scene } from './scene.ts';
import { allTemplates, draftOf, type Template } from './template-node.ts';

/** What a seed gives. */
export interface Drawn {
  readonly seed: number;
  readonly plan: Plan;
  /** Nodes that inference refused while the graph was drawn. */
  readonly refusals: readonly Refusal[];
}

/** Opsets that graphs are drawn for; ONNX Runtime 1.30 takes up to 26. */
const OPSETS = [26, 25, 24, 23, 22, 21, 21, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7];

/**
 * Draws a graph of up to 14 nodes and their scaffolding.
 *
 * @param domains whose rows are drawn from beside recipes; ai.onnx and ai.onnx.ml by default
 */
export function drawPlan(seed: number, domains: readonly string[] = ['', 'ai.onnx.ml']): Drawn {
  const rng = new Rng(seed);
  const opset = rng.pick(OPSETS);
  const scene = new Scene(rng, opset, rng.chance(0.1));
  for (let i = rng.int(1, 3); i > 0; i--) {
    scene.input(
      rng.pick(['float32', 'float32', 'float32', 'int64'] as const),
      rng.list(rng.int(1, 4), () => scene.size()),
    );
  }
  const templates = allTemplates().filter(
    ({ row, sinceVersion }) =>
      domains.includes(row.domain ?? '') &&
      findSchema(row.domain ?? '', row.name, row.domain ? 1000 : opset)?.sinceVersion === sinceVersion,
  );
  const byOperator = new Map<OperatorRow, Template[]>();
  for (const each of templates) byOperator.set(each.row, [...(byOperator.get(each.row) ?? []), each]);
  const rows = [...byOperator.keys()];
  const wanted = rng.int(2, 14);
  for (let tried = 0; tried < 4 * wanted && scene.nodeCount < wanted; tried++) {
    if (rng.chance(0.35)) {
      const template = rng.maybe(byOperator.get(rng.pick(rows)) ?? []);
      const draft = template && draftOf(scene, template);
      if (draft) scene.place(draft);
    } else drawRecipe(rng)(scene);
  }
  return { seed, plan: scene.plan(), refusals: scene.refusals };
}

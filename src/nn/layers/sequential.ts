// sequential: layers one after another, each named by its index.
import type { Value } from '../../ir/graph.ts';
import { defineLayer, type Layer } from '../layer.ts';
import { asLayer, type Stage } from '../stage.ts';

/**
 * Applies layers one after another.
 *
 * *Input shape*: what the first layer takes. *Output shape*: what the last one gives.
 * Paths: each part has its index as segment, plain functions counted: `0.weight`, `2.weight`.
 *
 * @param stages layers or functions; with none it is the identity
 * @throws LAYER_ARGUMENT when a part is neither
 * @example sequential(dense(256, { activation: 'relu' }), dense(10))
 */
export function sequential(...stages: readonly Stage[]): Layer {
  const parts = stages.map((stage) => asLayer(stage, 'sequential'));
  return defineLayer({
    kind: 'sequential',
    isComposition: true,
    children: parts.map((part, i) => [String(i), part]),
    apply: (_call, x: Value): Value => parts.reduce((value, part) => part(value), x),
  });
}

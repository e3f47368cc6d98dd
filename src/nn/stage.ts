// Stages: what stands in a sequence or a branch, a layer or a plain function of one value.
import type { Value } from '../ir/graph.ts';
import { refuseArgument } from './arguments.ts';
import { defineLayer, isLayer, type Layer } from './layer.ts';

/** One part of a sequence or one branch: a layer or a plain function of one value. */
export type Stage = Layer | ((x: Value) => Value);

/**
 * A stage as a layer. A function becomes a new one each time, so that it has a path wherever it stands.
 *
 * @param owner the layer that the stage is for, in messages
 * @throws LAYER_ARGUMENT when it is neither a layer nor a function
 */
export function asLayer(stage: Stage, owner: string): Layer {
  if (isLayer(stage)) return stage;
  if (typeof stage !== 'function') refuseArgument(owner, 'its parts', 'layers or functions of a value', stage);
  const kind = stage.name || 'function';
  return defineLayer({ kind, isComposition: true, apply: (_call, x: Value): Value => stage(x) });
}

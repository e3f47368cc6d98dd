// sequential: layers one after another, each named by its index.
import type { Value } from '../../ir/graph.ts';
import { type AnyLayer, defineLayer, isLayer, type Layer } from '../layer.ts';

/** One part of a sequence: a layer or a plain function of one value. */
export type Stage = Layer | ((x: Value) => Value);

/**
 * Applies layers one after another.
 *
 * *Input shape*: what the first layer takes. *Output shape*: what the last one gives.
 * Paths: each part has its index as segment, plain functions counted: `0.weight`, `2.weight`.
 *
 * @param stages layers or functions; with none it is the identity
 * @example sequential(dense(256, { activation: 'relu' }), dense(10))
 */
export function sequential(...stages: readonly Stage[]): Layer {
  const children = stages.flatMap((stage, i): (readonly [string, AnyLayer])[] =>
    isLayer(stage) ? [[String(i), stage]] : [],
  );
  return defineLayer<[x: Value], Value>({
    kind: 'sequential',
    isComposition: true,
    children,
    apply: ({ trace }, x) =>
      stages.reduce((value, stage, i) => {
        if (isLayer(stage)) return stage(value);
        return trace.inLayer(stage, { kind: stage.name, name: String(i), children: [] }, () => stage(value));
      }, x),
  });
}

// Layers without parameters, in both their forms: made once and called in models, or computed at once from a value.
import type { Value } from '../ir/graph.ts';
import { defineLayer, type Layer } from './layer.ts';

/** What the arguments of a layer without parameters come to, once they are checked. */
export interface PlainRecipe {
  /** The path segment; the index among siblings where it is undefined. */
  readonly name?: string | undefined;
  /** Computes the output. */
  readonly compute: (x: Value) => Value;
}

/** A layer without parameters: `layer(...args)` makes it, `of(x, ...args)` computes it. */
export interface PlainForms<A extends readonly unknown[]> {
  readonly layer: (...args: A) => Layer;
  readonly of: (x: Value, ...args: A) => Value;
}

/**
 * Both forms of a layer without parameters.
 *
 * @param kind the kind in messages: `zeroPad2d`
 * @param read checks the arguments and says what they come to
 */
export function plainForms<A extends readonly unknown[]>(
  kind: string,
  read: (...args: A) => PlainRecipe,
): PlainForms<A> {
  return {
    layer: (...args) => {
      const { name, compute } = read(...args);
      return defineLayer({ kind, name, apply: (_call, x: Value): Value => compute(x) });
    },
    of: (x, ...args) => read(...args).compute(x),
  };
}

// Layers whose parameters keep another element type than the model around them: values are converted on the way in and out.
import { op } from '../build/op.ts';
import { type DType, isFloatDType } from '../ir/dtype.ts';
import { Value } from '../ir/graph.ts';
import type { Parameter } from './parameter.ts';

/** The parameter by which a layer computes in a type of its own; undefined where it follows the model. */
export function apartParameter(cells: Readonly<Record<string, Parameter>>): Parameter | undefined {
  for (const name in cells) if (cells[name]?.around !== undefined) return cells[name];
  return undefined;
}

/** Runs a layer in the element type of a parameter: floats are cast to it, results back to the type of the first float that came in. */
export function computeApart<A extends readonly unknown[], R>(
  cell: Parameter,
  inputs: A,
  compute: (inputs: A) => R,
): R {
  const like = inputs.find((input) => input instanceof Value && floatOf(input) !== undefined);
  const outside = (like instanceof Value ? floatOf(like) : undefined) ?? cell.around ?? cell.dtype;
  return withFloats(compute(withFloats(inputs, cell.dtype)), outside);
}

function floatOf({ type }: Value): DType | undefined {
  return type.kind === 'tensor' && type.dtype !== 'undefined' && isFloatDType(type.dtype) ? type.dtype : undefined;
}

/** The same thing with its float values cast: a value, or lists and objects of them, as states of recurrent layers are. */
function withFloats<T>(thing: T, dtype: DType): T {
  // What has the form of T is put together again in the form of T, which the checker cannot follow.
  return convert(thing, dtype) as T;
}

function convert(thing: unknown, dtype: DType): unknown {
  if (thing instanceof Value) {
    const from = floatOf(thing);
    return from === undefined || from === dtype ? thing : op.Cast(thing, { to: dtype });
  }
  if (Array.isArray(thing)) return thing.map((each) => convert(each, dtype));
  if (typeof thing !== 'object' || thing === null || Object.getPrototypeOf(thing) !== Object.prototype) return thing;
  return Object.fromEntries(Object.entries(thing).map(([key, each]) => [key, convert(each, dtype)]));
}

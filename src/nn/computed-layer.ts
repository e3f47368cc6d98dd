// Layers one of whose parameters is computed from others, as weight and spectral normalization do.
import { invariant } from '../base/assert-never.ts';
import type { Dim } from '../dim/dim.ts';
import type { Value } from '../ir/graph.ts';
import { refuseArgument } from './arguments.ts';
import { type AnyLayer, defineLayer, isLayer, type Layer, layerFacts } from './layer.ts';
import type { Parameter } from './parameter.ts';

/** A layer with one parameter computed from others. */
export interface Computed {
  readonly kind: string;
  readonly name: string | undefined;
  /** The parameter that is computed. */
  readonly parameter: string;
  /** What it is computed from, by name. */
  readonly parts: Readonly<Record<string, Parameter>>;
  readonly compute: (parts: readonly Value[]) => Value;
}

/** The layer under its own path, with the parts in the place of one parameter. */
export function computedLayer<A extends readonly unknown[], R>(layer: Layer<A, R>, computed: Computed): Layer<A, R> {
  const { parameters, children, label } = layerFacts(layer);
  const { [computed.parameter]: replaced, ...others } = parameters;
  const names = Object.keys(computed.parts);
  return defineLayer<A, R, Readonly<Record<string, Parameter>>>({
    kind: computed.kind,
    name: computed.name ?? label,
    parameters: { ...computed.parts, ...others },
    children,
    apply: ({ trace, parameters: values }, ...inputs: A): R => {
      invariant(replaced, 'a layer keeps its parameters');
      const parts = names.flatMap((name) => values[name] ?? []);
      const value = computed.compute(parts);
      trace.takePlace(layer, trace.path);
      return trace.withValues(new Map([[replaced, value]]), () => layer(...inputs));
    },
  });
}

/** A parameter that a layer owns itself. @throws LAYER_ARGUMENT when it has none of that name, or is no layer */
export function ownParameter(kind: string, layer: AnyLayer, name: string): Parameter {
  if (!isLayer(layer)) refuseArgument(kind, 'its first argument', 'a layer', layer);
  const { parameters, kind: inner } = layerFacts(layer);
  const found = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  const names = Object.keys(parameters).join(', ') || 'no parameters of its own';
  if (!found) refuseArgument(kind, 'parameter', `a parameter of ${inner}, which has ${names}`, name);
  return found;
}

/** An axis counted from either end as one from the start. @throws LAYER_ARGUMENT when there is no such axis */
export function axisOf(kind: string, axis: number, rank: number): number {
  if (!Number.isSafeInteger(axis) || axis < -rank || axis >= rank)
    refuseArgument(kind, 'axis', `an integer from ${-rank} to ${rank - 1}`, axis);
  return axis < 0 ? axis + rank : axis;
}

/** A size as a new parameter takes it. */
export function sizeOf(dim: Dim | undefined): number | '?' {
  return dim?.kind === 'const' ? dim.value : '?';
}

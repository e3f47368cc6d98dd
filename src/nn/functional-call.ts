// functionalCall: a layer computed from values in the place of its parameters.
import { stateShape } from '../build/assume-shape.ts';
import { traceOf } from '../build/trace.ts';
import { Value } from '../ir/graph.ts';
import { refuseArgument } from './arguments.ts';
import { isLayer, type Layer, parametersOf, unknownParameter } from './layer.ts';
import type { Parameter } from './parameter.ts';

/**
 * Calls a layer with values in the place of its parameters, so that any layer, and any composition, serves as a function in the IR
 * builder (PyTorch: `torch.func.functional_call`). Parameters that are not named stay the layer's own.
 *
 * *Shapes*: each value has the shape that its parameter would have; sizes that the layer knows, `units` for example, are stated of the
 * value, the others are settled by the inputs.
 *
 * @param layer made outside of the model, as all layers
 * @param values by path inside the layer, as `parameters()` of a model of this layer alone names them: `weight`, `query.weight`
 * @param inputs what the layer is called with
 * @throws LAYER_ARGUMENT when the first argument is no layer, or a value is none
 * @throws PARAM_UNKNOWN when the layer has no parameter of that name
 * @throws SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH (with the other mistakes of the model) when a value does not fit its parameter
 * @example
 * const attention = multiHeadAttention(8);
 * graph((g) => {
 *   const x = g.input('x', 'float32', ['batch', 's', 64]);
 *   const weight = g.input('w', 'float32', [64, 64]);
 *   return functionalCall(attention, { 'query.weight': weight }, x);
 * });
 */
export function functionalCall<A extends readonly unknown[], R>(
  layer: Layer<A, R>,
  values: Readonly<Record<string, Value>>,
  ...inputs: A
): R {
  if (!isLayer(layer)) refuseArgument('functionalCall', 'its first argument', 'a layer', layer);
  const byPath = new Map<string, Parameter>([...parametersOf(layer)].map(([cell, path]) => [path, cell]));
  const given = new Map<Parameter, Value>();
  for (const [path, value] of Object.entries(values)) {
    if (!(value instanceof Value)) refuseArgument('functionalCall', `"${path}"`, 'a value of the model', value);
    given.set(knownParameter(byPath, path), value);
  }
  const trace = traceOf([...given.values(), ...inputs.filter((input) => input instanceof Value)]);
  for (const [cell, value] of given) {
    stateShape(trace, value, {
      shape: cell.shape.map((dim) => (dim.kind === 'const' ? dim.value : '?')),
      dtype: cell.isDTypeOpen ? undefined : cell.dtype,
      origin: trace.origin(),
    });
  }
  return trace.withValues(given, () => layer(...inputs));
}

function knownParameter(byPath: ReadonlyMap<string, Parameter>, path: string): Parameter {
  const cell = byPath.get(path);
  if (cell) return cell;
  throw unknownParameter('the layer', path, [...byPath.keys()]);
}

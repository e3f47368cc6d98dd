// What can be saved as a checkpoint: tensors by name, parameters of a model, a checkpoint that was opened.
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { refuseArgument } from '../nn/arguments.ts';
import { Parameter } from '../nn/parameter.ts';

/** Tensors by name, parameters by path (`model.parameters()`), or a checkpoint. */
export type SavableTensors =
  | ReadonlyMap<string, TensorData | Parameter>
  | Readonly<Record<string, TensorData | Parameter>>
  | Checkpoint;

/**
 * The tensors by name. A parameter that stands under two names is saved once, under the first: it is shared.
 *
 * @param command the function that was called, for messages
 * @throws LAYER_ARGUMENT when something else is given
 * @throws PARAM_NOT_INITIALIZED, PARAM_DEFERRED when a parameter has no data yet
 */
export function tensorsToSave(command: string, given: SavableTensors): Map<string, TensorData> {
  if (typeof given !== 'object' || given === null)
    refuseArgument(command, 'the tensors', 'a Map, an object, or a checkpoint', given);
  const tensors = new Map<string, TensorData>();
  const seen = new Set<Parameter>();
  for (const [name, each] of entriesOf(given)) {
    if (isParameter(each)) {
      if (seen.has(each)) continue;
      seen.add(each);
      tensors.set(name, each.data());
    } else if (isTensor(each)) tensors.set(name, each);
    else refuseArgument(command, `"${name}"`, 'a tensor (tensorFromBytes, tensorFromValues) or a parameter', each);
  }
  return tensors;
}

/** Told by its form, so that one of another copy of dimwise is taken too. */
const isParameter = (thing: unknown): thing is Parameter =>
  thing instanceof Parameter ||
  (typeof thing === 'object' &&
    thing !== null &&
    'settle' in thing &&
    'data' in thing &&
    typeof thing.data === 'function');

const isTensor = (thing: unknown): thing is TensorData =>
  typeof thing === 'object' && thing !== null && 'dtype' in thing && 'shape' in thing && 'storage' in thing;

function entriesOf(given: SavableTensors): Iterable<[string, unknown]> {
  if (given instanceof Map) return given;
  const tensors: unknown = 'tensors' in given ? given.tensors : undefined;
  return tensors instanceof Map ? tensors : Object.entries(given);
}

// Inputs by which Triton tells a model where a sequence begins and ends, and which one it is.
import type { Contract } from '../../src/ir/contract.ts';
import { knownNames, optionError } from './check-option.ts';
import type { TritonControls } from './model-options.ts';
import type { BatchLimit } from './scheduling.ts';
import { enumName, field, repeated, type TextField, type TextMessage } from './text-format.ts';

const KINDS = {
  start: 'CONTROL_SEQUENCE_START',
  end: 'CONTROL_SEQUENCE_END',
  ready: 'CONTROL_SEQUENCE_READY',
  id: 'CONTROL_SEQUENCE_CORRID',
} as const;

type ControlName = keyof typeof KINDS;

/** Values for no and yes, by the element types that Triton takes for flags. */
const FLAGS: Readonly<Record<string, TextField>> = {
  int32: field('int32_false_true', [0, 1]),
  float32: field('fp32_false_true', [0, 1]),
  bool: field('bool_false_true', [false, true]),
};

/** The element types that Triton takes for the numbers and names of sequences. */
const IDS: Readonly<Record<string, string>> = {
  uint64: 'TYPE_UINT64',
  int64: 'TYPE_INT64',
  uint32: 'TYPE_UINT32',
  int32: 'TYPE_INT32',
  string: 'TYPE_STRING',
};

/**
 * `control_input`, and the inputs that Triton feeds itself; the field is absent where there are none.
 *
 * @throws EXPORT_OPTION when an input does not exist, is a state, is named twice, or has another shape or type than Triton gives
 */
export function controlInputs(
  controls: TritonControls | undefined,
  contract: Contract,
  { batching }: BatchLimit,
  states: ReadonlySet<string>,
): { readonly field: TextField | undefined; readonly names: readonly string[] } {
  const kinds = Object.keys(KINDS);
  knownNames('the list of controls', Object.keys(controls ?? {}), kinds);
  const asked = Object.entries(controls ?? {}).flatMap(([kind, name]: [string, string | undefined]) =>
    isControl(kind) && name !== undefined ? [{ kind, name }] : [],
  );
  const names = asked.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw optionError(`input "${twice}" is two controls`, { actual: twice });
  const messages = asked.map(({ kind, name }): TextMessage => {
    knownNames('the list of inputs', [name], Object.keys(contract.inputs));
    if (states.has(name)) throw optionError(`input "${name}" is a state and a control`, { actual: name });
    const { shape, dtype = '?' } = contract.inputs[name] ?? { shape: null };
    const own = shape?.slice(batching.kind === 'batch' ? 1 : 0) ?? [];
    if (own.length !== 1 || own[0] !== 1) {
      const expected = batching.kind === 'batch' ? `[${batching.symbol}, 1]` : '[1]';
      const actual = shape ? `[${shape.join(', ')}]` : 'an open rank';
      throw optionError(`the control ${kind}, input "${name}", is ${actual}, and Triton gives ${expected}`, {
        expected,
        actual,
      });
    }
    return [field('name', name), repeated('control', [controlMessage(kind, name, dtype)])];
  });
  return { field: messages.length > 0 ? repeated('control_input', messages) : undefined, names };
}

const isControl = (kind: string): kind is ControlName => Object.hasOwn(KINDS, kind);

function controlMessage(kind: ControlName, name: string, dtype: string): TextMessage {
  const types = kind === 'id' ? IDS : FLAGS;
  if (!Object.hasOwn(types, dtype)) {
    throw optionError(`the control ${kind}, input "${name}", is of ${dtype}, and Triton gives no such type`, {
      expected: Object.keys(types).join(', '),
      actual: dtype,
    });
  }
  const value = kind === 'id' ? field('data_type', enumName(IDS[dtype] ?? '')) : FLAGS[dtype];
  return [field('kind', enumName(KINDS[kind])), value];
}

// Gives values of a model other names.
import { type Diagnostic, throwDiagnostics } from '../../../src/base/errors.ts';
import { CONTRACT_KEY, type Contract, contractToJson } from '../../../src/ir/contract.ts';
import { withMetadata } from '../annotate/annotate-model.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { requireModel } from '../require-model.ts';
import { contractIn } from '../saved-contract.ts';
import { checked, graphOf } from './checked.ts';
import { mapValueNames } from './map-names.ts';
import { unknownValue, ValueTable } from './value-table.ts';

/**
 * A model in which values have other names: inputs, outputs, initializers, results of nodes, values of bodies. Every place that speaks
 * of them follows. Names may be exchanged: `{a: 'b', b: 'a'}`. A name that several branches use is changed in all of them.
 *
 * @param names new names by old ones
 * @throws VALUE_UNKNOWN when no value has an old name
 * @throws NAME_DUPLICATE when a new name is taken, or given twice; NAME_EMPTY when it is empty
 * @example renameValues(model, { input_1: 'image', '/fc/Gemm_output_0': 'logits' })
 */
export function renameValues(model: OnnxModel, names: Readonly<Record<string, string>>): OnnxModel {
  requireModel('renameValues', model);
  const renames = new Map(Object.entries(names).filter(([from, to]) => from !== to));
  if (renames.size === 0) return model;
  const table = new ValueTable(graphOf(model));
  const known = [...table.makers.keys(), ...table.inner.keys(), ...trainingNames(model)];
  throwDiagnostics(renameMistakes(renames, new Set(known), 'value'));
  const rename = (name: string): string => renames.get(name) ?? name;
  const renamed = model.with(mapValueNames(model.proto, rename));
  return checked(model, withRenamedContract(renamed, rename));
}

/** Names that only training has. */
function* trainingNames({ proto }: OnnxModel): Iterable<string> {
  for (const { algorithm } of proto.trainingInfo ?? []) {
    if (!algorithm) continue;
    const { makers, inner } = new ValueTable(algorithm);
    yield* makers.keys();
    yield* inner.keys();
  }
}

/** What is wrong with new names for values, or for nodes. */
export function renameMistakes(
  renames: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
  kind: 'value' | 'node',
): readonly Diagnostic[] {
  const mistakes: Diagnostic[] = [];
  const givenTo = new Map<string, string>();
  for (const [from, to] of renames) {
    const origin = { what: `${kind} "${from}"` };
    if (!known.has(from)) {
      mistakes.push(...unknownValue(from, 'rename', known, kind).errors);
    } else if (to === '') {
      const message = `rename: ${kind} "${from}" needs a name, the new one is empty`;
      mistakes.push({ code: 'NAME_EMPTY', message, origin, expected: 'a name', actual: '""' });
    } else if (givenTo.has(to)) {
      const message = `rename: ${kind}s "${givenTo.get(to)}" and "${from}" would both be "${to}"`;
      mistakes.push({ code: 'NAME_DUPLICATE', message, origin, actual: to });
    } else if (known.has(to) && !renames.has(to)) {
      const message = `rename: ${kind} "${from}" cannot be "${to}": the model has a ${kind} of that name`;
      mistakes.push({
        code: 'NAME_DUPLICATE',
        message,
        origin,
        actual: to,
        hint: `rename "${to}" too, or choose another name`,
      });
    }
    givenTo.set(to, from);
  }
  return mistakes;
}

/** The contract that was saved with a model under the new names of inputs and outputs. */
function withRenamedContract(model: OnnxModel, rename: (name: string) => string): OnnxModel {
  const contract = contractIn(model.proto);
  if (!contract) return model;
  const renamed = <T>(edges: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(edges).map(([name, edge]) => [rename(name), edge]));
  const { inputs, outputs } = contract;
  const next: Contract = {
    ...contract,
    inputs: renamed(inputs),
    ...(outputs === undefined ? {} : { outputs: renamed(outputs) }),
  };
  return withMetadata(model, CONTRACT_KEY, contractToJson(next));
}

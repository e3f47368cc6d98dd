// Makes the configuration of an ensemble: models of one repository, joined by their inputs and outputs.
import { type Diagnostic, dimwiseError, throwDiagnostics } from '../../src/base/errors.ts';
import { didYouMean } from '../../src/base/nearest.ts';
import type { Contract } from '../../src/ir/contract.ts';
import { wholeNumber } from './check-option.ts';
import { EnsembleSizes } from './ensemble-sizes.ts';
import { checkModelName, headerOf, type TritonConfig } from './model-config.ts';
import { versionPolicy } from './scheduling.ts';
import { type TritonTensor, tensorMessage } from './tensors.ts';
import { field, mapField, nested, printMessage, repeated, type TextMessage } from './text-format.ts';

/** One model of an ensemble. */
export interface EnsemblePart {
  readonly config: TritonConfig;
  readonly contract: Contract;
}

/** How the models of an ensemble are joined. */
export interface EnsembleOptions {
  /** Inputs as `MODEL.INPUT`, each with the output, or the input that it shares, of another model: `{ 'head.x': 'encoder.features' }`. */
  readonly connect: Readonly<Record<string, string>>;
  /** Connected outputs that the ensemble gives too, as `MODEL.OUTPUT`; outputs that nothing takes are always given. */
  readonly keepOutputs?: readonly string[] | undefined;
  /** The most rows of a batch; the least of what the models take by default. */
  readonly maxBatch?: number | undefined;
}

/** The configuration of an ensemble. */
export interface EnsembleConfig {
  readonly name: string;
  readonly text: string;
  readonly interfaceText: string;
  readonly inputs: readonly TritonTensor[];
  readonly outputs: readonly TritonTensor[];
  /** `max_batch_size`. */
  readonly most: number;
  readonly unchecked: readonly string[];
}

/** An input or output of a model. */
interface End {
  readonly part: EnsemblePart;
  readonly tensor: TritonTensor;
  readonly isInput: boolean;
}

/**
 * The configuration of an ensemble of models.
 *
 * @param name the name of the ensemble
 * @param parts its models, by different names
 * @throws VALUE_UNKNOWN when an input or output does not exist
 * @throws JOIN_MISMATCH when types or sizes that meet differ, nothing is joined, or models wait for each other
 * @throws EXPORT_OPTION when the name is none, or is that of a model, or batches are larger than those of the models
 */
export function ensembleConfig(name: string, parts: readonly EnsemblePart[], options: EnsembleOptions): EnsembleConfig {
  checkModelName(name);
  const ends = new EndTable(name, parts);
  const sources = connections(ends, options.connect);
  const kept = new Set((options.keepOutputs ?? []).map((text) => ends.find(text, ['output'])));
  const most = batchOf(parts, options.maxBatch);
  const sizes = new EnsembleSizes(parts.map(({ config, contract }) => [config.name, contract]));
  const mistakes: Diagnostic[] = [];
  for (const [to, from] of sources) mistakes.push(...meet(to, from, sizes));
  throwDiagnostics(mistakes);
  const order = inOrder(parts, sources);
  const taken = new Set([...sources.values()].filter((end) => !end.isInput));
  const inputs = ends.all.filter((end) => end.isInput && !sources.has(end));
  const outputs = ends.all.filter((end) => !end.isInput && (!taken.has(end) || kept.has(end)));
  const names = tensorNames(inputs, outputs, [...taken]);
  const nameOf = (end: End): string => names.get(sources.get(end) ?? end) ?? '';
  const shown = (end: End): TritonTensor => ({
    name: nameOf(end),
    type: end.tensor.type,
    dims: fullDims(end, most),
    reshape: undefined,
  });
  const [shownInputs, shownOutputs] = [inputs.map(shown), outputs.map(shown)];
  const face: TextMessage = [
    field('max_batch_size', most),
    repeated(
      'input',
      shownInputs.map((each) => tensorMessage(each)),
    ),
    repeated(
      'output',
      shownOutputs.map((each) => tensorMessage(each)),
    ),
  ];
  const steps = order.map((part): TextMessage => {
    const own = ends.all.filter((end) => end.part === part);
    const map = (which: readonly End[]) =>
      which.map((end): [string, string] => [end.tensor.name, nameOf(end)]).filter(([, tensor]) => tensor !== '');
    return [
      field('model_name', part.config.name),
      field('model_version', -1),
      mapField('input_map', map(own.filter((end) => end.isInput))),
      mapField('output_map', map(own.filter((end) => !end.isInput))),
    ];
  });
  const unchecked = [
    ...parts.flatMap(({ config }) => config.unchecked.map((condition) => `${config.name}: ${condition}`)),
    ...sizes.open,
  ];
  const message = [
    field('name', name),
    field('platform', 'ensemble'),
    ...face,
    versionPolicy(),
    nested('ensemble_scheduling', [repeated('step', steps)]),
  ];
  const text = printMessage(message, headerOf(`Ensemble ${name}`, unchecked));
  return { name, text, interfaceText: printMessage(face), inputs: shownInputs, outputs: shownOutputs, most, unchecked };
}

/** The inputs and outputs of all models. */
class EndTable {
  readonly all: readonly End[];
  readonly #parts: readonly EnsemblePart[];

  constructor(name: string, parts: readonly EnsemblePart[]) {
    this.#parts = parts;
    const names = [name, ...parts.map(({ config }) => config.name)];
    const twice = names.find((each, i) => names.indexOf(each) !== i);
    if (twice !== undefined) {
      throw dimwiseError({
        code: 'NAME_DUPLICATE',
        message: `an ensemble and its models have different names, and "${twice}" is there twice`,
        actual: twice,
      });
    }
    const idle = parts.find(({ config }) => config.inputs.length === 0);
    if (idle)
      throw noEnsemble(
        `model "${idle.config.name}" has no inputs, and Triton runs a model of an ensemble when they come`,
      );
    this.all = parts.flatMap((part) => [
      ...part.config.inputs.map((tensor): End => ({ part, tensor, isInput: true })),
      ...part.config.outputs.map((tensor): End => ({ part, tensor, isInput: false })),
    ]);
  }

  /** The end that `MODEL.NAME` means; names of models and of tensors may have dots. @throws VALUE_UNKNOWN when there is none */
  find(text: string, kinds: readonly ('input' | 'output')[]): End {
    const fitting = this.all.filter((end) => kinds.includes(end.isInput ? 'input' : 'output'));
    // An output comes before an input of the same name, where both will do.
    const found = kinds.flatMap((kind) =>
      fitting.filter((end) => end.isInput === (kind === 'input') && endName(end) === text),
    )[0];
    if (found) return found;
    const known = fitting.map(endName);
    const models = this.#parts.map(({ config }) => config.name).join(', ');
    throw dimwiseError({
      code: 'VALUE_UNKNOWN',
      message: `the models ${models} have no ${kinds.join(' or ')} "${text}"`,
      expected: known.join(', '),
      actual: text,
      hint: didYouMean(text, known) ?? `name it as MODEL.NAME: ${known.join(', ')}`,
    });
  }
}

const endName = ({ part, tensor }: End): string => `${part.config.name}.${tensor.name}`;

const kindOf = ({ isInput }: End): string => (isInput ? 'input' : 'output');

function noEnsemble(message: string, rest: Pick<Diagnostic, 'expected' | 'actual' | 'hint'> = {}) {
  return dimwiseError({ code: 'JOIN_MISMATCH', message, ...rest });
}

/** Which end each connected input takes what it gets from; an input that is shared stands for what it takes itself. */
function connections(ends: EndTable, connect: Readonly<Record<string, string>>): ReadonlyMap<End, End> {
  const direct = new Map<End, End>();
  for (const [to, from] of Object.entries(connect))
    direct.set(ends.find(to, ['input']), ends.find(from, ['output', 'input']));
  if (direct.size === 0) {
    const inputs = ends.all.filter((end) => end.isInput).map(endName);
    throw noEnsemble('nothing of the ensemble is connected', {
      hint: `connect one of the inputs ${inputs.join(', ')}`,
    });
  }
  const sources = new Map<End, End>();
  for (const to of direct.keys()) {
    const seen = new Set([to]);
    let from = to;
    for (let next = direct.get(to); next; next = direct.get(next)) {
      if (seen.has(next)) throw noEnsemble(`inputs take each other's place: ${[...seen].map(endName).join(', ')}`);
      seen.add(next);
      from = next;
    }
    sources.set(to, from);
  }
  return sources;
}

/** Types and sizes of two ends that meet. */
function meet(to: End, from: End, sizes: EnsembleSizes): readonly Diagnostic[] {
  const place = `${kindOf(from)} ${endName(from)} and input ${endName(to)}`;
  if (from.tensor.type !== to.tensor.type) {
    return [
      {
        code: 'JOIN_MISMATCH',
        message: `${place} are of different types: ${from.tensor.type} and ${to.tensor.type}`,
        expected: to.tensor.type,
        actual: from.tensor.type,
      },
    ];
  }
  const shapeOf = ({ part, tensor, isInput }: End) =>
    (isInput ? part.contract.inputs : (part.contract.outputs ?? {}))[tensor.name]?.shape ?? [];
  const isBatch = [from, to].map(({ part }) => part.config.limit.most > 0);
  const flat = [from, to].find(({ tensor }) => tensor.reshape !== undefined);
  if (flat && isBatch.includes(false)) {
    // Triton compares [-1, 1] with [-1] here.
    const message = `${place}: ${endName(flat)} is nothing but a batch, and the other model takes no batches`;
    return [{ code: 'JOIN_MISMATCH', message, hint: `export model "${flat.part.config.name}" without batches` }];
  }
  const [one, two] = [from.part.config.name, to.part.config.name];
  return sizes.meet(place, [one, shapeOf(from)], [two, shapeOf(to)], isBatch.includes(false) ? 0 : 1);
}

/** The models in an order in which each one's inputs are there. @throws JOIN_MISMATCH when some wait for each other */
function inOrder(parts: readonly EnsemblePart[], sources: ReadonlyMap<End, End>): readonly EnsemblePart[] {
  const waiting = new Set(parts);
  const order: EnsemblePart[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].find((part) =>
      [...sources].every(([to, from]) => to.part !== part || from.isInput || !waiting.has(from.part)),
    );
    if (!ready) {
      const names = Array.from(waiting, ({ config }) => config.name).join(', ');
      throw noEnsemble(`the models ${names} wait for each other`, { actual: names });
    }
    waiting.delete(ready);
    order.push(ready);
  }
  return order;
}

/** Names of tensors inside of the ensemble: their own where only one has it, `MODEL.NAME` otherwise. */
function tensorNames(inputs: readonly End[], outputs: readonly End[], taken: readonly End[]): ReadonlyMap<End, string> {
  const all = [...new Set([...inputs, ...outputs, ...taken])];
  const counts = new Map<string, number>();
  for (const { tensor } of all) counts.set(tensor.name, (counts.get(tensor.name) ?? 0) + 1);
  const names = new Map<End, string>();
  const used = new Set<string>();
  for (const end of all) {
    let name = counts.get(end.tensor.name) === 1 ? end.tensor.name : endName(end);
    // An input and an output of one model may have one name, and so may a model's tensor and a longer name.
    while (used.has(name)) name += end.isInput ? '.in' : '.out';
    used.add(name);
    names.set(end, name);
  }
  return names;
}

/** Batches of an ensemble are those that all of its models take; one without batches makes the whole run request by request. */
function batchOf(parts: readonly EnsemblePart[], asked: number | undefined): number {
  const least = Math.min(...parts.map(({ config }) => config.limit.most));
  return asked === undefined ? least : wholeNumber('the largest batch of the ensemble', asked, 0, least);
}

/** The sizes as the ensemble has them: with the batch axis where only the model has one. */
const fullDims = ({ part, tensor }: End, most: number): readonly number[] =>
  most === 0 && part.config.limit.most > 0 ? [-1, ...tensor.dims] : tensor.dims;

// Makes Triton's configuration of a model from its contract.
import type { Contract } from '../../src/ir/contract.ts';
import { optimization, parameters } from './accelerators.ts';
import { knownNames, optionError } from './check-option.ts';
import { groupsOf, instanceGroup } from './instances.ts';
import type { TritonOptions } from './model-options.ts';
import { type BatchLimit, batchLimit, dynamicBatching, versionPolicy } from './scheduling.ts';
import { sequencePlan } from './sequence.ts';
import { type TritonTensors, tensorMessage, tritonTensors } from './tensors.ts';
import { field, nested, printMessage, repeated, type TextMessage } from './text-format.ts';
import { uncheckedConditions } from './unchecked.ts';
import { modelWarmup } from './warmup.ts';

/** The configuration of a model. */
export interface TritonConfig extends TritonTensors {
  readonly name: string;
  /** The text of config.pbtxt. */
  readonly text: string;
  /** The lines of it that clients depend on: sizes of batches, inputs and outputs. All versions of a model share them. */
  readonly interfaceText: string;
  readonly limit: BatchLimit;
  /** What valid requests meet and Triton does not check. */
  readonly unchecked: readonly string[];
  /** Files of labels by their names. */
  readonly labelFiles: Readonly<Record<string, readonly string[]>>;
}

/**
 * Triton's configuration of a model that its ONNX Runtime backend runs.
 *
 * @param name the model's name, which is that of its folder
 * @throws EXPORT_UNSUPPORTED when Triton cannot pass an input or output
 * @throws EXPORT_OPTION when an option does not fit the contract or the backend
 * @throws FEED_MISMATCH when a warm-up breaks the contract
 */
export function tritonConfig(name: string, contract: Contract, options: TritonOptions = {}): TritonConfig {
  checkModelName(name);
  const { tensors, limit, scheduling, conditions } = schedule(contract, options);
  const labelFiles = labelsOf(tensors, options.labels);
  const face: TextMessage = [
    { ...field('max_batch_size', limit.most), comment: batchComment(limit) },
    repeated(
      'input',
      tensors.inputs.map((each) => tensorMessage(each)),
    ),
    repeated(
      'output',
      tensors.outputs.map((each) => tensorMessage(each, labelFiles.nameOf.get(each.name))),
    ),
    // States are a part of what versions share.
    options.sequence && scheduling,
  ];
  const unchecked = [...uncheckedConditions(contract, limit), ...conditions];
  const groups = groupsOf(options.instances);
  const message: TextMessage = [
    field('name', name),
    field('platform', 'onnxruntime_onnx'),
    field('backend', 'onnxruntime'),
    ...face,
    versionPolicy(options.versions),
    instanceGroup(groups),
    options.sequence ? undefined : scheduling,
    optimization(options, { contract, limit, isOnCpu: groups.every(({ kind }) => kind === 'cpu') }),
    modelWarmup(options.warmup, { contract, limit, inputs: tensors.inputs }),
    parameters(options.parameters),
    options.cache ? nested('response_cache', [field('enable', true)]) : undefined,
  ];
  return {
    ...tensors,
    name,
    text: printMessage(message, headerOf(`Model ${name}`, unchecked)),
    interfaceText: printMessage(face),
    limit,
    unchecked,
    labelFiles: labelFiles.files,
  };
}

/** How requests are joined, and what they bring. */
function schedule(contract: Contract, options: TritonOptions) {
  const { sequence, batching, maxBatch } = options;
  const limit = batchLimit(contract, options);
  const tensors = tritonTensors(contract, limit.batching);
  if (!sequence) return { tensors, limit, scheduling: dynamicBatching(limit, batching), conditions: [] };
  const given = { batching, cache: options.cache, warmup: options.warmup?.[0] };
  const other = SEQUENCE_EXCLUDES.find(([name]) => given[name]);
  if (other) throw optionError(`${other[0]} and sequence do not go together: ${other[1]}`);
  const plan = sequencePlan(sequence, { contract, limit, isLimitAsked: maxBatch !== undefined, tensors });
  const { inputs, outputs, conditions } = plan;
  return { tensors: { inputs, outputs }, limit: plan.limit, scheduling: plan.field, conditions };
}

const SEQUENCE_EXCLUDES = [
  ['batching', 'the sequence says how its requests are joined'],
  ['cache', "Triton's cache knows no sequences"],
  ['warmup', 'a warm-up has no sequence, so it has no states'],
] as const;

/** Names of models are names of folders and parts of addresses. @throws EXPORT_OPTION for any other */
export function checkModelName(name: string): void {
  if (/^[A-Za-z0-9_][\w.-]{0,127}$/.test(name)) return;
  throw optionError(`"${name}" is no name of a model: it is that of a folder and a part of addresses`, {
    expected: 'up to 128 letters, digits, _, - and dots, the first one no dot and no -',
    actual: name,
    hint: `for example ${name.replace(/[^\w.-]+/g, '_').replace(/^[.-]+/, '') || 'model'}`,
  });
}

function batchComment({ batching, most }: BatchLimit): string[] {
  if (batching.kind === 'none') return [`No batches: ${batching.reason}.`];
  const { symbol, max } = batching;
  return [
    `The axis ${symbol}, which leads every input and output${max === most ? `; the contract has ${symbol} <= ${max}` : ''}.`,
  ];
}

/** What stands above a configuration. */
export const headerOf = (what: string, unchecked: readonly string[]): readonly string[] => [
  `${what}, written by dimwise.`,
  ...(unchecked.length > 0 ? ['Valid requests also meet these, which Triton does not check:'] : []),
  ...unchecked.map((condition) => `  ${condition}`),
];

function labelsOf({ outputs }: TritonTensors, labels: TritonOptions['labels'] = {}) {
  const names = outputs.map((each) => each.name);
  knownNames('the list of outputs', Object.keys(labels), names);
  const nameOf = new Map<string, string>();
  const files: Record<string, readonly string[]> = {};
  for (const [output, lines] of Object.entries(labels)) {
    const broken = lines.find((line) => /[\r\n]/.test(line));
    if (broken !== undefined) throw optionError(`a label of output "${output}" has an end of line`, { actual: broken });
    // Outputs may have names that no file has.
    const file = `labels_${names.indexOf(output)}.txt`;
    nameOf.set(output, file);
    files[file] = lines;
  }
  return { nameOf, files };
}

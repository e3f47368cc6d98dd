// The judges of configurations: the text format as protobufjs reads it with the published proto, and the rules that Triton's server checks.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURES = fileURLToPath(new URL('../fixtures/triton/', import.meta.url));

/** A message as JSON: members are absent where they have their default. */
export interface JsonMessage {
  readonly [member: string]: unknown;
}

/** The library reads text by the proto; unknown fields, wrong enums and values of another kind are refused, as protoc does. */
interface TextReader {
  readonly fromText: (text: string) => object;
  readonly decode: (bytes: Uint8Array) => object;
  readonly toObject: (message: object, options: object) => unknown;
}

interface ProtoLibrary {
  readonly parse: (
    source: string,
    options: object,
  ) => { readonly root: { readonly lookupType: (name: string) => TextReader } };
}

// Version 8 reads the text format; the product itself has version 6, which onnx-proto needs.
const load = createRequire(import.meta.url);
const protobuf: ProtoLibrary = load('protobufjs-8');
const { install }: { readonly install: () => void } = load('protobufjs-8/ext/textformat');
install();

const PROTO = readFileSync(join(FIXTURES, 'model_config.proto'), 'utf8');
const CONFIG = protobuf.parse(PROTO, {}).root.lookupType('inference.ModelConfig');

/**
 * Reads a configuration with the published proto.
 *
 * @param input the text, or the bytes of the wire form
 * @throws when it is no ModelConfig
 */
export function readConfig(input: string | Uint8Array): JsonMessage {
  const message = typeof input === 'string' ? CONFIG.fromText(input) : CONFIG.decode(input);
  return messageOf(withoutDefaults(CONFIG.toObject(message, { longs: String, enums: String })));
}

/** The names of the enum values that are 0, which the wire form leaves out. */
const DEFAULTS: ReadonlySet<unknown> = new Set([
  ...Array.from(PROTO.matchAll(/ ([A-Z_]+) = 0;/g), ([, name]) => name),
  0,
  '0',
  '',
  false,
]);

/** Members of messages that have their default are left out, as on the wire; elements of lists stay. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => !DEFAULTS.has(member));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutDefaults(member)]));
}

/** A member that is a message; an empty one where it is absent. */
export const messageOf = (value: unknown): JsonMessage =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** A member that is a list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A member that is a list of messages. */
export const messagesOf = (value: unknown): readonly JsonMessage[] => listOf(value).map(messageOf);

/** A number; numbers of 64 bits are texts in JSON, and 0 is absent. */
const numberOf = (value: unknown): number => Number(value ?? 0);

const namesOf = (tensors: readonly JsonMessage[]): readonly string[] => tensors.map(({ name }) => String(name ?? ''));

/** What Triton's server says against a configuration when it loads a model (its model_config_utils.cc and backend_model.cc). */
export function serverComplaints(config: JsonMessage): string[] {
  const complaints: string[] = [];
  const refuse = (isWrong: boolean, what: string): void => void (isWrong && complaints.push(what));
  const most = numberOf(config['maxBatchSize']);
  const [inputs, outputs] = [messagesOf(config['input']), messagesOf(config['output'])];
  const isEnsemble = config['platform'] === 'ensemble';
  refuse(!config['name'], 'no name');
  refuse(isEnsemble === (config['backend'] !== undefined), 'platform and backend do not go together');
  refuse(most < 0, 'a negative batch');
  refuse(inputs.length === 0 || outputs.length === 0, 'no inputs or outputs');
  for (const each of [namesOf(inputs), namesOf(outputs)]) refuse(new Set(each).size < each.length, 'a name twice');
  for (const tensor of [...inputs, ...outputs]) complaints.push(...tensorComplaints(tensor, most));
  refuse(config['versionPolicy'] === undefined, 'no version policy');
  const batching = config['dynamicBatching'];
  refuse(batching !== undefined && most === 0, 'dynamic batching without batches');
  for (const size of listOf(messageOf(batching)['preferredBatchSize']).map(numberOf))
    refuse(size < 1 || size > most, `the preferred batch ${size}`);
  complaints.push(...priorityComplaints(messageOf(batching)));
  const sequences = config['sequenceBatching'];
  if (sequences !== undefined) complaints.push(...sequenceComplaints(config, messageOf(sequences), most));
  const groups = messagesOf(config['instanceGroup']);
  refuse(isEnsemble ? groups.length > 0 : groups.length === 0, 'instance groups');
  for (const { kind, gpus, count } of groups) {
    refuse(kind === 'KIND_CPU' && listOf(gpus).length > 0, 'GPUs on the CPU');
    refuse(numberOf(count) < 1, 'no instances');
  }
  for (const sample of messagesOf(config['modelWarmup'])) complaints.push(...warmupComplaints(sample, inputs, most));
  if (isEnsemble) complaints.push(...ensembleComplaints(config));
  return complaints;
}

/** The rules of priorities (model_config_utils.cc). */
function priorityComplaints(batching: JsonMessage): string[] {
  const complaints: string[] = [];
  const levels = numberOf(batching['priorityLevels']);
  const own = messageOf(batching['priorityQueuePolicy']);
  const standard = numberOf(batching['defaultPriorityLevel']);
  if (levels > 0 && (standard < 1 || standard > levels)) complaints.push('the default priority');
  if (Object.keys(own).some((level) => Number(level) < 1 || Number(level) > levels)) complaints.push('a queue');
  const isLate = [batching['defaultQueuePolicy'], ...Object.values(own)]
    .map(messageOf)
    .some((policy) => policy['timeoutAction'] === 'DELAY' && policy['defaultTimeoutMicroseconds'] !== undefined);
  if (batching['preserveOrdering'] === true && (levels > 1 || isLate)) complaints.push('an order that cannot be kept');
  return complaints;
}

/** The rules of sequences (model_config_utils.cc and sequence_batch_scheduler.cc of its core). */
function sequenceComplaints(config: JsonMessage, sequences: JsonMessage, most: number): string[] {
  const complaints: string[] = [];
  const refuse = (isWrong: boolean, what: string): void => void (isWrong && complaints.push(what));
  refuse(config['dynamicBatching'] !== undefined, 'two kinds of batching');
  refuse(messageOf(config['responseCache'])['enable'] === true, 'a cache of sequences');
  const oldest = sequences['oldest'];
  refuse((oldest === undefined) === (sequences['direct'] === undefined), 'no single strategy');
  refuse(oldest !== undefined && numberOf(messageOf(oldest)['maxCandidateSequences']) < 1, 'no candidates');
  for (const size of listOf(messageOf(oldest)['preferredBatchSize']).map(numberOf))
    refuse(size < 1 || size > most, `the preferred batch ${size} of sequences`);
  const taken = namesOf(messagesOf(config['input']));
  const controls = messagesOf(sequences['controlInput']);
  const kinds = controls.flatMap(({ control }) =>
    messagesOf(control).map(({ kind = 'CONTROL_SEQUENCE_START' }) => kind),
  );
  refuse(new Set(kinds).size < kinds.length, 'a control twice');
  const states = messagesOf(sequences['state']);
  const given = [...taken, ...namesOf(controls), ...states.map((state) => String(state['inputName']))];
  refuse(new Set(given).size < given.length, 'an input twice');
  const results = states.map((state) => state['outputName']);
  refuse(new Set(results).size < results.length, 'a state twice');
  for (const { inputName, dataType, dims, initialState } of states) {
    const wanted = listOf(dims).map(numberOf);
    // What varies is 1 at first, whatever the initial state says.
    const first = JSON.stringify(wanted.map((size) => (size === -1 ? 1 : size)));
    refuse(wanted.length === 0 || wanted.some((size) => size < 1 && size !== -1), `dims of state ${inputName}`);
    for (const initial of messagesOf(initialState)) {
      refuse(initial['dataType'] !== dataType, `the type of the initial ${inputName}`);
      refuse(!initial['name'] || initial['zeroData'] !== true, `the data of the initial ${inputName}`);
      refuse(JSON.stringify(listOf(initial['dims']).map(numberOf)) !== first, `dims of the initial ${inputName}`);
    }
  }
  return complaints;
}

function tensorComplaints({ name, dataType, dims, reshape }: JsonMessage, most: number): string[] {
  const sizes = listOf(dims).map(numberOf);
  const bad = sizes.length === 0 || sizes.some((size) => size < 1 && size !== -1) ? [`dims of ${name}`] : [];
  if (!dataType) bad.push(`no type of ${name}`);
  if (reshape === undefined) return bad;
  const shape = listOf(messageOf(reshape)['shape']).map(numberOf);
  if (shape.length === 0 && most === 0) bad.push(`${name}: an empty reshape without batches`);
  const product = (list: readonly number[]): number => list.reduce((all, size) => all * size, 1);
  if (product(shape) !== product(sizes)) bad.push(`${name}: reshape changes the number of elements`);
  return bad;
}

function warmupComplaints(sample: JsonMessage, inputs: readonly JsonMessage[], most: number): string[] {
  const given = messageOf(sample['inputs']);
  const batch = numberOf(sample['batchSize']);
  const bad = most === 0 ? batch !== 1 : batch < 1 || batch > most;
  const complaints = bad ? [`the batch ${batch} of a warm-up`] : [];
  for (const { name, dataType, dims } of inputs) {
    const own = messageOf(given[String(name)]);
    const sizes = listOf(own['dims']).map(numberOf);
    const wanted = listOf(dims).map(numberOf);
    const fits =
      sizes.length === wanted.length && sizes.every((size, i) => size > 0 && [size, -1].includes(wanted[i] ?? 0));
    if (own['dataType'] !== dataType || !fits) complaints.push(`the warm-up of ${name}`);
    if (own['zeroData'] === undefined && own['randomData'] === undefined) complaints.push(`no data for ${name}`);
  }
  if (Object.keys(given).length !== inputs.length) complaints.push('a warm-up of other inputs');
  return complaints;
}

/** The flow of an ensemble: each tensor is written once, before it is read, and by no more than it is needed. */
function ensembleComplaints(config: JsonMessage): string[] {
  const complaints: string[] = [];
  for (const member of ['instanceGroup', 'optimization', 'modelWarmup'])
    if (config[member] !== undefined) complaints.push(`${member} of an ensemble`);
  const ready = new Set(namesOf(messagesOf(config['input'])));
  const read = new Set<string>();
  const steps = messagesOf(messageOf(config['ensembleScheduling'])['step']);
  if (steps.length === 0) complaints.push('no steps');
  for (const { modelName, inputMap, outputMap } of steps) {
    const [takes, gives] = [Object.values(messageOf(inputMap)), Object.values(messageOf(outputMap))].map((all) =>
      all.map(String),
    );
    if (!takes?.length || !gives?.length) complaints.push(`an empty map of ${modelName}`);
    for (const tensor of takes ?? []) {
      read.add(tensor);
      if (!ready.has(tensor)) complaints.push(`${modelName} reads ${tensor} too early`);
    }
    for (const tensor of gives ?? []) {
      if (ready.has(tensor)) complaints.push(`${tensor} is written twice`);
      ready.add(tensor);
    }
  }
  const outputs = namesOf(messagesOf(config['output']));
  for (const name of outputs) if (!ready.has(name)) complaints.push(`${name} is not written`);
  for (const name of ready) if (!read.has(name) && !outputs.includes(name)) complaints.push(`${name} is not used`);
  return complaints;
}

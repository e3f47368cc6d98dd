// The judges of configurations: the text format as Google's Go library reads it, and the rules that Triton's server checks.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURES = fileURLToPath(new URL('../fixtures/triton/', import.meta.url));

/** A message as JSON: members are absent where they have their default. */
export interface JsonMessage {
  readonly [member: string]: unknown;
}

/** The names of all fields of the proto: `buf convert` passes over fields that it does not know, which protoc refuses. */
const FIELDS: ReadonlySet<string> = new Set([
  'key',
  'value',
  ...Array.from(
    readFileSync(join(FIXTURES, 'model_config.proto'), 'utf8').matchAll(/ (\w+) = \d+;/g),
    ([, name = '']) => name,
  ),
]);

/** The program; fails where the package is not installed, because then nothing is judged. */
function buf(): string {
  const found = createRequire(import.meta.url).resolve('@bufbuild/buf/package.json');
  return join(dirname(found), 'bin', 'buf');
}

/**
 * Reads a configuration with the published proto.
 *
 * @param input the text, or the bytes of the wire form
 * @throws when it is no ModelConfig
 */
export function readConfig(input: string | Uint8Array): JsonMessage {
  for (const [, name = ''] of typeof input === 'string' ? input.matchAll(/^ *(\w+)(?::| [[{])/gm) : [])
    if (!FIELDS.has(name)) throw new TypeError(`no field of the proto: ${name}`);
  const from = typeof input === 'string' ? '-#format=txtpb' : '-#format=binpb';
  const args = [
    'convert',
    join(FIXTURES, 'model_config.proto'),
    '--type',
    'inference.ModelConfig',
    '--from',
    from,
    '--to',
    '-#format=json',
  ];
  const json: unknown = JSON.parse(
    execFileSync(process.execPath, [buf(), ...args], {
      input,
      encoding: 'utf8',
      cwd: FIXTURES,
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  return messageOf(json);
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

// Reads the options of dimwise export.
import { readFile } from 'node:fs/promises';
import type { KserveOptions } from '../../codegen/triton/kserve.ts';
import type {
  TritonAccelerator,
  TritonBatchingOptions,
  TritonInstances,
  TritonOptions,
  TritonProfile,
  TritonSequence,
  TritonVersions,
  TritonWarmup,
} from '../../codegen/triton/model-options.ts';
import { dimwiseError } from '../base/errors.ts';
import type { RepositoryOptions } from '../node/export-triton.ts';
import { errorReason } from '../node/write-atomic.ts';
import { flagOption, listOption, type OptionValues, textOption } from './options.ts';
import { parsePlacement } from './placement-option.ts';
import { usageError } from './report.ts';

/** Options that speak of a manifest. */
const MANIFEST = [
  'storageUri',
  'service',
  'namespace',
  'runtime',
  'runtimeVersion',
  'replicaGpus',
  'replicaCpu',
  'replicaMemory',
  'minReplicas',
  'maxReplicas',
  'scaleMetric',
  'scaleTarget',
  'annotation',
  'requestTimeout',
  'serviceAccount',
];

/** Refuses options that would change nothing. @throws CLI_USAGE for the first one */
export function refuseIdle(options: OptionValues, isIdle: (name: string) => boolean, why: string): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === false || !isIdle(name)) continue;
    throw usageError(`--${dashed(name)} changes nothing: ${why}`);
  }
}

const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Refuses options of a model repository where only a manifest is written. */
export const refuseRepositoryOptions = (options: OptionValues): void =>
  refuseIdle(
    options,
    (name) => ![...MANIFEST, 'output', 'dryRun', 'json'].includes(name),
    'a manifest says nothing of it; export triton does',
  );

/** Refuses options of a manifest where none is written. */
export const refuseManifestOptions = (options: OptionValues): void =>
  refuseIdle(options, (name) => MANIFEST.includes(name), 'no manifest is written; --kserve FILE writes one');

/** Where the models go. */
export function repositoryOptions(options: OptionValues): RepositoryOptions {
  const placement = textOption(options, 'externalData');
  return {
    repository: textOption(options, 'output') ?? '',
    version: numberOption(options, 'modelVersion'),
    overwrite: flagOption(options, 'overwrite'),
    dryRun: flagOption(options, 'dryRun'),
    ...(placement === undefined ? {} : parsePlacement(placement)),
  };
}

/** How the models are served, but for labels, which stand in files. @throws CLI_USAGE when an option cannot be read */
export function tritonOptions(options: OptionValues): TritonOptions {
  const sequence = sequenceOption(options);
  return {
    maxBatch: numberOption(options, 'maxBatch'),
    batching: batchingOptions(sequence ? { ...options, ...NOT_OF_BATCHES } : options),
    sequence,
    graphLevel: choiceOption(options, 'graphLevel', ['none', 'basic', 'extended', 'all']),
    instances: instanceOptions(options),
    accelerator: acceleratorOption(options),
    warmup: listOption(options, 'warmup').map((text) => warmupOf(text, flagOption(options, 'warmupRandom'))),
    versions: versionsOption(options),
    parameters: pairsOption(options, 'parameter'),
    cache: flagOption(options, 'cache'),
  };
}

function numberOption(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name);
  return text === undefined ? undefined : wholeNumber(text, dashed(name));
}

function wholeNumber(text: string, option: string): number {
  if (/^\d{1,15}$/.test(text.trim())) return Number(text);
  throw usageError(`--${option} ${text} is no whole number`);
}

const numbersOption = (options: OptionValues, name: string): readonly number[] | undefined =>
  textOption(options, name)
    ?.split(',')
    .map((text) => wholeNumber(text, dashed(name)));

function batchingOptions(options: OptionValues): TritonBatchingOptions | undefined {
  const batching: TritonBatchingOptions = {
    preferred: numbersOption(options, 'prefer'),
    delay: numberOption(options, 'delay'),
    queueSize: numberOption(options, 'queue'),
    timeout: numberOption(options, 'queueTimeout'),
    late: choiceOption(options, 'queueLate', ['reject', 'delay']),
    priorities: numberOption(options, 'priorities'),
    defaultPriority: numberOption(options, 'defaultPriority'),
    ...(flagOption(options, 'ownTimeouts') ? { ownTimeouts: true } : {}),
    ...(flagOption(options, 'preserveOrder') ? { preserveOrder: true } : {}),
  };
  return Object.values(batching).every((each) => each === undefined) ? undefined : batching;
}

/** Options that say how requests of sequences are joined, where there are sequences. */
const NOT_OF_BATCHES = { prefer: undefined, delay: undefined, preserveOrder: undefined };

function sequenceOption(options: OptionValues): TritonSequence | undefined {
  const states = pairsOption(options, 'sequence');
  if (Object.keys(states).length === 0) {
    const isSaid = (name: string): boolean => !Array.isArray(options[name]) || listOption(options, name).length > 0;
    refuseIdle(options, (name) => OF_SEQUENCES.includes(name) && isSaid(name), NO_STATES);
    return undefined;
  }
  return {
    states,
    strategy: choiceOption(options, 'sequenceStrategy', ['direct', 'oldest']),
    controls: pairsOption(options, 'control'),
    keepOutputs: listOption(options, 'keepState'),
    idle: numberOption(options, 'sequenceIdle'),
    candidates: numberOption(options, 'candidates'),
    preferred: numbersOption(options, 'prefer'),
    delay: numberOption(options, 'delay'),
    ...(flagOption(options, 'preserveOrder') ? { preserveOrder: true } : {}),
  };
}

const OF_SEQUENCES = ['control', 'keepState', 'sequenceStrategy', 'sequenceIdle', 'candidates'];

const NO_STATES = 'no --sequence names a state';

/** One of some words. @throws CLI_USAGE when it is another one */
function choiceOption<T extends string>(options: OptionValues, name: string, words: readonly T[]): T | undefined {
  const text = textOption(options, name);
  const found = words.find((word) => word === text);
  if (text !== undefined && found === undefined)
    throw usageError(`--${dashed(name)} ${text} is none of ${words.join(', ')}`);
  return found;
}

/** Reads --profile: `contract` for what the contract says, `seq=128:512` or `seq=1:128:512` for a symbol. */
function profileOption(options: OptionValues): TritonProfile | undefined {
  const values = listOption(options, 'profile');
  if (values.length === 0) return undefined;
  const own = values.filter((text) => text !== 'contract');
  const sizes = Object.entries(pairsOption({ profile: own }, 'profile')).map(([symbol, text]) => {
    const found = text.split(':').map((size) => wholeNumber(size, 'profile'));
    const [max, opt, min] = found.toReversed();
    if (max === undefined || found.length > 3)
      throw usageError(`--profile ${symbol}=${text} is no range of sizes`, '--profile seq=1:128:512');
    return [symbol, { max, ...(opt === undefined ? {} : { opt }), ...(min === undefined ? {} : { min }) }] as const;
  });
  return { sizes: Object.fromEntries(sizes) };
}

function instanceOptions(options: OptionValues): TritonInstances {
  const kind = textOption(options, 'kind');
  if (kind !== undefined && kind !== 'auto' && kind !== 'gpu' && kind !== 'cpu')
    throw usageError(`--kind ${kind} is none of auto, gpu, cpu`);
  return { count: numberOption(options, 'instances'), kind, gpus: numbersOption(options, 'gpus') };
}

function acceleratorOption(options: OptionValues): TritonAccelerator | undefined {
  const name = textOption(options, 'accelerator');
  const own = pairsOption(options, 'acceleratorOption');
  const precision = textOption(options, 'precision');
  const profile = profileOption(options);
  if (profile && name !== 'tensorrt') throw usageError('--profile is one of TensorRT', '--accelerator tensorrt');
  if (precision !== undefined && name !== 'tensorrt')
    throw usageError('--precision is one of TensorRT', '--accelerator tensorrt');
  if (name === undefined) {
    if (Object.keys(own).length > 0) throw usageError('--accelerator-option needs --accelerator', '--accelerator cuda');
    return undefined;
  }
  if (name !== 'cuda' && name !== 'tensorrt') throw usageError(`--accelerator ${name} is neither cuda nor tensorrt`);
  return {
    name,
    options: { ...own, ...(precision === undefined ? {} : { precision_mode: precision.toUpperCase() }) },
    profile,
  };
}

function warmupOf(text: string, isRandom: boolean): TritonWarmup {
  const sizes = text.split(',').map((part): [string, number] => {
    const [, name, size] = /^\s*"?([^="]+?)"?\s*=\s*(\d+)\s*$/.exec(part) ?? [];
    if (name === undefined || size === undefined)
      throw usageError(`--warmup ${text} is no list of sizes`, '--warmup batch=1,seq=128');
    return [name, wholeNumber(size, 'warmup')];
  });
  return { sizes: Object.fromEntries(sizes), data: isRandom ? 'random' : 'zero' };
}

function versionsOption(options: OptionValues): TritonVersions | undefined {
  const text = textOption(options, 'versions');
  if (text === undefined || text === 'all') return text;
  const [, latest] = /^latest:(\d+)$/.exec(text) ?? [];
  if (latest !== undefined) return { latest: wholeNumber(latest, 'versions') };
  if (/^\d+(,\d+)*$/.test(text)) return { specific: text.split(',').map((each) => wholeNumber(each, 'versions')) };
  throw usageError(`--versions ${text} is none of latest:N, all, or a list of numbers`, '--versions 1,3');
}

/** Values of the form `NAME=VALUE`, each name once. */
export function pairsOption(options: OptionValues, name: string): Readonly<Record<string, string>> {
  const pairs = new Map<string, string>();
  for (const text of listOption(options, name)) {
    const at = text.indexOf('=');
    if (at < 1) throw usageError(`--${dashed(name)} ${text} is no pair`, `--${dashed(name)} NAME=VALUE`);
    const key = text.slice(0, at);
    if (pairs.has(key)) throw usageError(`--${dashed(name)} names "${key}" twice`);
    pairs.set(key, text.slice(at + 1));
  }
  return Object.fromEntries(pairs);
}

/**
 * Reads files of labels.
 *
 * @param named the files by the outputs that they are for
 * @throws FILE_READ when one cannot be read
 */
export async function readLabels(
  named: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const files = Object.entries(named);
  const read = files.map(async ([output, file]): Promise<[string, readonly string[]]> => {
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      const message = `the labels of output "${output}" cannot be read from ${file}: ${errorReason(cause)}`;
      throw dimwiseError({ code: 'FILE_READ', message, cause });
    });
    return [output, text.replace(/\r?\n$/, '').split(/\r?\n/)];
  });
  return Object.fromEntries(await Promise.all(read));
}

/** What a manifest says. @param name the name of the service */
export function kserveOptions(options: OptionValues, name: string): KserveOptions {
  const storageUri = textOption(options, 'storageUri');
  if (storageUri === undefined)
    throw usageError('a manifest needs the address of the repository', '--storage-uri s3://bucket/models');
  return {
    name,
    storageUri,
    namespace: textOption(options, 'namespace'),
    runtime: textOption(options, 'runtime'),
    runtimeVersion: textOption(options, 'runtimeVersion'),
    gpus: numberOption(options, 'replicaGpus'),
    cpu: textOption(options, 'replicaCpu'),
    memory: textOption(options, 'replicaMemory'),
    minReplicas: numberOption(options, 'minReplicas'),
    maxReplicas: numberOption(options, 'maxReplicas'),
    scaleMetric: choiceOption(options, 'scaleMetric', ['concurrency', 'rps', 'cpu', 'memory']),
    scaleTarget: numberOption(options, 'scaleTarget'),
    annotations: pairsOption(options, 'annotation'),
    timeout: numberOption(options, 'requestTimeout'),
    serviceAccount: textOption(options, 'serviceAccount'),
  };
}

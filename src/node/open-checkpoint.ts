// Opens checkpoints of any format: what a file is, is told by how it starts.
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { allLimits, type OnnxLimits } from '../../codegen/onnx/limits.ts';
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import {
  type AllCheckpointLimits,
  allCheckpointLimits,
  type CheckpointLimits,
} from '../../codegen/weights/checkpoint-limits.ts';
import { ggufOf } from '../../codegen/weights/gguf/read.ts';
import { malformedCheckpoint, shortName } from '../../codegen/weights/malformed-checkpoint.ts';
import { readRange } from '../../codegen/weights/positioned-bytes.ts';
import { LastArray, npyTensor } from '../../codegen/weights/read-npy.ts';
import { safetensorsOf } from '../../codegen/weights/read-safetensors.ts';
import { joinShards, readSafetensorsIndex } from '../../codegen/weights/safetensors-index.ts';
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { checkpointOfModel, type OnnxCheckpointOptions } from '../model/onnx-checkpoint.ts';
import { checkOptions, type OptionNames } from '../nn/option-names.ts';
import { type KnownFile, knownFile } from './known-file.ts';
import { npzOf } from './npz.ts';
import { openOnnx } from './open-onnx.ts';
import { realFolderOf, type ShardOptions, shardPath } from './shard-file.ts';
import { errorReason } from './write-atomic.ts';

/** How a checkpoint is opened. */
export interface OpenCheckpointOptions extends ShardOptions, OnnxCheckpointOptions {
  /** How much it may ask for. */
  readonly limits?: CheckpointLimits | undefined;
  /** How much it may ask for where it is an `.onnx` file. */
  readonly onnxLimits?: OnnxLimits | undefined;
}

/** The names of {@link OpenCheckpointOptions}. */
const OPTIONS: OptionNames<OpenCheckpointOptions> = {
  limits: true,
  onnxLimits: true,
  allowLinks: true,
  constants: true,
};

/** What a format is opened with. */
interface Opening {
  readonly file: KnownFile;
  readonly limits: AllCheckpointLimits;
  readonly options: OpenCheckpointOptions;
}

/** One format. */
interface FormatRow {
  readonly name: string;
  /** Whether a file is of this format, by its first 16 bytes, a character each, and its name. */
  readonly matches: (head: string, name: string) => boolean;
  readonly open: (opening: Opening) => Checkpoint | Promise<Checkpoint>;
}

const WORDS = { what: 'checkpoint', hint: 'open the checkpoint again' };

// Signatures of files have control characters.
/* oxlint-disable no-control-regex */
/** Every format, in the order in which they are tried. */
const FORMATS: readonly FormatRow[] = [
  {
    name: '.npz',
    matches: (head) => /^PK(?:\x03\x04|\x05\x06)/.test(head),
    open: ({ file, limits }) => npzOf(file, limits),
  },
  { name: '.npy', matches: (head) => head.startsWith('\x93NUMPY'), open: openNpy },
  { name: '.gguf', matches: (head) => head.startsWith('GGUF'), open: ({ file, limits }) => ggufOf(file, limits) },
  {
    name: '.safetensors.index.json',
    matches: (head, name) => /^\s*\{/.test(head) && name.endsWith('.json'),
    open: openIndex,
  },
  {
    name: '.safetensors',
    matches: (head, name) => /^[^]{5}\0\0\0\{/.test(head) || name.endsWith('.safetensors'),
    open: ({ file, limits }) => safetensorsOf(file, limits),
  },
  {
    name: '.onnx',
    matches: (head, name) => name.endsWith('.onnx') || /^\x08[\x01-\x20][\x12\x1a\x3a\x42]/.test(head),
    open: async ({ file: { source }, options }) =>
      checkpointOfModel(await openOnnx(source, { limits: allLimits(options.onnxLimits) }), source, options),
  },
];

/** Files that hold weights and are not read. */
const OTHERS: readonly { readonly start: RegExp; readonly what: string; readonly hint: string }[] = [
  {
    start: /^\x80[\x02-\x05]/,
    what: "a pickle of Python's, as torch.save wrote them before PyTorch 1.6",
    hint: "a pickle runs code when it is read: convert it in Python, safetensors.torch.save_file(torch.load(path, weights_only=True), 'model.safetensors')",
  },
  {
    start: /^\x89HDF/,
    what: 'an HDF5 file',
    hint: "save its arrays from Python: numpy.savez('weights.npz', **{name: array, ...})",
  },
  { start: /^version https:\/\//, what: 'a pointer of Git LFS', hint: 'git lfs pull fetches the file' },
  {
    start: /^\s*<(!doctype|html|\?xml)/i,
    what: 'a web page',
    hint: 'download the file itself, not the page that shows it',
  },
  { start: /^\x1f\x8b/, what: 'a gzip archive', hint: 'gunzip it' },
];

/**
 * Opens a checkpoint: safetensors, also in shards, `.npz`, `.npy`, `.gguf`, or the weights of an `.onnx` file. Nothing but names, types and places is
 * read; the tensors stay in their files, which must not change while the checkpoint is in use.
 *
 * @param path the file, the index of shards (`model.safetensors.index.json`), or a folder that holds one of these
 * @param options limits, and what is taken
 * @throws FILE_READ when the path cannot be read
 * @throws FILE_FORMAT when it is no such file; a pickle of PyTorch is none, the hint tells how to convert it
 * @throws CHECKPOINT_MALFORMED when it is damaged, or says what cannot be; the message names the file and the tensor
 * @throws CHECKPOINT_LIMIT when it asks for more than a limit allows
 * @throws CHECKPOINT_UNSUPPORTED when it is a GGUF file of a version, or with tensors of types, that are not read
 * @example (await openCheckpoint('bert/model.safetensors')).tensors.get('embeddings.word_embeddings.weight')
 */
export async function openCheckpoint(path: string, options: OpenCheckpointOptions = {}): Promise<Checkpoint> {
  checkOptions('openCheckpoint', options, OPTIONS);
  const limits = allCheckpointLimits(options.limits);
  const file = await knownFile(await fileIn(path), WORDS);
  const head = String.fromCharCode(...readRange(file, 0, Math.min(16, file.size)));
  const other = OTHERS.find(({ start }) => start.test(head));
  if (other) throw noCheckpoint(file.source, other.what, other.hint);
  const format = FORMATS.find(({ matches }) => matches(head, file.source));
  if (format) return format.open({ file, limits, options });
  const what = file.size === 0 ? 'empty' : 'of no format that is read';
  throw noCheckpoint(file.source, what, `the formats are ${FORMATS.map(({ name }) => name).join(', ')}`);
}

const noCheckpoint = (path: string, what: string, hint: string): DimwiseError =>
  dimwiseError({
    code: 'FILE_FORMAT',
    message: `${path} is ${what}, no checkpoint`,
    expected: FORMATS.map(({ name }) => name).join(', '),
    actual: what,
    hint,
  });

/** What people call the files of a checkpoint, before others. */
const USUAL_NAMES = ['model.safetensors', 'model.safetensors.index.json'];

/** The file that a folder holds; the path itself where it is a file. */
async function fileIn(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return path;
  let names: string[];
  try {
    names = (await readdir(path)).sort();
  } catch (cause) {
    throw dimwiseError({ code: 'FILE_READ', message: `${path} cannot be read: ${errorReason(cause)}`, cause });
  }
  const usual = USUAL_NAMES.find((name) => names.includes(name));
  if (usual) return join(path, usual);
  const isShard = (name: string): boolean => /-\d{5}-of-\d{5}\.safetensors$/.test(name);
  for (const ending of ['.safetensors', '.safetensors.index.json', ...FORMATS.map(({ name }) => name)]) {
    const fitting = names.filter((name) => name.endsWith(ending) && !isShard(name));
    if (fitting.length === 1) return join(path, fitting[0] ?? '');
    if (fitting.length > 1) {
      throw dimwiseError({
        code: 'FILE_FORMAT',
        message: `${path} holds several checkpoints: ${fitting.slice(0, 8).join(', ')}${fitting.length > 8 ? ', ...' : ''}`,
        actual: `${fitting.length} files *${ending}`,
        hint: 'give the path of one of them',
      });
    }
  }
  const pickle = names.find((name) => /\.(?:bin|pt|pth)$/.test(name));
  if (pickle) return join(path, pickle);
  throw noCheckpoint(
    path,
    'a folder without a file of weights',
    `the formats are ${FORMATS.map(({ name }) => name).join(', ')}`,
  );
}

/** The one array of a .npy file, by the name of the file. */
function openNpy({ file, limits }: Opening): Checkpoint {
  const name = basename(file.source, extname(file.source));
  const data = npyTensor({ file, name }, limits, new LastArray());
  return { source: file.source, tensors: new Map([[name, data]]), metadata: new Map() };
}

async function openIndex({ file, limits, options }: Opening): Promise<Checkpoint> {
  const index = readSafetensorsIndex(file, limits);
  const folder = realFolderOf(file.absolute);
  const shards = new Map<string, Checkpoint>();
  const seen = new Map<string, string>();
  for (const location of index.shards) {
    const path = shardPath(folder, location, file.source, options);
    const shard = await knownFile(path, WORDS);
    // Two names may lead to one file by hard links too, of which paths tell nothing.
    const before = seen.get(shard.identity);
    if (before !== undefined) throw oneShard(file.source, before, location);
    seen.set(shard.identity, location);
    shards.set(location, safetensorsOf(shard, limits));
  }
  return joinShards(index, shards, limits);
}

const oneShard = (index: string, first: string, second: string): DimwiseError =>
  malformedCheckpoint(index, `"${shortName(first)}" and "${shortName(second)}" are one shard`, {
    hint: 'name each file once in the index: what lies in a shard belongs to one name',
  });

// dimwise weights: the tensors of a checkpoint, and checkpoints in another format.
import { extname } from 'node:path';
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import {
  allCheckpointLimits,
  CHECKPOINT_LIMIT_NAMES,
  type CheckpointLimits,
} from '../../codegen/weights/checkpoint-limits.ts';
import { tensorByteLength } from '../ir/tensor-chunks.ts';
import { elementCount } from '../ir/tensor-data.ts';
import { type OpenCheckpointOptions, openCheckpoint } from '../node/open-checkpoint.ts';
import { saveNpz } from '../node/save-npz.ts';
import { type SavedCheckpoint, saveSafetensors } from '../node/save-safetensors.ts';
import type { CommandCall } from './command-row.ts';
import { formatAmount } from './format-amount.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { flagOption, listOption, type OptionValues, readOptions, textOption } from './options.ts';
import { reportFailure, usageError } from './report.ts';
import { formatTable } from './table.ts';
import { withConsole, withWarnings } from './warnings.ts';

/** What the options ask for. */
interface Asked {
  readonly open: OpenCheckpointOptions;
  readonly to: string | undefined;
  readonly shard: number | undefined;
}

/** Lists the tensors of one checkpoint, or converts it. */
export async function weights({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [path = ''] = args;
  const read = readOptions(io, () => readAsked(options));
  if (typeof read === 'number') return read;
  const isJson = flagOption(options, 'json');
  const work = async (): Promise<ExitCode> => {
    try {
      const checkpoint = await openCheckpoint(path, read.value.open);
      const saved = await convert(checkpoint, read.value);
      if (isJson) io.out(JSON.stringify({ file: path, ...describe(checkpoint), ...(saved ? { written: saved } : {}) }));
      else if (saved) printSaved(saved, io);
      else printList(checkpoint, io);
      return EXIT.ok;
    } catch (error) {
      return reportFailure(path, error, io, isJson);
    }
  };
  return withConsole(io, isJson, () => withWarnings(io, work));
}

function readAsked(options: OptionValues): Asked {
  const to = textOption(options, 'to');
  if (to !== undefined && extname(to) !== '.safetensors' && extname(to) !== '.npz')
    throw usageError(
      `--to ${to} is neither .safetensors nor .npz`,
      'write --to weights.safetensors or --to weights.npz',
    );
  const shard = shardOption(options);
  if (shard !== undefined && (to === undefined || extname(to) !== '.safetensors'))
    throw usageError('--shard has no meaning without --to FILE.safetensors', 'only safetensors are written in shards');
  const open = {
    limits: limitsOf(options),
    allowLinks: flagOption(options, 'allowLinks'),
    constants: flagOption(options, 'constants'),
  };
  return { open, to, shard };
}

/** Units of bytes as Hugging Face's libraries read them: powers of ten, and of two with an i. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

function shardOption(options: OptionValues): number | undefined {
  const text = textOption(options, 'shard');
  if (text === undefined) return undefined;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?(?:e\d+)?)([KMG]i?B)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toUpperCase()] ?? Number.NaN));
  if (number === '' || !(bytes >= 1)) throw usageError(`--shard ${text} is no number of bytes`, 'write --shard 5GB');
  return bytes;
}

function limitsOf(options: OptionValues): CheckpointLimits {
  const limits: Record<string, number> = {};
  for (const text of listOption(options, 'limit')) {
    const [, wish = '', number = ''] = /^(\w+)=(\d+)$/.exec(text) ?? [];
    const name = CHECKPOINT_LIMIT_NAMES.find((each) => each === wish);
    if (!name)
      throw usageError(`--limit ${text} names no limit`, `the limits are ${CHECKPOINT_LIMIT_NAMES.join(', ')}`);
    limits[name] = Number(number);
  }
  allCheckpointLimits(limits);
  return limits;
}

async function convert(checkpoint: Checkpoint, { to, shard }: Asked): Promise<SavedCheckpoint | undefined> {
  if (to === undefined) return undefined;
  if (extname(to) === '.npz') return saveNpz(to, checkpoint);
  return saveSafetensors(to, checkpoint, { metadata: checkpoint.metadata, maxShardBytes: shard });
}

/** The tensors of a checkpoint as plain values. */
function describe({ tensors, metadata }: Checkpoint) {
  const list = [...tensors].map(([name, data]) => ({
    name,
    dtype: data.dtype,
    shape: data.shape,
    elements: elementCount(data.shape),
    bytes: tensorByteLength(data),
  }));
  return {
    tensors: list,
    metadata: [...metadata].map(([key, text]) => ({ key, text })),
    elements: list.reduce((sum, each) => sum + each.elements, 0),
    bytes: list.reduce((sum, each) => sum + each.bytes, 0),
  };
}

/** Longer texts are for --json. */
const MOST_TEXT = 200;

function printList(checkpoint: Checkpoint, io: Io): void {
  const { tensors, metadata, elements, bytes } = describe(checkpoint);
  const rows = tensors.map((each) => [each.name, each.dtype, `[${each.shape.join(', ')}]`, String(each.bytes)]);
  for (const line of formatTable(['tensor', 'dtype', 'shape', 'bytes'], rows, io.hasColor)) io.out(line);
  for (const { key, text } of metadata)
    io.out(`metadata ${key}: ${text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}...` : text}`);
  const total = `${formatAmount(BigInt(elements))} elements, ${formatAmount(BigInt(bytes), 'B')}`;
  io.out(`${tensors.length} ${tensors.length === 1 ? 'tensor' : 'tensors'}, ${total}`);
}

function printSaved({ path, files, tensors }: SavedCheckpoint, io: Io): void {
  const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  io.out(`written: ${path}, ${tensors} tensors, ${bytes} bytes${files.length > 1 ? ` in ${files.length} files` : ''}`);
}

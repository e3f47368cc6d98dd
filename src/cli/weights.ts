// dimwise weights: the tensors of a checkpoint, and checkpoints in another format.
import { extname } from 'node:path';
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import {
  allCheckpointLimits,
  CHECKPOINT_LIMIT_NAMES,
  type CheckpointLimits,
} from '../../codegen/weights/checkpoint-limits.ts';
import { mapTensors } from '../../codegen/weights/name-rules.ts';
import { castTensor } from '../ir/cast-tensor.ts';
import { type DType, isDType, isFloatDType } from '../ir/dtype.ts';
import { tensorByteLength } from '../ir/tensor-chunks.ts';
import { elementCount, type TensorData } from '../ir/tensor-data.ts';
import { type OpenCheckpointOptions, openCheckpoint } from '../node/open-checkpoint.ts';
import { saveNpz } from '../node/save-npz.ts';
import { type SavedCheckpoint, saveSafetensors } from '../node/save-safetensors.ts';
import type { CommandCall } from './command-row.ts';
import { formatAmount } from './format-amount.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { namesOption, type RulesFor } from './names-option.ts';
import { flagOption, listOption, type OptionValues, readOptions, textOption } from './options.ts';
import { refuseEmpty } from './refuse-empty.ts';
import { reportFailure, usageError } from './report.ts';
import { formatTable } from './table.ts';
import { withConsole, withWarnings } from './warnings.ts';

/** What the options ask for. */
interface Asked {
  readonly open: OpenCheckpointOptions;
  readonly rulesFor: RulesFor;
  /** What floats become. */
  readonly cast: DType | undefined;
  readonly output: string | undefined;
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
      const asked = read.value;
      if (extname(path) === '.onnx') await refuseEmpty(path);
      const { checkpoint, ignored } = await rearranged(await openCheckpoint(path, asked.open), asked);
      const saved = await convert(checkpoint, asked);
      const written = saved ? { written: saved } : {};
      if (isJson) io.out(JSON.stringify({ file: path, ...describe(checkpoint), ignored, ...written }));
      else if (saved) printSaved(saved, ignored, io);
      else printList(checkpoint, ignored, io);
      return EXIT.ok;
    } catch (error) {
      return reportFailure(path, error, io, isJson);
    }
  };
  return withConsole(io, isJson, () => withWarnings(io, work));
}

function readAsked(options: OptionValues): Asked {
  const output = textOption(options, 'output');
  if (output !== undefined && extname(output) !== '.safetensors' && extname(output) !== '.npz')
    throw usageError(
      `-o ${output} is neither .safetensors nor .npz`,
      'write -o weights.safetensors or -o weights.npz; dimwise compile --weights puts weights into an .onnx file',
    );
  const shard = shardOption(options);
  if (shard !== undefined && (output === undefined || extname(output) !== '.safetensors'))
    throw usageError(
      '--shard-size has no meaning without -o FILE.safetensors',
      'only safetensors are written in shards',
    );
  const open = {
    limits: limitsOf(options),
    allowLinks: flagOption(options, 'allowLinks'),
    constants: flagOption(options, 'constants'),
  };
  return { open, rulesFor: namesOption(options), cast: castOption(options), output, shard };
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
  const text = textOption(options, 'shardSize');
  if (text === undefined) return undefined;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?(?:e\d+)?)([KMG]i?B)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[unit.toUpperCase()] ?? Number.NaN));
  if (number === '' || !(bytes >= 1))
    throw usageError(`--shard-size ${text} is no number of bytes`, 'write --shard-size 5GB');
  return bytes;
}

function castOption(options: OptionValues): DType | undefined {
  const text = textOption(options, 'cast');
  if (text === undefined || (isDType(text) && isFloatDType(text))) return text;
  throw usageError(`--cast ${text} is no element type of floats`, '--cast float16');
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

/** The checkpoint as the rules and --cast make it; nothing is read. */
async function rearranged(checkpoint: Checkpoint, { rulesFor, cast }: Asked) {
  const { tensors, ignored } = mapTensors(checkpoint, await rulesFor(checkpoint));
  const asAsked = (data: TensorData): TensorData =>
    cast !== undefined && isFloatDType(data.dtype) ? castTensor(data, cast) : data;
  const entries = [...tensors].map(([name, { data }]) => [name, asAsked(data)] as const);
  return { checkpoint: { ...checkpoint, tensors: new Map(entries) }, ignored };
}

async function convert(checkpoint: Checkpoint, { output, shard }: Asked): Promise<SavedCheckpoint | undefined> {
  if (output === undefined) return undefined;
  if (extname(output) === '.npz') return saveNpz(output, checkpoint);
  return saveSafetensors(output, checkpoint, { metadata: checkpoint.metadata, maxShardBytes: shard });
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

function printList(checkpoint: Checkpoint, ignored: readonly string[], io: Io): void {
  const { tensors, metadata, elements, bytes } = describe(checkpoint);
  const rows = tensors.map((each) => [each.name, each.dtype, `[${each.shape.join(', ')}]`, String(each.bytes)]);
  for (const line of formatTable(['tensor', 'dtype', 'shape', 'bytes'], rows, io.hasColor)) io.out(line);
  for (const { key, text } of metadata)
    io.out(`metadata ${key}: ${text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}...` : text}`);
  const total = `${formatAmount(BigInt(elements))} elements, ${formatAmount(BigInt(bytes), 'B')}`;
  io.out(`${tensors.length} ${tensors.length === 1 ? 'tensor' : 'tensors'}, ${total}`);
  printIgnored(ignored, io);
}

/** Names that are printed of what rules leave out. */
const MOST_IGNORED = 8;

function printIgnored(ignored: readonly string[], io: Io): void {
  if (ignored.length === 0) return;
  const rest = ignored.length > MOST_IGNORED ? `, and ${ignored.length - MOST_IGNORED} more` : '';
  io.out(`left out: ${ignored.slice(0, MOST_IGNORED).join(', ')}${rest}`);
}

function printSaved({ path, files, tensors }: SavedCheckpoint, ignored: readonly string[], io: Io): void {
  const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  io.out(`written: ${path}, ${tensors} tensors, ${bytes} bytes${files.length > 1 ? ` in ${files.length} files` : ''}`);
  printIgnored(ignored, io);
}

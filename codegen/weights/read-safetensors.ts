// Reads safetensors files: the header is checked as its reference reader does and further, the tensors stay where they are.
import type { TensorData } from '../../src/ir/tensor-data.ts';
import { refuseArgument } from '../../src/nn/arguments.ts';
import type { Checkpoint } from './checkpoint.ts';
import {
  type AllCheckpointLimits,
  allCheckpointLimits,
  beyondCheckpointLimit,
  type CheckpointLimits,
} from './checkpoint-limits.ts';
import { malformedCheckpoint } from './malformed-checkpoint.ts';
import { bytesInMemory, type PositionedBytes, readRange, tensorAt } from './positioned-bytes.ts';
import { type HeaderEntry, readSafetensorsHeader } from './safetensors-header.ts';

/** The length of the header stands before it, as an unsigned integer, little-endian. */
const LENGTH_BYTES = 8;

/** How a checkpoint that is given as bytes is read. */
export interface ReadCheckpointOptions {
  /** How much it may ask for. */
  readonly limits?: CheckpointLimits | undefined;
}

/**
 * Reads a safetensors file from its bytes, in a browser too. The tensors are views of them, so they must not be changed.
 *
 * The format is that of the package safetensors 0.8 (README, *Format*): the length of the header, the header as JSON, the elements.
 *
 * @param bytes the content of a `.safetensors` file
 * @throws LAYER_ARGUMENT when something else than bytes is given
 * @throws CHECKPOINT_MALFORMED when the header is no such JSON, or a tensor does not lie where it says
 * @throws CHECKPOINT_LIMIT when the file asks for more than a limit allows
 * @example readSafetensors(await (await fetch('model.safetensors')).arrayBuffer()).tensors.get('lm_head.weight')
 */
export function readSafetensors(bytes: Uint8Array | ArrayBuffer, options: ReadCheckpointOptions = {}): Checkpoint {
  const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(view instanceof Uint8Array)) refuseArgument('readSafetensors', 'the file', 'bytes', bytes);
  return safetensorsOf(bytesInMemory(view), allCheckpointLimits(options.limits));
}

/**
 * Reads a safetensors file; tensors of a file stay there until they are used.
 *
 * @throws CHECKPOINT_MALFORMED, CHECKPOINT_LIMIT as {@link readSafetensors} does; FILE_READ when the file cannot be read
 */
export function safetensorsOf(file: PositionedBytes, limits: AllCheckpointLimits): Checkpoint {
  const dataStart = LENGTH_BYTES + headerLength(file, limits);
  const { entries, metadata } = readSafetensorsHeader({ file, start: LENGTH_BYTES, end: dataStart }, limits);
  const sorted = entries.slice();
  // Nearly all files have their tensors in order.
  if (sorted.some((entry, i) => i > 0 && isBehind(sorted[i - 1], entry)))
    sorted.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(sorted, file, dataStart);
  const tensors = new Map<string, TensorData>();
  for (const { name, dtype, shape, begin, end } of sorted)
    tensors.set(name, tensorAt(file, { dtype, shape, start: dataStart + begin, length: end - begin }));
  return { source: file.source, tensors, metadata };
}

function headerLength(file: PositionedBytes, { headerBytes }: AllCheckpointLimits): number {
  const { source, size } = file;
  if (size < LENGTH_BYTES) {
    throw malformedCheckpoint(
      source,
      `it has ${size} bytes, a safetensors file begins with ${LENGTH_BYTES} that tell the length of its header`,
    );
  }
  const length = new DataView(readRange(file, 0, LENGTH_BYTES).buffer).getBigUint64(0, true);
  const room = size - LENGTH_BYTES;
  if (length > BigInt(room)) {
    throw malformedCheckpoint(
      source,
      `its header should have ${length} bytes, the file has ${room} behind the length`,
      {
        expected: `at most ${room} bytes`,
        actual: `${length} bytes`,
        hint: 'the file was cut, or is no safetensors file',
      },
    );
  }
  if (length <= BigInt(headerBytes)) return Number(length);
  throw beyondCheckpointLimit('headerBytes', headerBytes, { source, what: `its header has ${length} bytes` });
}

const isBehind = (first: HeaderEntry | undefined, second: HeaderEntry): boolean =>
  first !== undefined && (first.begin > second.begin || (first.begin === second.begin && first.end > second.end));

/** The tensors lie behind each other, without a hole, up to the end of the file: so nothing is hidden in it. */
function checkCover(sorted: readonly HeaderEntry[], { source, size }: PositionedBytes, dataStart: number): void {
  const room = size - dataStart;
  let at = 0;
  let before: string | undefined;
  for (const { name, begin, end } of sorted) {
    if (end > room) {
      throw malformedCheckpoint(source, `lies at bytes ${begin} to ${end} of the data, which has ${room}`, {
        tensor: name,
        expected: `at most ${room}`,
        actual: String(end),
        hint: 'the file was cut',
      });
    }
    if (begin < at)
      throw malformedCheckpoint(
        source,
        `begins at byte ${begin} of the data, where ${before === undefined ? '' : `"${before.slice(0, 80)}"`} still lies`,
        {
          tensor: name,
        },
      );
    if (begin > at)
      throw malformedCheckpoint(source, `begins at byte ${begin} of the data, and nothing lies from byte ${at} on`, {
        tensor: name,
      });
    at = end;
    before = name;
  }
  if (at < room) throw malformedCheckpoint(source, `its data has ${room} bytes, its tensors end at byte ${at}`);
}

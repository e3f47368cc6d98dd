// Reads GGUF files, as llama.cpp has them: the header is checked as its reader does and further, the tensors stay where they are.
import { type DimwiseError, dimwiseError } from '../../../src/base/errors.ts';
import { DTYPES } from '../../../src/ir/dtype.ts';
import type { TensorData } from '../../../src/ir/tensor-data.ts';
import { refuseArgument } from '../../../src/nn/arguments.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { type AllCheckpointLimits, allCheckpointLimits, beyondCheckpointLimit } from '../checkpoint-limits.ts';
import { malformedCheckpoint, shortName } from '../malformed-checkpoint.ts';
import { bytesInMemory, type PositionedBytes, readRange, tensorAt } from '../positioned-bytes.ts';
import type { ReadCheckpointOptions } from '../read-safetensors.ts';
import { BlockElements, TurnedElements } from './elements.ts';
import { MetadataReader } from './metadata.ts';
import { GgufScanner } from './scanner.ts';
import { type GgufTensor, readGgufTensors } from './tensors.ts';
import type { BlockType, PlainType } from './types.ts';

const MAGIC = 'GGUF';
/** The data starts at a multiple of so many bytes where the metadata does not say otherwise. */
const ALIGNMENT = 32;

/**
 * Reads a GGUF file from its bytes, in a browser too. Plain tensors are views of them, so they must not be changed; quantized ones are
 * made float32 when they are used.
 *
 * The format is version 2 or 3 of ggml's docs/gguf.md, in either byte order.
 *
 * @param bytes the content of a `.gguf` file
 * @throws LAYER_ARGUMENT when something else than bytes is given
 * @throws CHECKPOINT_MALFORMED when the header is damaged, or a tensor does not lie where it says
 * @throws CHECKPOINT_LIMIT when the file asks for more than a limit allows
 * @throws CHECKPOINT_UNSUPPORTED when it is of another version, or a tensor of a type that is not read
 * @example readGguf(await (await fetch('model.gguf')).arrayBuffer()).metadata.get('general.architecture')
 */
export function readGguf(bytes: Uint8Array | ArrayBuffer, options: ReadCheckpointOptions = {}): Checkpoint {
  const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (!(view instanceof Uint8Array)) refuseArgument('readGguf', 'the file', 'bytes', bytes);
  return ggufOf(bytesInMemory(view), allCheckpointLimits(options.limits));
}

/**
 * Reads a GGUF file; tensors of a file stay there until they are used.
 *
 * @throws what {@link readGguf} says; FILE_READ when the file cannot be read
 */
export function ggufOf(file: PositionedBytes, limits: AllCheckpointLimits): Checkpoint {
  const { source } = file;
  const isLittle = readVersion(file);
  const scanner = new GgufScanner(file, 8, isLittle);
  const [tensorCount, entryCount] = [scanner.uint64(), scanner.uint64()];
  if (tensorCount + entryCount > BigInt(limits.tensors))
    throw beyondCheckpointLimit('tensors', limits.tensors, {
      source,
      what: `it has ${tensorCount} tensors and ${entryCount} entries of metadata`,
    });
  const { metadata, alignment } = readMetadata(new MetadataReader(scanner, source, limits), Number(entryCount), source);
  const found = readGgufTensors({ scanner, source, limits, count: Number(tensorCount), alignment });
  const readable = found.map((tensor) => requireReadable(tensor, source, !isLittle));
  const dataStart = Math.ceil(scanner.position / alignment) * alignment;
  checkCover(found, file, { dataStart, alignment });
  const tensors = new Map<string, TensorData>();
  for (const tensor of readable) tensors.set(tensor.name, dataOf(tensor, { file, dataStart, isBigEndian: !isLittle }));
  return { source, tensors, metadata };
}

/** Checks magic and version. @returns whether the file is little-endian, as nearly all are */
function readVersion(file: PositionedBytes): boolean {
  const { source, size } = file;
  const head = readRange(file, 0, Math.min(8, size));
  if (size < 8 || String.fromCharCode(...head.subarray(0, 4)) !== MAGIC)
    throw malformedCheckpoint(source, 'it does not start as a GGUF file does, with "GGUF" and a version');
  const view = new DataView(head.buffer, head.byteOffset);
  // No version is so high that its lower half is 0 in the right order.
  const isLittle = view.getUint16(4, true) !== 0;
  const version = view.getUint32(4, isLittle);
  if (version === 2 || version === 3) return isLittle;
  throw unsupported(source, `it is GGUF of version ${version}; versions 2 and 3 are read`, {
    expected: 'version 2 or 3',
    actual: `version ${version}`,
    hint:
      version === 1
        ? 'convert the model anew: version 1 was in use for some days of August 2023'
        : 'convert the model with a tool that writes version 3',
  });
}

/** The entries by key, and the alignment that they state. */
function readMetadata(reader: MetadataReader, count: number, source: string) {
  const metadata = new Map<string, string>();
  let alignment = ALIGNMENT;
  for (let i = 0; i < count; i++) {
    const { key, kind, text } = reader.entry();
    if (metadata.has(key)) throw malformedCheckpoint(source, `its metadata has "${shortName(key)}" twice`);
    metadata.set(key, text);
    if (key !== 'general.alignment') continue;
    alignment = Number(text);
    if (kind !== 'UINT32' || alignment === 0 || (alignment & (alignment - 1)) !== 0)
      throw malformedCheckpoint(source, `its alignment is ${shortName(text)} (${kind}), no power of two`, {
        expected: 'a power of two, as UINT32',
        actual: shortName(text),
      });
  }
  return { metadata, alignment };
}

/** Tensors lie behind each other, each at the next multiple of the alignment: what llama.cpp asks for. */
function checkCover(
  tensors: readonly GgufTensor[],
  { source, size }: PositionedBytes,
  { dataStart, alignment }: { dataStart: number; alignment: number },
): void {
  const room = Math.max(0, size - dataStart);
  let at = 0;
  let before: string | undefined;
  for (const { name, begin, length } of tensors.toSorted((a, b) => a.begin - b.begin || a.length - b.length)) {
    if (begin + length > room)
      throw malformedCheckpoint(source, `lies at bytes ${begin} to ${begin + length} of the data, which has ${room}`, {
        tensor: name,
        expected: `at most ${room}`,
        actual: String(begin + length),
        hint: 'the file was cut',
      });
    if (begin !== at)
      throw malformedCheckpoint(
        source,
        `begins at byte ${begin} of the data, ${before === undefined ? 'the header' : `"${shortName(before)}"`} ends so that it begins at ${at}`,
        {
          tensor: name,
          expected: String(at),
          actual: String(begin),
        },
      );
    at = Math.ceil((begin + length) / alignment) * alignment;
    before = name;
  }
}

/** A tensor whose type is read. */
type ReadableTensor = GgufTensor & { readonly type: PlainType | BlockType };

const isReadable = (tensor: GgufTensor, isBigEndian: boolean): tensor is ReadableTensor =>
  tensor.type.kind !== 'unread' && !(isBigEndian && tensor.type.kind === 'blocks' && !tensor.type.words);

function requireReadable(tensor: GgufTensor, source: string, isBigEndian: boolean): ReadableTensor {
  if (isReadable(tensor, isBigEndian)) return tensor;
  const { name, type } = tensor;
  const [reason, hint] =
    type.kind === 'unread'
      ? [type.reason, 'quantize the model to another type, or convert it to F16']
      : ['which is not read from big-endian files', 'take the little-endian file'];
  throw unsupported(source, `tensor "${shortName(name)}" is of type ${type.name}, ${reason}`, {
    tensor: name,
    actual: type.name,
    hint,
  });
}

function dataOf(
  { type, shape, count, begin, length }: ReadableTensor,
  { file, dataStart, isBigEndian }: { file: PositionedBytes; dataStart: number; isBigEndian: boolean },
): TensorData {
  const start = dataStart + begin;
  if (type.kind === 'plain') {
    const { dtype } = type;
    const width = DTYPES[dtype].bits / 8;
    if (!isBigEndian || width === 1) return tensorAt(file, { dtype, shape, start, length });
    return { dtype, shape, storage: { kind: 'lazy', source: new TurnedElements(file, start, width) } };
  }
  const elements = new BlockElements({ file, type, start, count, isBigEndian });
  return { dtype: 'float32', shape, storage: { kind: 'lazy', source: elements } };
}

function unsupported(
  source: string,
  fact: string,
  { tensor, ...facts }: { tensor?: string; expected?: string; actual: string; hint: string },
): DimwiseError {
  const origin = tensor === undefined ? undefined : { what: `tensor "${shortName(tensor)}"` };
  return dimwiseError({ code: 'CHECKPOINT_UNSUPPORTED', message: `${source}: ${fact}`, origin, ...facts });
}

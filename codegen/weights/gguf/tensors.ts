// Reads what the header of a GGUF file says of its tensors: names, types, sizes, places.
import type { DimwiseError } from '../../../src/base/errors.ts';
import { DTYPES } from '../../../src/ir/dtype.ts';
import { type AllCheckpointLimits, beyondCheckpointLimit } from '../checkpoint-limits.ts';
import { malformedCheckpoint, shortName } from '../malformed-checkpoint.ts';
import type { GgufScanner } from './scanner.ts';
import { GGML_TYPES, type GgmlType } from './types.ts';

/** A tensor of a GGUF file. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgmlType;
  /** Sizes with the last axis running fastest; the file has them the other way round. */
  readonly shape: readonly number[];
  /** The number of its elements. */
  readonly count: number;
  /** Its first byte, counted from the start of the data. */
  readonly begin: number;
  /** The bytes that it takes; 0 for a type that is not read. */
  readonly length: number;
}

/** What tensors are read from. */
export interface GgufHeader {
  readonly scanner: GgufScanner;
  readonly source: string;
  readonly limits: AllCheckpointLimits;
  /** How many tensors it has. */
  readonly count: number;
  readonly alignment: number;
}

/**
 * Reads all tensors, in the order of the file.
 *
 * @throws CHECKPOINT_MALFORMED when there are two of a name, or one is what cannot be
 * @throws CHECKPOINT_LIMIT when a name is too long, or a tensor has too many axes
 */
export function readGgufTensors(header: GgufHeader): GgufTensor[] {
  const tensors: GgufTensor[] = [];
  const names = new Set<string>();
  for (let i = 0; i < header.count; i++) {
    const tensor = readTensor(header, i);
    if (names.has(tensor.name))
      throw malformedCheckpoint(header.source, 'is in the header twice', { tensor: tensor.name });
    names.add(tensor.name);
    tensors.push(tensor);
  }
  return tensors;
}

function readTensor(header: GgufHeader, index: number): GgufTensor {
  const { scanner, source, alignment } = header;
  const name = readName(header, index);
  const fail = (fact: string): DimwiseError => malformedCheckpoint(source, fact, { tensor: name });
  const sizes = readSizes(header, name);
  const number = scanner.uint32();
  const type = GGML_TYPES.get(number);
  if (!type) throw fail(`is of type ${number}, which ggml does not have`);
  const offset = scanner.size();
  if (typeof offset === 'number' ? offset % alignment !== 0 : offset % BigInt(alignment) !== 0n)
    throw fail(`begins at byte ${offset} of the data, no multiple of ${alignment}`);
  if (typeof offset === 'bigint') throw fail(`begins at byte ${offset} of the data, which no file has`);
  const count = countOf(sizes);
  if (count === undefined) throw fail(`is of [${sizes.slice(0, 16).join(', ')}], which has too many elements`);
  const length = lengthOf(type, count);
  if (type.kind === 'blocks' && (sizes[0] ?? 1) % type.elements !== 0)
    throw fail(`has rows of ${sizes[0] ?? 1} elements, which are no whole blocks of ${type.elements} (${type.name})`);
  return { name, type, shape: sizes.toReversed(), count, begin: offset, length };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readName({ scanner, source, limits: { nameBytes } }: GgufHeader, index: number): string {
  const length = scanner.size();
  if (length > nameBytes || typeof length === 'bigint') {
    const what = `the name of tensor ${index + 1} has ${length} bytes`;
    throw beyondCheckpointLimit('nameBytes', nameBytes, { source, what });
  }
  if (length > scanner.left) throw scanner.ended();
  const bytes = scanner.bytes(length);
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw malformedCheckpoint(source, `the name of tensor ${index + 1} is no UTF-8`, { cause });
  }
}

function readSizes({ scanner, source, limits: { rank } }: GgufHeader, name: string): number[] {
  const axes = scanner.uint32();
  if (axes > rank)
    throw beyondCheckpointLimit('rank', rank, {
      source,
      what: `tensor "${shortName(name)}" has ${axes} axes`,
      tensor: name,
    });
  const sizes: number[] = [];
  for (let i = 0; i < axes; i++) {
    const size = scanner.size();
    if (typeof size === 'bigint')
      throw malformedCheckpoint(source, `has a size of ${size}, beyond 2^53 - 1`, { tensor: name });
    sizes.push(size);
  }
  return sizes;
}

/** The number of elements; undefined where JavaScript cannot count their bits. */
function countOf(sizes: readonly number[]): number | undefined {
  // A zero anywhere makes the tensor empty, whatever the other sizes multiply to.
  if (sizes.includes(0)) return 0;
  let count = 1;
  for (const size of sizes) {
    count *= size;
    if (count > Number.MAX_SAFE_INTEGER / 64) return undefined;
  }
  return count;
}

function lengthOf(type: GgmlType, count: number): number {
  if (type.kind === 'blocks') return (count / type.elements) * type.bytes;
  return type.kind === 'plain' ? (count * DTYPES[type.dtype].bits) / 8 : 0;
}

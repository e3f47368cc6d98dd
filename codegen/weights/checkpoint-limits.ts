// The limits of what a checkpoint may ask for: one table with the defaults, how far each can be raised, and their error.
import { type DimwiseError, dimwiseError } from '../../src/base/errors.ts';
import { shortName } from './malformed-checkpoint.ts';

/** One limit. */
export interface CheckpointLimitRow {
  readonly usual: number;
  /** How far it can be raised: beyond, the numbers or the arrays of JavaScript give out. */
  readonly most: number;
  /** What is counted, for documentation and messages. */
  readonly counts: string;
}

/** Every limit by its name. */
export const CHECKPOINT_LIMITS = {
  headerBytes: {
    usual: 100_000_000,
    most: 2 ** 32,
    counts: 'bytes of the header of a safetensors file (as its reference reader takes), or of an index of shards',
  },
  tensors: {
    usual: 250_000,
    most: 2 ** 24 - 1,
    counts: 'tensors, with the entries of metadata; they may have eight times as many axes',
  },
  shards: { usual: 10_000, most: 2 ** 24 - 1, counts: 'files of one checkpoint' },
  nameBytes: { usual: 65_536, most: 2 ** 28, counts: 'bytes of a name' },
  textBytes: {
    usual: 2 ** 24,
    most: 2 ** 28,
    counts: 'bytes of a text of metadata; names and texts may have twice as many together',
  },
  rank: { usual: 1024, most: 2 ** 24, counts: 'axes of a tensor' },
  arrayBytes: {
    usual: 2 ** 30,
    most: 2 ** 32 - 1,
    counts:
      'bytes of an array that is held whole while it is used: compressed, big-endian, in Fortran order, or strings',
  },
} as const satisfies Record<string, CheckpointLimitRow>;

/** The name of a limit. */
export type CheckpointLimitName = keyof typeof CHECKPOINT_LIMITS;

/** Limits that differ from the usual ones. */
export type CheckpointLimits = { readonly [Name in CheckpointLimitName]?: number | undefined };

/** A value for every limit. */
export type AllCheckpointLimits = Readonly<Record<CheckpointLimitName, number>>;

/** The names of all limits. */
export const CHECKPOINT_LIMIT_NAMES: readonly CheckpointLimitName[] =
  // The keys of the table are the names.
  Object.keys(CHECKPOINT_LIMITS) as CheckpointLimitName[];

/**
 * Fills in the usual limits.
 *
 * @throws CHECKPOINT_LIMIT when a limit is unknown, no whole number, or beyond what it can be raised to
 */
export function allCheckpointLimits(limits: CheckpointLimits = {}): AllCheckpointLimits {
  const unknown = Object.keys(limits).find((name) => !Object.hasOwn(CHECKPOINT_LIMITS, name));
  if (unknown !== undefined) {
    throw dimwiseError({
      code: 'CHECKPOINT_LIMIT',
      message: `there is no limit ${unknown}; there are ${CHECKPOINT_LIMIT_NAMES.join(', ')}`,
      actual: unknown,
    });
  }
  return {
    headerBytes: limitOf('headerBytes', limits),
    tensors: limitOf('tensors', limits),
    shards: limitOf('shards', limits),
    nameBytes: limitOf('nameBytes', limits),
    textBytes: limitOf('textBytes', limits),
    rank: limitOf('rank', limits),
    arrayBytes: limitOf('arrayBytes', limits),
  };
}

function limitOf(name: CheckpointLimitName, limits: CheckpointLimits): number {
  const { usual, most } = CHECKPOINT_LIMITS[name];
  const wish = limits[name] ?? usual;
  if (Number.isSafeInteger(wish) && wish >= 0 && wish <= most) return wish;
  throw dimwiseError({
    code: 'CHECKPOINT_LIMIT',
    message: `the limit ${name} cannot be ${wish}`,
    expected: `a whole number from 0 to ${most}`,
    actual: String(wish),
    hint: `give a whole number from 0 to ${most}`,
  });
}

/**
 * The error of a checkpoint that asks for more than a limit allows.
 *
 * @param source the file
 * @param what what asks for it, as the subject of a sentence that ends in the limit: `its header has 1000 bytes`
 * @param tensor the tensor whose fault it is
 */
export function beyondCheckpointLimit(
  name: CheckpointLimitName,
  limit: number,
  { source, what, tensor }: { source: string; what: string; tensor?: string | undefined },
): DimwiseError {
  return dimwiseError({
    code: 'CHECKPOINT_LIMIT',
    message: `${source}: ${what}, the limit ${name} is ${limit}`,
    origin: tensor === undefined ? undefined : { what: `tensor "${shortName(tensor)}"` },
    expected: `at most ${limit} ${CHECKPOINT_LIMITS[name].counts}`,
    hint: `if you trust the file, raise the limit ${name}`,
  });
}

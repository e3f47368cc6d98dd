// The errors of checkpoints: a file that is not what its format asks for, and tensors that a format cannot hold.
import { type DimwiseError, dimwiseError } from '../../src/base/errors.ts';

/** What an error of a checkpoint may add to its message. */
export interface CheckpointFacts {
  /** The tensor that is at fault. */
  readonly tensor?: string | undefined;
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The start of a name: those of a file may be as long as its header. */
export const shortName = (name: string): string => (name.length <= 80 ? name : `${name.slice(0, 76)}...`);

/**
 * The error of a checkpoint that is not well-formed.
 *
 * @param source the file
 * @param fact what is wrong, as the rest of a sentence; behind the tensor's name where one is given
 */
export function malformedCheckpoint(source: string, fact: string, facts: CheckpointFacts = {}): DimwiseError {
  return checkpointError('CHECKPOINT_MALFORMED', source, fact, facts);
}

/** The error of a tensor, name or text that a format cannot hold; the arguments are those of {@link malformedCheckpoint}. */
export function unfitForCheckpoint(target: string, fact: string, facts: CheckpointFacts = {}): DimwiseError {
  return checkpointError('CHECKPOINT_VALUE', target, fact, facts);
}

function checkpointError(
  code: 'CHECKPOINT_MALFORMED' | 'CHECKPOINT_VALUE',
  source: string,
  fact: string,
  { tensor, ...facts }: CheckpointFacts,
): DimwiseError {
  const what = tensor === undefined ? undefined : `tensor "${shortName(tensor)}"`;
  return dimwiseError({
    code,
    message: `${source}: ${what === undefined ? fact : `${what} ${fact}`}`,
    origin: what === undefined ? undefined : { what },
    ...facts,
  });
}

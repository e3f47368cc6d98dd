// How Triton schedules sequences: each in a slot of its own, or the oldest requests of all of them first.
import { knownNames, optionError, wholeNumber } from './check-option.ts';
import type { TritonSequence } from './model-options.ts';
import type { BatchLimit } from './scheduling.ts';
import { field, nested, type TextField } from './text-format.ts';

/** Sequences that take turns by default where the oldest come first; others wait until one of them ends. */
const DEFAULT_CANDIDATES = 16;

/**
 * The strategy, and how long a sequence may be idle.
 *
 * @throws EXPORT_OPTION when an option is none of the strategy, or a number is out of range
 */
export function sequenceStrategy(sequence: TritonSequence, { most }: BatchLimit): readonly (TextField | undefined)[] {
  const strategy = sequence.strategy ?? (most > 1 ? 'oldest' : 'direct');
  knownNames('the strategy of sequences', [strategy], ['direct', 'oldest']);
  const { idle, delay, candidates, preferred = [], preserveOrder } = sequence;
  const waits = delay === undefined ? undefined : field('max_queue_delay_microseconds', microseconds('delay', delay));
  const idleField =
    idle === undefined ? undefined : field('max_sequence_idle_microseconds', microseconds('time of idleness', idle, 1));
  if (strategy === 'direct') {
    const idleOption = Object.entries({ candidates, preferred: sequence.preferred, preserveOrder }).find(
      ([, value]) => value !== undefined && value !== false,
    );
    if (idleOption) {
      throw optionError(`${idleOption[0]} is no option of the strategy direct, where each sequence has its own slot`, {
        hint: "strategy 'oldest' has it",
      });
    }
    return [idleField, nested('direct', [waits])];
  }
  for (const size of preferred) wholeNumber('a preferred batch', size, 1, Math.max(1, most));
  const room = candidates ?? Math.max(DEFAULT_CANDIDATES, most);
  return [
    idleField,
    nested('oldest', [
      field('max_candidate_sequences', wholeNumber('the number of candidates', room, 1)),
      preferred.length > 0 ? field('preferred_batch_size', preferred) : undefined,
      waits,
      preserveOrder ? field('preserve_ordering', true) : undefined,
    ]),
  ];
}

const microseconds = (what: string, value: number, least = 0): number =>
  wholeNumber(`the ${what} of sequences`, value, least, Number.MAX_SAFE_INTEGER);

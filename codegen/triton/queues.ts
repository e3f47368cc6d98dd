// Queues of requests: how many wait, how long, and which come first.
import { knownNames, optionError, wholeNumber } from './check-option.ts';
import type { TritonBatchingOptions, TritonQueuePolicy } from './model-options.ts';
import { enumName, field, nested, repeated, type TextField, type TextMessage } from './text-format.ts';

/** The options of a queue. */
export const QUEUE_OPTIONS = ['queueSize', 'timeout', 'late', 'ownTimeouts'] as const;

const LATE = { reject: 'REJECT', delay: 'DELAY' } as const;

/**
 * Priorities, and the policies of their queues.
 *
 * @throws EXPORT_OPTION when a number is out of range, or an order is asked for that priorities or late requests break
 */
export function priorityFields(options: TritonBatchingOptions): readonly (TextField | undefined)[] {
  const { priorities, defaultPriority, queues = {}, preserveOrder = false } = options;
  const levels = priorities === undefined ? 0 : wholeNumber('the number of priorities', priorities, 1);
  const own = Object.entries(queues);
  if (levels === 0 && (defaultPriority !== undefined || own.length > 0)) {
    throw optionError('a priority is named, and there are none', { hint: 'say how many there are with priorities' });
  }
  // What Triton's server refuses to load (its model_config_utils.cc).
  if (preserveOrder && levels > 1) {
    throw optionError(`answers are to come in the order of the requests, which ${levels} priorities break`);
  }
  const delayed = [options, ...own.map(([, policy]) => policy)].some(
    ({ late, timeout }) => late === 'delay' && timeout !== undefined,
  );
  if (preserveOrder && delayed) {
    throw optionError('answers are to come in the order of the requests, which late ones that are delayed break');
  }
  const policy = policyOf(options, 'the queue');
  const single = own.map(([level, each]): TextMessage => {
    knownNames(`queue ${level}`, Object.keys(each), QUEUE_OPTIONS);
    const key = wholeNumber('the priority of a queue', Number(level), 1, levels);
    return [field('key', key), nested('value', policyOf(each, `queue ${level}`))];
  });
  return [
    levels > 0 ? field('priority_levels', levels) : undefined,
    levels > 0
      ? field('default_priority_level', wholeNumber('the default priority', defaultPriority ?? levels, 1, levels))
      : undefined,
    policy.length > 0 ? nested('default_queue_policy', policy) : undefined,
    repeated('priority_queue_policy', single),
  ];
}

function policyOf({ queueSize, timeout, late, ownTimeouts }: TritonQueuePolicy, what: string): TextMessage {
  if (late !== undefined) knownNames(`${what}: what becomes of late requests`, [late], Object.keys(LATE));
  if (timeout === undefined && late !== undefined && !ownTimeouts) {
    throw optionError(`${what} says what becomes of late requests, and no timeout says when they are`);
  }
  const waits = timeout !== undefined || ownTimeouts;
  return [
    waits ? field('timeout_action', enumName(LATE[late ?? 'reject'])) : undefined,
    timeout === undefined
      ? undefined
      : field('default_timeout_microseconds', wholeNumber('the timeout', timeout, 1, Number.MAX_SAFE_INTEGER)),
    ownTimeouts ? field('allow_timeout_override', true) : undefined,
    queueSize === undefined ? undefined : field('max_queue_size', wholeNumber('the queue', queueSize, 1)),
  ].filter((each) => each !== undefined);
}

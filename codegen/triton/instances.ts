// Where a model runs: groups of instances, on which devices, and what a run takes of the server.
import { knownNames, optionError, wholeNumber } from './check-option.ts';
import type { TritonInstances, TritonOptions, TritonResource } from './model-options.ts';
import { enumName, field, nested, repeated, type TextField, type TextMessage } from './text-format.ts';

const KINDS = { auto: 'KIND_AUTO', gpu: 'KIND_GPU', cpu: 'KIND_CPU' } as const;

/** The groups of instances as a list: one by default. */
export const groupsOf = (instances: TritonOptions['instances']): readonly TritonInstances[] =>
  instances === undefined ? [{}] : 'length' in instances ? instances : [instances];

/**
 * `instance_group`.
 *
 * @throws EXPORT_OPTION when GPUs are named for instances on the CPU, or one twice, a number is out of range, or there is no group
 */
export function instanceGroup(groups: readonly TritonInstances[]): TextField {
  if (groups.length === 0) throw optionError('the list of instances is empty, so nothing would run');
  return repeated('instance_group', groups.map(groupMessage));
}

function groupMessage({ count = 1, gpus = [], resources = [], priority, ...rest }: TritonInstances): TextMessage {
  const kind = rest.kind ?? (gpus.length > 0 ? 'gpu' : 'auto');
  knownNames('the kind of instances', [kind], Object.keys(KINDS));
  if (kind === 'cpu' && gpus.length > 0) throw optionError('GPUs are named for instances on the CPU');
  for (const gpu of gpus) wholeNumber('a GPU', gpu, 0);
  const twice = gpus.find((gpu, i) => gpus.indexOf(gpu) !== i);
  if (twice !== undefined)
    throw optionError(`GPU ${twice} is named twice`, { hint: 'instances says how many run on each' });
  return [
    field('count', wholeNumber('the number of instances', count, 1)),
    field('kind', enumName(KINDS[kind])),
    gpus.length > 0 ? field('gpus', gpus) : undefined,
    rateLimiter(resources, priority),
  ];
}

/** What a run takes, and how often instances are chosen; only servers that are started with rate limits read it. */
function rateLimiter(resources: readonly TritonResource[], priority: number | undefined): TextField | undefined {
  if (resources.length === 0 && priority === undefined) return undefined;
  const names = resources.map(({ name }) => name);
  const twice = names.find((name, i) => name === '' || names.indexOf(name) !== i);
  if (twice !== undefined)
    throw optionError(twice === '' ? 'a resource has no name' : `resource ${twice} is named twice`);
  const messages = resources.map(
    ({ name, count, global = false }): TextMessage => [
      field('name', name),
      global ? field('global', true) : undefined,
      field('count', wholeNumber(`the number of resource ${name}`, count, 1)),
    ],
  );
  return nested('rate_limiter', [
    repeated('resources', messages),
    priority === undefined ? undefined : field('priority', wholeNumber('the priority of instances', priority, 1)),
  ]);
}

// Name rules: which tensor of a checkpoint is which parameter, and how its elements lie there.
import { dimwiseError } from '../../src/base/errors.ts';
import { captureSite } from '../../src/base/origin.ts';
import { elementCount, type TensorData } from '../../src/ir/tensor-data.ts';
import { joinTensors, reshapeTensor, splitTensor, stackTensors, transposeTensor } from '../../src/ir/tensor-views.ts';
import { refuseArgument } from '../../src/nn/arguments.ts';
import type { Checkpoint } from './checkpoint.ts';
import { sameElements } from './same-elements.ts';

/**
 * Names that a rule is for: a pattern, which may match a part of the name; a text that ends with a dot, the beginning of names; another
 * text, the whole name.
 */
export type NamePattern = string | RegExp;

/** A size: a number; -1, at most once, for what the others leave; or the size of an axis of the tensor, counted from 0. */
export type TensorSize = number | { readonly axis: number };

/** A rule for tensors that lie otherwise than the parameters: transposed, packed into one, or apart. */
export interface TensorRule {
  /** Which tensors; those of several patterns become one tensor, joined in the order of the patterns. */
  readonly from: NamePattern | readonly NamePattern[];
  /** The new name, `$1` being the pattern's first group; several cut the tensor into equal parts; the old name by default. */
  readonly to?: string | readonly string[] | undefined;
  /** The old axis of each new one, or true for all axes backwards; taken before cutting and joining. */
  readonly transpose?: boolean | readonly number[] | undefined;
  /** The sizes to read the elements with, taken after `transpose`: numbers, -1 for what the others leave, `{ axis }` for the size of that axis. */
  readonly reshape?: readonly TensorSize[] | undefined;
  /** The axis to cut or to join along; 0 by default. */
  readonly axis?: number | undefined;
  /** Joins all tensors that get the same name along a new axis, in the order of the numbers in their old names. */
  readonly stack?: boolean | undefined;
}

/**
 * One step from names in a checkpoint to paths of a model: a pair of what is replaced and what takes its place, null for tensors to leave
 * out; a function from name to name, null to leave out; or a {@link TensorRule}.
 */
export type NameRule =
  | readonly [from: NamePattern, to: string | null]
  | ((name: string) => string | null | undefined)
  | TensorRule;

/** A tensor under its new name, with the names that it has in the checkpoint. */
export interface MappedTensor {
  readonly name: string;
  readonly data: TensorData;
  readonly sources: readonly string[];
}

/** What rules make of a checkpoint. */
export interface MappedTensors {
  readonly tensors: ReadonlyMap<string, MappedTensor>;
  /** Names in the checkpoint that the rules leave out. */
  readonly ignored: readonly string[];
}

/**
 * A checkpoint with its tensors renamed and rearranged; nothing is read.
 *
 * @param rules applied one after the other, each to the names that come out of those before
 * @throws LAYER_ARGUMENT when a rule is none
 * @throws CHECKPOINT_MISMATCH when tensors to be joined are missing, or two tensors that differ get the same name
 * @throws PARAM_SHAPE when a tensor cannot be transposed, cut, joined or reshaped as asked for
 * @example mapCheckpoint(checkpoint, [['bert.', ''], { from: /(.*)\.qkv\.(.*)/, to: ['$1.q.$2', '$1.k.$2', '$1.v.$2'] }])
 */
export function mapCheckpoint(checkpoint: Checkpoint, rules: readonly NameRule[]): Checkpoint {
  const { tensors } = mapTensors(checkpoint, rules);
  return { ...checkpoint, tensors: new Map([...tensors].map(([name, { data }]) => [name, data])) };
}

/** As {@link mapCheckpoint}, with the old names. */
export function mapTensors(checkpoint: Checkpoint, rules: readonly NameRule[]): MappedTensors {
  const ignored: string[] = [];
  let tensors = [...checkpoint.tensors].map(([name, data]): MappedTensor => ({ name, data, sources: [name] }));
  for (const rule of rules) tensors = applyRule(rule, tensors, ignored);
  return { tensors: byName(tensors, checkpoint.source), ignored };
}

function applyRule(rule: NameRule, tensors: readonly MappedTensor[], ignored: string[]): MappedTensor[] {
  if (typeof rule === 'function') return rename(tensors, (name) => rule(name) ?? null, ignored);
  if (isPair(rule)) {
    const [from, to] = rule;
    const renamed = (name: string): string | null => (to === null ? null : replaced(name, from, to));
    return rename(tensors, (name) => (matches(name, from) ? renamed(name) : name), ignored);
  }
  if (typeof rule !== 'object' || rule === null || !('from' in rule))
    refuseArgument('the name map', 'a rule', 'a pair, a function or { from, to }', rule);
  return rule.stack || Array.isArray(rule.from) ? gather(rule, tensors) : tensors.flatMap((t) => cut(rule, t));
}

const isPair = (rule: NameRule): rule is readonly [NamePattern, string | null] => Array.isArray(rule);

function rename(
  tensors: readonly MappedTensor[],
  nameOf: (name: string) => string | null,
  ignored: string[],
): MappedTensor[] {
  return tensors.flatMap((tensor) => {
    const name = nameOf(tensor.name);
    if (name !== null) return [name === tensor.name ? tensor : { ...tensor, name }];
    ignored.push(...tensor.sources);
    return [];
  });
}

function matches(name: string, from: NamePattern): boolean {
  if (typeof from === 'string') return from.endsWith('.') ? name.startsWith(from) : name === from;
  return name.search(from) >= 0;
}

/** A name with what a pattern matches replaced; a text is replaced as it stands, at the beginning. */
function replaced(name: string, from: NamePattern, to: string): string {
  return typeof from === 'string' ? to + name.slice(from.length) : name.replace(from, to);
}

/** A tensor as a rule rearranges it, before it is cut or joined. */
function rearranged(rule: TensorRule, { data }: MappedTensor): TensorData {
  const { transpose, reshape } = rule;
  const turned = transpose ? transposeTensor(data, transpose === true ? undefined : transpose) : data;
  return reshape ? reshapeTensor(turned, sizesOf(reshape, turned.shape)) : turned;
}

/** The sizes that a rule means for a tensor; what cannot be stays as it is, and is refused with the tensor's own sizes. */
function sizesOf(sizes: readonly TensorSize[], shape: readonly number[]): readonly number[] {
  const known = sizes.map((size) => (typeof size === 'number' ? size : (shape[size.axis] ?? -1)));
  const open = known.indexOf(-1);
  const rest = elementCount(shape) / elementCount(known.filter((size) => size !== -1));
  return open === -1 || !Number.isSafeInteger(rest) ? known : known.with(open, rest);
}

/** What a rule for single tensors makes of one: itself, or its parts. */
function cut(rule: TensorRule, tensor: MappedTensor): MappedTensor[] {
  const { from, to, axis } = rule;
  if (isList(from) || !matches(tensor.name, from)) return [tensor];
  const data = rearranged(rule, tensor);
  if (to === undefined || typeof to === 'string')
    return [{ ...tensor, data, name: to === undefined ? tensor.name : replaced(tensor.name, from, to) }];
  const parts = splitTensor(data, to.length, axis);
  return parts.flatMap((part, i) => {
    const target = to[i];
    return target === undefined ? [] : [{ ...tensor, data: part, name: replaced(tensor.name, from, target) }];
  });
}

const isList = (from: TensorRule['from']): from is readonly NamePattern[] => Array.isArray(from);

/** The members of one joined tensor, with the pattern that each met. */
interface Group {
  readonly members: { readonly tensor: MappedTensor; readonly pattern: number }[];
}

/** What a rule that joins makes of all tensors; the joined ones stand where their first member stood. */
function gather(rule: TensorRule, tensors: readonly MappedTensor[]): MappedTensor[] {
  const { from, to } = rule;
  if (typeof to !== 'string') refuseArgument('the name map', 'to', 'one name for the joined tensors', to);
  const patterns = isList(from) ? from : [from];
  const groups = new Map<string, Group>();
  const others: (MappedTensor | Group)[] = [];
  for (const tensor of tensors) {
    const pattern = patterns.findIndex((each) => matches(tensor.name, each));
    const met = patterns[pattern];
    if (met === undefined) {
      others.push(tensor);
      continue;
    }
    const name = replaced(tensor.name, met, to);
    const group = groups.get(name) ?? { members: [] };
    if (group.members.length === 0) {
      groups.set(name, group);
      others.push(group);
    }
    group.members.push({ tensor, pattern });
  }
  const names = new Map([...groups].map(([name, group]) => [group, name]));
  return others.map((item) => ('members' in item ? joined(rule, item, names.get(item) ?? to, patterns) : item));
}

function joined(rule: TensorRule, { members }: Group, name: string, patterns: readonly NamePattern[]): MappedTensor {
  const met = new Set(members.map(({ pattern }) => pattern));
  const absent = patterns.filter((_, i) => !met.has(i));
  if (absent.length > 0) {
    throw dimwiseError({
      code: 'CHECKPOINT_MISMATCH',
      message: `${name} is joined of ${patterns.length} tensors, the checkpoint has none for ${absent.join(', ')}`,
      origin: { site: captureSite() },
      expected: patterns.join(', '),
      actual: members.map(({ tensor }) => tensor.name).join(', '),
      hint: 'correct the patterns, or take another checkpoint',
    });
  }
  const ordered = members.toSorted(
    (a, b) => a.pattern - b.pattern || a.tensor.name.localeCompare(b.tensor.name, 'en', { numeric: true }),
  );
  const parts = ordered.map(({ tensor }) => rearranged(rule, tensor));
  const data = rule.stack ? stackTensors(parts, rule.axis) : joinTensors(parts, rule.axis);
  return { name, data, sources: ordered.flatMap(({ tensor }) => tensor.sources) };
}

/** Tensors by their new names; tied ones, which are saved under several names, are one. */
function byName(tensors: readonly MappedTensor[], source: string): ReadonlyMap<string, MappedTensor> {
  const found = new Map<string, MappedTensor>();
  for (const tensor of tensors) {
    const twin = found.get(tensor.name);
    if (twin && !sameElements(twin.data, tensor.data)) {
      const names = [...twin.sources, ...tensor.sources].join(' and ');
      throw dimwiseError({
        code: 'CHECKPOINT_MISMATCH',
        message: `${names} of ${source} both become ${tensor.name}, and differ`,
        origin: { site: captureSite() },
        expected: 'one tensor for each name, or equal ones',
        actual: names,
        hint: 'leave one of them out with a rule [name, null]',
      });
    }
    found.set(tensor.name, twin ? { ...twin, sources: [...twin.sources, ...tensor.sources] } : tensor);
  }
  return found;
}

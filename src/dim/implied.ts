// Constraints that the others imply: looked for among those that share sizes, by halves, so that long lists cost little more than reading them.
import { type Answer, type Constraint, constraintDims } from './constraint.ts';
import { type SymbolDim, symbolsOf } from './dim.ts';

/** Facts that can be taken back. */
export interface Trial {
  require(constraint: Constraint): Answer;
  /** Runs a step and takes back what it recorded. */
  undoing(step: () => void): void;
}

/** More constraints on sizes that hang together are not searched. */
const MAX_GROUP = 512;

/** Constraints that share symbols, directly or through others, with what holds by construction among them. */
export interface Group {
  readonly symbols: ReadonlySet<SymbolDim>;
  readonly constraints: readonly Constraint[];
  readonly given: readonly Constraint[];
}

/**
 * The constraints without those that all others together imply, later ones first; equalities stay.
 *
 * @param start makes facts with what holds beforehand of the sizes of a group
 */
export function withoutImplied(
  constraints: readonly Constraint[],
  given: readonly Constraint[],
  start: (group: Group) => Trial,
): readonly Constraint[] {
  const kept = new Set<Constraint>();
  for (const group of groupsOf(constraints, given)) {
    const isSearched = group.constraints.length > 1 && group.constraints.length <= MAX_GROUP;
    const needed = isSearched ? neededOf(group.constraints, start(group)) : group.constraints;
    for (const constraint of needed) kept.add(constraint);
  }
  return constraints.filter((constraint) => kept.has(constraint));
}

/** Those of a list that what the facts hold and the others of the list do not imply. */
function neededOf(list: readonly Constraint[], facts: Trial): readonly Constraint[] {
  const [only, ...more] = list;
  if (!only) return [];
  if (more.length === 0) {
    let isImplied = false;
    if (only.kind !== 'equal') facts.undoing(() => (isImplied = facts.require(only) === 'true'));
    return isImplied ? [] : list;
  }
  const half = list.length >> 1;
  const [first, second] = [list.slice(0, half), list.slice(half)];
  const later = under(first, facts, () => neededOf(second, facts));
  return [...under(later, facts, () => neededOf(first, facts)), ...later];
}

/** What a step gives while constraints are taken for granted. */
function under<T extends readonly Constraint[]>(
  list: readonly Constraint[],
  facts: Trial,
  step: () => T,
): readonly Constraint[] {
  let found: readonly Constraint[] = [];
  facts.undoing(() => {
    for (const constraint of list) facts.require(constraint);
    found = step();
  });
  return found;
}

const symbolsIn = (constraint: Constraint): SymbolDim[] =>
  constraintDims(constraint).flatMap((dim) => [...symbolsOf(dim)]);

/** The groups in the order of their first constraints. */
function groupsOf(constraints: readonly Constraint[], given: readonly Constraint[]): Group[] {
  const parent = new Map<SymbolDim, SymbolDim>();
  const rootOf = (symbol: SymbolDim): SymbolDim => {
    let root = symbol;
    for (let next = parent.get(root); next && next !== root; next = parent.get(root)) root = next;
    parent.set(symbol, root);
    return root;
  };
  for (const constraint of [...constraints, ...given]) {
    const [first, ...rest] = symbolsIn(constraint);
    if (first) for (const symbol of rest) parent.set(rootOf(symbol), rootOf(first));
  }
  const groups = new Map<
    SymbolDim | undefined,
    { symbols: Set<SymbolDim>; constraints: Constraint[]; given: Constraint[] }
  >();
  const groupOf = (constraint: Constraint) => {
    const symbols = symbolsIn(constraint);
    const root = symbols[0] && rootOf(symbols[0]);
    const group = groups.get(root) ?? { symbols: new Set(), constraints: [], given: [] };
    groups.set(root, group);
    for (const symbol of symbols) group.symbols.add(symbol);
    return group;
  };
  for (const constraint of constraints) groupOf(constraint).constraints.push(constraint);
  for (const constraint of given) groupOf(constraint).given.push(constraint);
  return [...groups.values()].filter((group) => group.constraints.length > 0);
}

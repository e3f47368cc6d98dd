// Branches of If that no valid run takes: what rules one out, where that is remembered, and who hears of it.
import type { Diagnostic } from '../base/errors.ts';
import { formatOrigin } from '../base/origin.ts';
import { allNodes } from '../ir/bodies.ts';
import type { BranchBody, BranchName, BranchTrial, BranchTrials, RuledOut } from '../ir/branch-trials.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { BodyOptions } from '../ir/operator.ts';
import type { ValueType } from '../ir/type.ts';
import { truthIn } from '../ops/rules/trip-count.ts';
import { hoistCommon, hoistFacts } from './hoist-facts.ts';

/**
 * Takes the mistakes that inference finds.
 *
 * @param isUnsure whether a run may get through all the same: a loop that does no step
 */
export type Report = (diagnostic: Diagnostic, isUnsure?: boolean) => void;

/** Mistakes that fail a run, not the loading of a model: sizes are as a run has them, element types and attributes as the file has them. */
const FAILS_RUNS: ReadonlySet<string> = new Set(['SHAPE_MISMATCH', 'RANK_MISMATCH', 'DIM_CONTRADICTION']);

/** Behind a branch, an axis that is out of range for the rank that it gives; in the branch itself the attribute may be wrong as it is. */
const FAILS_BEHIND: ReadonlySet<string> = new Set([...FAILS_RUNS, 'ATTRIBUTE_INVALID']);

/**
 * Whether a run may get through a mistake of a node: for a window that is larger than its axis, ONNX Runtime's pools give a size of
 * their own where the contract asks for more.
 */
export function mayRunAllTheSame({ op }: Node): boolean {
  return op.endsWith('Pool');
}

/** What is known of the branches of one node. */
interface Ruling {
  /** The inferences of the node, and those of them that ruled the same branch out. */
  inferences: number;
  ruled: number;
  last: RuledOut | undefined;
  /** What follows the node rules out. */
  behind: RuledOut | undefined;
}

interface Rulings {
  readonly decides: boolean;
  readonly nodes: Map<Node, Ruling>;
}

const rulingsOf = new WeakMap<Graph, Rulings>();
/** Bodies whose values are given up because of mistakes that were not told. */
const failed = new WeakSet<Graph>();

/** How branches are ruled out. */
export interface RulingOptions {
  /**
   * Whether a branch that is ruled out decides the condition for the whole graph, and what follows an If rules out too; not where a run
   * must fail in the same way as before, however much is folded.
   */
  readonly decides: boolean;
}

/** Lets branches of a graph be ruled out from now on: it comes from a file, so that nobody is to be told of a mistake of his own. */
export function allowRulingOut(graph: Graph, { decides }: RulingOptions): void {
  rulingsOf.set(graph, { decides, nodes: new Map() });
}

/** Whether what follows an If may rule a branch of it out. */
export function looksBehind(node: Node): boolean {
  return rulingsOf.get(node.graph.root)?.decides === true;
}

/** The branches of a model that were ruled out, those in bodies and in calls included; in a loop, those that no step takes. */
export function* ruledOutBranches(graph: Graph): Iterable<readonly [Node, RuledOut]> {
  for (const node of rulingsOf.get(graph.root)?.nodes.keys() ?? []) {
    const found = node.attached ? ruledOutOf(node) : undefined;
    if (found) yield [node, found];
  }
}

/** The branch of a node that was ruled out. */
export function ruledOutOf(node: Node): RuledOut | undefined {
  const ruling = rulingsOf.get(node.graph.root)?.nodes.get(node);
  if (!ruling?.last || node.outputs.some((output) => output.poisoned)) return undefined;
  return isRepeated(node) && ruling.ruled < ruling.inferences ? undefined : ruling.last;
}

/** Whether a graph lies in a branch that no run takes: what is stated there, nobody can hold against what no run gives. */
export function isInRuledOut(graph: Graph): boolean {
  for (let at: Graph | undefined = graph; at?.owner; at = at.parent) {
    const branch: BranchName | undefined = ruledOutOf(at.owner)?.branch ?? deadBranchOf(at.owner);
    if (branch && at.owner.attribute(branch)?.value === at) return true;
  }
  return false;
}

/** The branch of an If that its condition never takes. */
function deadBranchOf({ op, graph, inputs }: Node): BranchName | undefined {
  const truth = op === 'If' ? truthIn(graph.facts, inputs[0]?.content?.elements[0]) : undefined;
  return truth === undefined ? undefined : truth ? 'else_branch' : 'then_branch';
}

/** Whether a node stands in the body of a loop, which is inferred for several of its steps. */
export function isRepeated(node: Node): boolean {
  for (let at: Graph | undefined = node.graph; at; at = at.parent) if (at.owner && at.owner.op !== 'If') return true;
  return false;
}

/** Tells of all branches that were ruled out; of one that several calls hold, once. */
export function tellRuledOut(graph: Graph, note: (diagnostic: Diagnostic) => void): void {
  const told = new Set<string>();
  for (const [node, ruledOut] of ruledOutBranches(graph)) {
    const found = noteOf(node, ruledOut);
    if (!told.has(found.message)) note(found);
    told.add(found.message);
  }
}

/** The note of a branch that was ruled out (BRANCH_RULED_OUT, BRANCH_UNFIT): the node, the branch, and what fails. */
export function noteOf(node: Node, { branch, mistakes, isBehind }: RuledOut): Diagnostic {
  const [first] = mistakes;
  const what = first ? `${first.code}: ${first.message}` : 'it fails';
  const name = node.name ? `If "${node.name}"` : `the If that makes ${node.outputs[0]?.label ?? 'nothing'}`;
  return {
    code: isBehind ? 'BRANCH_UNFIT' : 'BRANCH_RULED_OUT',
    message: `no valid run takes the ${branch} of ${name}: ${isBehind ? 'with what it gives, ' : ''}${what}`,
    origin: node.origin,
    related: mistakes.map(({ code, origin }) => ({ message: `${code} here`, origin })),
  };
}

/** Forgets what followed a node when it was inferred the last time. */
export function forgetBehind(node: Node): void {
  const ruling = rulingsOf.get(node.graph.root)?.nodes.get(node);
  if (ruling) ruling.behind = undefined;
}

/** Remembers that what follows a node rules a branch of it out; the node is to be inferred again. */
export function ruleOutBehind(node: Node, branch: BranchName, mistakes: readonly Diagnostic[]): void {
  rulingFor(node).behind = { branch, mistakes, isBehind: true };
}

function rulingFor(node: Node): Ruling {
  const nodes = rulingsOf.get(node.graph.root)?.nodes ?? new Map<Node, Ruling>();
  const ruling = nodes.get(node) ?? { inferences: 0, ruled: 0, last: undefined, behind: undefined };
  nodes.set(node, ruling);
  return ruling;
}

/** Collects the mistakes of what may turn out to be ruled out. */
export class Collected {
  readonly #found: { readonly diagnostic: Diagnostic; readonly isUnsure: boolean }[] = [];

  readonly report: Report = (diagnostic, isUnsure = false) => void this.#found.push({ diagnostic, isUnsure });

  get mistakes(): readonly Diagnostic[] {
    return this.#found.map(({ diagnostic }) => diagnostic);
  }

  /** Whether no run gets through: sizes or ranks alone are wrong, on the way to a result. */
  fails(outputs: readonly { readonly poisoned: boolean }[], isBehind = false): boolean {
    const codes = isBehind ? FAILS_BEHIND : FAILS_RUNS;
    return (
      this.#found.length > 0 &&
      outputs.some(({ poisoned }) => poisoned) &&
      this.#found.every(({ diagnostic, isUnsure }) => !isUnsure && codes.has(diagnostic.code))
    );
  }

  tell(report: Report): void {
    for (const { diagnostic, isUnsure } of this.#found) report(diagnostic, isUnsure);
  }
}

/** What trials need of the engine. */
export interface TrialEngine {
  /** Infers a body. */
  readonly inferBody: (body: Graph, options: BodyOptions, report: Report) => readonly ValueType[];
  readonly report: Report;
  /** Gives the node up. */
  readonly spoil: () => void;
}

/** The trials of one node in one inference. */
export class Trials implements BranchTrials {
  readonly #node: Node;
  readonly #engine: TrialEngine;
  readonly #rulings: Rulings | undefined;
  #isCounted = false;

  constructor(node: Node, engine: TrialEngine) {
    this.#node = node;
    this.#engine = engine;
    this.#rulings = rulingsOf.get(node.graph.root);
  }

  get ruledOut(): RuledOut | undefined {
    return this.#rulings?.nodes.get(this.#node)?.behind;
  }

  get decides(): boolean {
    return this.#rulings?.decides === true;
  }

  infer(body: Graph, options: BodyOptions): BranchTrial {
    const { inferBody, report, spoil } = this.#engine;
    const collected = new Collected();
    if (failed.has(body)) revive(body);
    const types = inferBody(body, { ...options, dead: true }, this.#rulings ? collected.report : report);
    this.#count();
    if (collected.fails(body.outputs)) {
      failed.add(body);
      return { types, mistakes: collected.mistakes };
    }
    collected.tell(report);
    if (body.outputs.some((output) => output.poisoned)) spoil();
    hoistFacts(body, { runs: false, isInner: options.isInner });
    return { types, mistakes: [] };
  }

  #count(): void {
    if (this.#isCounted || !this.#rulings) return;
    this.#isCounted = true;
    const known = this.#rulings.nodes.get(this.#node);
    if (!known && !isRepeated(this.#node)) return;
    const ruling = rulingFor(this.#node);
    ruling.inferences++;
    ruling.last = undefined;
  }

  agree([yes, no]: readonly [BranchBody, BranchBody]): void {
    hoistCommon([yes.body, no.body], (symbol) => yes.isInner(symbol) || no.isInner(symbol));
  }

  ruleOut(ruledOut: RuledOut, other?: BranchBody): void {
    const ruling = rulingFor(this.#node);
    ruling.inferences = Math.max(ruling.inferences, 1);
    ruling.ruled++;
    ruling.last = ruledOut;
    if (other) hoistFacts(other.body, { runs: true, isInner: other.isInner });
  }

  giveUp(mistakes: readonly Diagnostic[]): void {
    const { origin } = this.#node;
    const message = `no branch of the If can run${formatOrigin(origin) ? '' : ' at these sizes'}`;
    for (const mistake of mistakes) {
      this.#engine.report({ ...mistake, related: [...(mistake.related ?? []), { message, origin }] });
    }
    this.#engine.spoil();
  }
}

/** Takes back that the values of a body were given up, so that it can be inferred anew. */
function revive(body: Graph): void {
  failed.delete(body);
  for (const node of allNodes(body)) for (const output of node.outputs) output.poisoned = false;
}

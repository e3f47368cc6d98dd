// The oracle: infers a plan with symbols, runs it under sizes that its contract takes, and compares every claim with the run.
import type { Tensor } from 'onnxruntime-node';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { type Dim, symbolsOf } from '../../src/dim/dim.ts';
import { allGraphs, bodiesOf } from '../../src/ir/bodies.ts';
import { dimOf } from '../../src/ir/content.ts';
import { contractOf } from '../../src/ir/contract.ts';
import { FeedCheck } from '../../src/ir/feed-check.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { type BuiltPlan, buildPlan } from './build-plan.ts';
import { type Contradiction, RunComparison } from './compare-run.ts';
import { drawSizes, feedsOf, type Sizes } from './feeds.ts';
import { isDeadly, isHazardous } from './hazards.ts';
import {
  bodiesOfPlan,
  countNodes,
  everyNode,
  namesRead,
  type Plan,
  type PlanConstant,
  type PlanNode,
  withNodes,
} from './plan.ts';
import { openPlan, type PlanSession, type RuntimeError, withoutNode } from './plan-session.ts';
import type { Rng } from './rng.ts';
import type { Refusal } from './scene.ts';

/**
 * What is wrong: a claim that the run contradicts (`size`, `rank`, `dtype`, `element`, `contract`, `range`), a model that does not
 * load or run although its contract is met (`load`, `run`), sizes refused although the run bears out every claim (`strict`), a
 * mistake reported of a node that runs (`refused`), or an error inside inference (`crash`).
 */
export type FindingKind = Contradiction['kind'] | 'load' | 'run' | 'strict' | 'refused' | 'crash';

/** Something that must not be. */
export interface Finding {
  readonly kind: FindingKind;
  /** The operator to blame, where one can be named. */
  readonly op: string;
  readonly text: string;
  readonly sizes: Readonly<Record<string, number>>;
}

/** What the judgement of one plan came to. */
export interface Verdict {
  readonly findings: readonly Finding[];
  /** Runs that ended. */
  readonly runs: number;
  readonly nodes: number;
  /** Sizes and elements that were compared, over all runs. */
  readonly sizes: number;
  readonly elements: number;
  /** Operators, with their domain, that ran under at least two bindings. */
  readonly operators: readonly string[];
  /** Whether the contract took none of the sizes that were drawn. */
  readonly unmet: boolean;
  /** Errors of runs that the contract foresees in its conditions on sizes that only a run tells. */
  readonly foreseen: number;
  /** Operators, with their form, that the CPU provider lacks. */
  readonly lacking: readonly string[];
}

/** Which findings are wanted; too strict contracts are no contradiction, and told apart. */
export interface JudgeOptions {
  readonly strict?: boolean;
}

/** Judges a plan. */
export async function judgePlan(plan: Plan, rng: Rng, { strict = true }: JudgeOptions = {}): Promise<Verdict> {
  const judgement = new Judgement(rng, strict);
  await judgement.judge(plan);
  return judgement;
}

class Judgement implements Verdict {
  readonly findings: Finding[] = [];
  runs = 0;
  nodes = 0;
  sizes = 0;
  elements = 0;
  operators: string[] = [];
  unmet = false;
  foreseen = 0;
  readonly lacking: string[] = [];
  readonly #rng: Rng;
  readonly #strict: boolean;

  constructor(rng: Rng, strict: boolean) {
    this.#rng = rng;
    this.#strict = strict;
  }

  async judge(plan: Plan): Promise<void> {
    if (plan.nodes.length === 0) return;
    const built = buildPlan(plan);
    const [mistake] = built.mistakes;
    if (mistake) {
      this.findings.push({ kind: 'refused', op: '', text: `${mistake.code}: ${mistake.message}`, sizes: {} });
      return;
    }
    const opened = await openPlan(plan);
    if ('error' in opened) return this.#broken(plan, opened.error, new Map());
    const { session } = opened;
    try {
      const failed = await this.#runAll(plan, built, session);
      if (!failed) return;
      await this.#broken(plan, failed.error, failed.sizes);
    } finally {
      await session.close();
    }
  }

  /** Runs the plan under all drawn sizes; comes back with the first error. */
  async #runAll(
    plan: Plan,
    built: BuiltPlan,
    session: PlanSession,
  ): Promise<{ readonly error: RuntimeError; readonly sizes: Sizes } | undefined> {
    const check = new FeedCheck(contractOf(built.graph));
    const drawn = drawSizes(plan, check, this.#rng);
    this.unmet = drawn.taken.length === 0;
    let ended = 0;
    for (const sizes of drawn.taken) {
      if (isHazardous(built, sizes)) continue;
      const outcome = await session.run(feedsOf(plan, sizes));
      if ('error' in outcome) {
        if (outcome.error.unsupported || !isForeseen(plan, built, outcome.error))
          return { error: outcome.error, sizes };
        this.foreseen++;
        continue;
      }
      ended++;
      this.#compare(plan, built, { sizes, tensors: outcome.tensors });
    }
    this.runs += ended;
    if (ended > 0) this.nodes = Math.max(this.nodes, countNodes(plan.nodes));
    if (ended > 1 || (ended === 1 && plan.symbols.length === 0)) {
      this.operators = [...new Set([...everyNode(plan.nodes)].map(operatorOf))];
    }
    if (!this.#strict) return undefined;
    for (const sizes of drawn.refused) {
      if (!isHazardous(built, sizes)) await this.#tryRefused(plan, built, { session, sizes, check });
    }
    return undefined;
  }

  #compare(plan: Plan, built: BuiltPlan, { sizes, tensors }: OneRun): void {
    const comparison = comparisonOf(built, { sizes, tensors });
    this.sizes += comparison.sizes;
    this.elements += comparison.elements;
    if (comparison.breached) {
      this.foreseen++;
      return;
    }
    // One finding per run: what follows from a wrong claim is wrong as well.
    const [first] = comparison.found;
    if (!first) return;
    const node = plan.nodes.find(({ outputs }) => outputs.includes(first.value));
    const text = `${first.value} ${first.text}`.trim();
    this.findings.push({ kind: first.kind, op: node ? operatorOf(node) : '', text, sizes: Object.fromEntries(sizes) });
  }

  /** What the contract refuses must fail, or contradict a claim. */
  async #tryRefused(
    plan: Plan,
    built: BuiltPlan,
    { session, sizes, check }: { readonly session: PlanSession; readonly sizes: Sizes; readonly check: FeedCheck },
  ): Promise<void> {
    const outcome = await session.run(feedsOf(plan, sizes));
    if ('error' in outcome) return;
    const comparison = comparisonOf(built, { sizes, tensors: outcome.tensors }, false);
    if (comparison.found.length > 0) return;
    const feeds = new Map(
      Object.entries(feedsOf(plan, sizes)).map(([name, { type, dims }]) => [name, { dtype: type, shape: dims }]),
    );
    const [mistake] = check.check(feeds).mistakes;
    const path = mistake?.related?.map(({ message }) => /\bn\d+\b/.exec(message)?.[0]).find(Boolean);
    const node = [...everyNode(plan.nodes)].find(({ name }) => name === path);
    const op = node ? operatorOf(node) : '';
    this.findings.push({ kind: 'strict', op, text: mistake?.message ?? '', sizes: Object.fromEntries(sizes) });
  }

  /** Records what is no gap of the provider, and goes on with the rest of the graph. */
  async #broken(plan: Plan, { node, text, unsupported, when }: RuntimeError, sizes: Sizes): Promise<void> {
    if (!unsupported) {
      this.findings.push({ kind: when, op: node ? operatorOf(node) : '', text, sizes: Object.fromEntries(sizes) });
    } else if (node) this.lacking.push(formOf(node, plan));
    if (node) await this.judge(withoutNode(plan, node));
  }
}

/** Judges a node that inference refused: a finding where it runs under sizes that the contract before it takes, or where inference broke. */
export async function judgeRefusal({ plan, node, text, crash }: Refusal, rng: Rng): Promise<Finding | undefined> {
  const op = operatorOf(node);
  if (crash) return { kind: 'crash', op, text, sizes: {} };
  if (isDeadly(op, text)) return undefined;
  // The contract of all nodes before it, because the refusal may rest on any of them.
  const built = buildPlan(plan);
  let found: Finding | undefined;
  for (const certain of runningBodies(plan, node)) {
    found = await runRefused(certain, { plan, built, op, text, rng });
    if (!found) return undefined;
  }
  return found;
}

/**
 * The plans that must all run for the refusal of a node to be a finding: a mistake in a body is one although no run may come to it,
 * so that both branches of an If are taken, and the body of a Loop runs once.
 */
function runningBodies(plan: Plan, node: PlanNode): readonly Plan[] {
  const asItIs = onlyAncestors(plan, node);
  if (node.domain !== '' || (node.op !== 'If' && node.op !== 'Loop')) return [asItIs];
  const withScalars = (inputs: PlanNode['inputs'], scalars: readonly PlanConstant[]): Plan =>
    onlyAncestors({ ...plan, constants: [...plan.constants, ...scalars] }, { ...node, inputs });
  if (node.op === 'Loop') {
    const once = tensorFromValues('int64', [], [1n]);
    return [asItIs, withScalars(['once', '', ...node.inputs.slice(2)], [{ name: 'once', data: once }])];
  }
  return [true, false].map((taken) =>
    withScalars(['taken'], [{ name: 'taken', data: tensorFromValues('bool', [], [taken]) }]),
  );
}

interface RefusedRun {
  readonly plan: Plan;
  readonly built: BuiltPlan;
  readonly op: string;
  readonly text: string;
  readonly rng: Rng;
}

/** Runs a refused node under sizes that the contract before it takes; a finding where it runs. */
async function runRefused(whole: Plan, { plan, built, op, text, rng }: RefusedRun): Promise<Finding | undefined> {
  const opened = await openPlan(whole);
  if ('error' in opened) return undefined;
  try {
    const drawn = drawSizes(plan, new FeedCheck(contractOf(built.graph)), rng);
    for (const sizes of drawn.taken) {
      if (isHazardous(built, sizes)) continue;
      const outcome = await opened.session.run(feedsOf(whole, sizes));
      if ('tensors' in outcome) return { kind: 'refused', op, text, sizes: Object.fromEntries(sizes) };
    }
    return undefined;
  } finally {
    await opened.session.close();
  }
}

/** The node behind all that it depends on. */
function onlyAncestors(plan: Plan, node: PlanNode): Plan {
  const read = new Set(namesRead(node));
  const kept: PlanNode[] = [node];
  for (const each of plan.nodes.toReversed()) {
    if (!each.outputs.some((name) => read.has(name))) continue;
    kept.unshift(each);
    for (const name of namesRead(each)) read.add(name);
  }
  return withNodes(plan, kept);
}

interface OneRun {
  readonly sizes: Sizes;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

function comparisonOf(built: BuiltPlan, { sizes, tensors }: OneRun, contract = true): RunComparison {
  const comparison = new RunComparison(built.graph.facts, sizes);
  for (const node of built.graph.nodes()) {
    for (const value of node.outputs) {
      const tensor = value.name === undefined ? undefined : tensors[value.name];
      if (tensor && value.name !== undefined) comparison.compare(value.name, value, tensor);
    }
  }
  comparison.finish(contract);
  return comparison;
}

/**
 * Whether the error may be the breach of a condition that no feed can be checked for: one on sizes that only a run tells, or one of
 * a body that may not run.
 */
function isForeseen(plan: Plan, built: BuiltPlan, { node }: RuntimeError): boolean {
  const { facts } = built.graph;
  if (contractOf(built.graph).constraints.some(({ scope }) => scope === 'run')) return true;
  // A target of Reshape that may be 0 may copy a size: design.md wants no condition there but a size left open.
  const target = node?.op === 'Reshape' ? built.values.get(node.inputs[1] ?? '') : undefined;
  const dims = (target?.content?.elements ?? []).map(dimOf);
  // Where a later node asks for more than 0, the size was left open before that was known.
  const mayBeZero = new Set(plan.symbols.filter(({ min }) => min === 0).map(({ name }) => name));
  const isOpen = (dim: Dim): boolean =>
    facts.range(dim).min < 1 || [...symbolsOf(dim)].some(({ name }) => mayBeZero.has(name));
  if (dims.some((dim) => dim && dim.kind !== 'const' && isOpen(dim))) return true;
  const known = new Set(built.graph.facts.constraints().map((constraint) => formatConstraint(constraint)));
  const made = [...built.graph.nodes()].find(({ name }) => name === node?.name);
  return (
    made !== undefined &&
    bodiesOf(made).some((body) =>
      [...allGraphs(body)].some(({ facts }) => facts.constraints().some((each) => !known.has(formatConstraint(each)))),
    )
  );
}

/** The operator with its domain. */
export const operatorOf = ({ domain, op }: Pick<PlanNode, 'domain' | 'op'>): string =>
  domain ? `${domain}.${op}` : op;

const formOf = (node: PlanNode, { opset }: Plan): string =>
  `${operatorOf(node)} (opset ${opset}${bodiesOfPlan(node).length > 0 ? ', with bodies' : ''})`;

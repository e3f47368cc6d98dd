// Runs a plan on ONNX Runtime with every fetchable value as an output; what its CPU provider has no kernel for is cut out.
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { HELD_DTYPES } from './held-dtypes.ts';
import { bodiesOfPlan, everyNode, namesRead, type Plan, type PlanNode, withNodes } from './plan.ts';
import { planBytes } from './plan-message.ts';

/** Refusals that judge nothing: no kernel for these element types, or for this form of the operator. */
const NO_KERNEL =
  /Could not find an implementation|NOT_IMPLEMENTED|_inlfunc_|Failed to find kernel|not implemented|is not (currently |yet )?supported|not a registered function|Unsupported|unsupported|only supports?\b|doesn't support|does not support/i;

/** A mistake of the runtime: when, at which node, and what it says. */
export interface RuntimeError {
  readonly when: 'load' | 'run';
  /** The node at the top level; undefined where the message names none. */
  readonly node: PlanNode | undefined;
  readonly text: string;
  /** Whether it only says that there is no kernel. */
  readonly unsupported: boolean;
}

/** A session over a plan, or why there is none. */
export type Opened = { readonly session: PlanSession } | { readonly error: RuntimeError };

/** A model that runs. */
export class PlanSession {
  readonly #plan: Plan;
  readonly #session: InferenceSession;

  constructor(plan: Plan, session: InferenceSession) {
    this.#plan = plan;
    this.#session = session;
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
  ): Promise<{ readonly tensors: Readonly<Record<string, Tensor>> } | { readonly error: RuntimeError }> {
    const wanted = Object.fromEntries(
      Object.entries(feeds).filter(([name]) => this.#session.inputNames.includes(name)),
    );
    try {
      return { tensors: await this.#session.run(wanted) };
    } catch (error) {
      return { error: errorOf(this.#plan, 'run', error) };
    }
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Opens a session; values that cannot be fetched are left out of its outputs. */
export async function openPlan(plan: Plan): Promise<Opened> {
  const all = plan.nodes.flatMap(({ outputs }) => outputs.filter(Boolean));
  try {
    const session = await create(plan, all);
    const odd = new Set(
      session.outputMetadata.filter((info) => !info.isTensor || !HELD_DTYPES.has(info.type)).map(({ name }) => name),
    );
    if (odd.size === 0) return { session: new PlanSession(plan, session) };
    await session.release();
    const kept = all.filter((name) => !odd.has(name));
    if (kept.length === 0) {
      return { error: { when: 'load', node: undefined, text: 'nothing can be fetched', unsupported: true } };
    }
    return { session: new PlanSession(plan, await create(plan, kept)) };
  } catch (error) {
    const told = errorOf(plan, 'load', error);
    return { error: told.node ? told : { ...told, node: await culpritOf(plan) } };
  }
}

/** The last node of the shortest beginning of the graph that does not load. */
async function culpritOf(plan: Plan): Promise<PlanNode | undefined> {
  let [loads, fails] = [0, plan.nodes.length];
  while (fails - loads > 1) {
    const middle = Math.floor((loads + fails) / 2);
    const start = withNodes(plan, plan.nodes.slice(0, middle));
    try {
      await (
        await create(
          start,
          start.nodes.flatMap(({ outputs }) => outputs.filter(Boolean)),
        )
      ).release();
      loads = middle;
    } catch {
      fails = middle;
    }
  }
  return plan.nodes[fails - 1];
}

function create(plan: Plan, fetched: readonly string[]): Promise<InferenceSession> {
  return InferenceSession.create(planBytes(plan, fetched), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
}

function errorOf(plan: Plan, when: 'load' | 'run', error: unknown): RuntimeError {
  const text = String(error instanceof Error ? error.message : error);
  const names = [...text.matchAll(/(?:Name:|node with name |Node \(|node name: |Node:)\s*'?(n\d+)/gi)].map(
    ([, name]) => name,
  );
  const node = plan.nodes.find((each) => [...everyNode([each])].some(({ name }) => names.includes(name)));
  return { when, node, text, unsupported: NO_KERNEL.test(text) };
}

/** The plan without a node and all that depends on it. */
export function withoutNode(plan: Plan, node: PlanNode): Plan {
  const gone = new Set(node.outputs);
  const kept: PlanNode[] = [];
  for (const each of plan.nodes) {
    const lost = each === node || namesRead(each).some((name) => gone.has(name));
    if (lost) for (const name of each.outputs) gone.add(name);
    else kept.push(each);
  }
  return withNodes(plan, kept);
}

/** Whether a node is control flow. */
export const hasBodies = (node: PlanNode): boolean => bodiesOfPlan(node).length > 0;

// What a random graph is made of, as plain data: it can be built, written as a model, cut down and printed.
import type { Attribute } from '../../src/ir/attribute.ts';
import type { DType } from '../../src/ir/dtype.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';

/** What an input is fed with: `any` numbers, `zero`, small numbers from 0 (`small`) or from 1 (`positive`), `one`. */
export type Fill = 'any' | 'zero' | 'small' | 'positive' | 'one';

/** A symbol and the least size that its author declares. */
export interface PlanSymbol {
  readonly name: string;
  readonly min: 0 | 1;
}

/** An input of the model. */
export interface PlanInput {
  readonly name: string;
  readonly dtype: DType;
  /** Numbers, or dims as text. */
  readonly shape: readonly (number | string)[];
  readonly fill: Fill;
}

/** An initializer. */
export interface PlanConstant {
  readonly name: string;
  readonly data: TensorData;
}

/** A body of If, Loop, Scan or SequenceMap; names are unique in the whole plan, so that it reads outer values by name. */
export interface PlanBody {
  /** Rank undefined: the node that holds the body tells it. */
  readonly inputs: readonly { readonly name: string; readonly dtype: DType; readonly rank?: number | undefined }[];
  readonly constants: readonly PlanConstant[];
  readonly nodes: readonly PlanNode[];
  readonly outputs: readonly string[];
}

/** An attribute, or a body in its place. */
export type PlanAttribute = Attribute | { readonly kind: 'body'; readonly value: PlanBody };

/** One node. */
export interface PlanNode {
  readonly name: string;
  readonly domain: string;
  readonly op: string;
  /** Names of values; empty where an optional input is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, PlanAttribute>>;
}

/** A random graph. All its values are fetched. */
export interface Plan {
  readonly opset: number;
  readonly symbols: readonly PlanSymbol[];
  readonly inputs: readonly PlanInput[];
  readonly constants: readonly PlanConstant[];
  readonly nodes: readonly PlanNode[];
}

/** The bodies of a node. */
export function bodiesOfPlan(node: PlanNode): readonly PlanBody[] {
  return Object.values(node.attributes).flatMap((attribute) => (attribute.kind === 'body' ? [attribute.value] : []));
}

/** The names that a node reads from outside of it, those that its bodies capture included. */
export function namesRead(node: PlanNode): string[] {
  return [...node.inputs.filter(Boolean), ...capturedNames(node)];
}

/** The names that the bodies of a node read from outside of it. */
export function capturedNames(node: PlanNode): string[] {
  return bodiesOfPlan(node).flatMap(capturedBy);
}

function capturedBy(body: PlanBody): string[] {
  const own = new Set([
    ...body.inputs.map(({ name }) => name),
    ...body.constants.map(({ name }) => name),
    ...body.nodes.flatMap(({ outputs }) => outputs),
  ]);
  return [...body.nodes.flatMap(namesRead), ...body.outputs].filter((name) => !own.has(name));
}

/** The number of nodes, those of bodies included. */
export function countNodes(nodes: readonly PlanNode[]): number {
  return nodes.reduce(
    (sum, node) => sum + 1 + bodiesOfPlan(node).reduce((n, body) => n + countNodes(body.nodes), 0),
    0,
  );
}

/** All nodes, those of bodies included. */
export function* everyNode(nodes: readonly PlanNode[]): IterableIterator<PlanNode> {
  for (const node of nodes) {
    yield node;
    for (const body of bodiesOfPlan(node)) yield* everyNode(body.nodes);
  }
}

/** The plan with these nodes only; inputs, constants and symbols that nothing reads any more are left out. */
export function withNodes(plan: Plan, nodes: readonly PlanNode[]): Plan {
  const read = new Set(nodes.flatMap(namesRead));
  const inputs = plan.inputs.filter(({ name }) => read.has(name));
  const text = inputs.flatMap(({ shape }) => shape).join(' ');
  return {
    ...plan,
    nodes,
    inputs,
    constants: plan.constants.filter(({ name }) => read.has(name)),
    symbols: plan.symbols.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(text)),
  };
}

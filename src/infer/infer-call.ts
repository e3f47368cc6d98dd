// Infers calls of the model's own functions: the function's nodes are inferred anew for each call, with its types and attributes.
import { dimwiseError } from '../base/errors.ts';
import { allGraphs } from '../ir/bodies.ts';
import type { Content } from '../ir/content.ts';
import { functionKey } from '../ir/function-key.ts';
import type { FunctionDefinition, Graph, Node } from '../ir/graph.ts';
import { instantiateFunction } from '../ir/instantiate.ts';
import type { ValueType } from '../ir/type.ts';
import type { Value } from '../ir/value.ts';
import { setShape, shapeOf } from './spread-rank.ts';

/** A constraint that a call asks of the graph around it takes as long as so many nodes. */
const NODES_PER_CONSTRAINT = 400;

/** How much a call may still ask for, shared by all calls inside of it. */
interface Budget {
  readonly depth: number;
  readonly whole: { nodesLeft: number };
}

const budgets = new WeakMap<Graph, Budget>();

/** What a call was found to give. */
export interface InferredCall {
  readonly types: readonly ValueType[];
  readonly contents: readonly (Content | undefined)[];
  /** Whether a mistake inside makes the outputs unusable. */
  readonly spoilt: boolean;
  /** Inputs of the call whose rank the function fixes. */
  readonly refined: readonly Value[];
}

/** The function that a node calls; undefined where it is no call. */
export function calledFunction(node: Node): FunctionDefinition | undefined {
  const { functions } = node.graph.root;
  return functions.size === 0 ? undefined : functions.get(functionKey(node.domain, node.op, node.overload));
}

/** What is done with the body of a call. */
export interface CallWork {
  /** Infers its nodes. */
  readonly infer: (body: Graph) => void;
  /** Tells the graph around the call what must hold. */
  readonly carry: (body: Graph) => void;
}

/** The body that a call stands for, its inputs as the call gives them; nothing in it is inferred yet. */
export function bodyOfCall(node: Node, definition: FunctionDefinition): Graph {
  const body = instantiateFunction(definition, node);
  body.inputs.forEach((input, i) => {
    const given = node.inputs[i];
    if (given) input.setType(given.type, given.content);
  });
  return body;
}

/**
 * Infers a call.
 *
 * @param work what is done with the body of the call, whose inputs have their types
 * @throws INPUT_COUNT when it has more inputs or outputs than the function
 * @throws FUNCTION_BUDGET when calls lie deeper, or stand for more nodes, than are followed
 */
export function inferCall(node: Node, definition: FunctionDefinition, work: CallWork): InferredCall {
  checkCounts(node, definition);
  const budget = enter(node, definition);
  const body = bodyOfCall(node, definition);
  budgets.set(body, budget);
  work.infer(body);
  const spoilt = body.outputs.some((output) => output.poisoned);
  // What a mistaken call asks for does not matter.
  if (!spoilt) {
    budget.whole.nodesLeft -= NODES_PER_CONSTRAINT * (factCount(body) - factCount(node.graph));
    if (budget.whole.nodesLeft < 0) throw exhausted(node, definition, budget.depth);
    work.carry(body);
  }
  const refined = node.inputs.filter((given, i) => given && takeRank(given, body.inputs[i], node));
  return {
    types: body.outputs.map((output) => output.type),
    contents: body.outputs.map((output) => output.content),
    spoilt,
    refined: refined.filter((given) => given !== undefined),
  };
}

/** A call may leave out what the function has last, and give nothing beyond it. */
function checkCounts(node: Node, { name, body }: FunctionDefinition): void {
  const check = (what: string, given: number, taken: number): void => {
    if (given <= taken) return;
    throw dimwiseError({
      code: 'INPUT_COUNT',
      message: `the call of function ${name} has ${given} ${what}, the function ${taken}`,
      origin: node.origin,
      expected: `at most ${taken}`,
      actual: String(given),
    });
  };
  check('inputs', node.inputs.length, body.inputs.length);
  check('outputs', node.outputs.length, body.outputs.length);
}

const factCount = ({ facts }: Graph): number => facts.recorded.length + facts.given().length;

/** Gives an input of a call the rank that the function's input has; whether it had none. */
function takeRank(given: Value, input: Value | undefined, node: Node): boolean {
  const shape = input && shapeOf(input.type);
  const { type } = given;
  const isOpen = (type.kind === 'tensor' || type.kind === 'sparse') && type.shape === null;
  if (!shape || !isOpen || given.graph !== node.graph) return false;
  setShape(given, shape);
  return true;
}

const nodeCounts = new WeakMap<FunctionDefinition, number>();

/** The nodes of a function, those of its bodies included. */
function nodesOf(definition: FunctionDefinition): number {
  let count = nodeCounts.get(definition);
  if (count === undefined) {
    count = 0;
    for (const { nodeCount } of allGraphs(definition.body)) count += nodeCount;
    nodeCounts.set(definition, count);
  }
  return count;
}

function enter(node: Node, definition: FunctionDefinition): Budget {
  const outer = budgetAround(node.graph);
  const { callDepth, callNodes } = node.graph.root.limits;
  const whole = outer?.whole ?? { nodesLeft: callNodes };
  const depth = (outer?.depth ?? 0) + 1;
  whole.nodesLeft -= nodesOf(definition) + 1;
  if (depth > callDepth || whole.nodesLeft < 0) throw exhausted(node, definition, depth);
  return { depth, whole };
}

function exhausted(node: Node, definition: FunctionDefinition, depth: number) {
  const { callDepth, callNodes } = node.graph.root.limits;
  const fact = depth > callDepth ? `lies ${depth} calls deep` : `stands for more than ${callNodes} nodes`;
  return dimwiseError({
    code: 'FUNCTION_BUDGET',
    message: `the call of function ${definition.name} ${fact}`,
    origin: node.origin,
    expected: `at most ${callDepth} calls deep and ${callNodes} nodes`,
    actual: fact,
  });
}

function budgetAround(graph: Graph): Budget | undefined {
  for (let at: Graph | undefined = graph; at; at = at.parent) {
    const budget = budgets.get(at);
    if (budget) return budget;
  }
  return undefined;
}

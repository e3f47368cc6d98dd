// Checks who calls whom among the functions of a model: no circle, no chain too long, no call that stands for too many nodes.
import { dimwiseError } from '../../src/base/errors.ts';
import { functionKey } from '../../src/ir/function-key.ts';
import { type AllLimits, beyondLimit } from './limits.ts';
import { malformed } from './malformed.ts';
import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto } from './proto/messages.ts';
import { chain, short } from './short-text.ts';
import { depthFirst } from './sort-nodes.ts';

/** So many names of values count as much as a node: a call makes all inputs of its function anew. */
const NAMES_PER_NODE = 16;

/** What a function, or the main graph, calls and stands for. */
interface Calls {
  readonly called: ReadonlyMap<number, number>;
  readonly ownNodes: number;
}

/**
 * Checks all functions, called or not. What a call stands for is counted without expanding it, so 2^40 calls cost no more than 40.
 *
 * @throws ONNX_MALFORMED when functions call each other in a circle
 * @throws FUNCTION_BUDGET when calls lie too deep, or one stands for too many nodes
 * @throws ONNX_LIMIT when all calls together stand for too many nodes
 */
export function checkCalls({ functions = [], graph }: ModelProto, limits: AllLimits): void {
  if (functions.length === 0) return;
  const index = new Map<string, number>();
  functions.forEach(({ domain = '', name = '', overload = '' }, i) => {
    index.set(functionKey(domain, name, overload), i);
  });
  const calls = functions.map((each) => callsOf(each.node ?? [], index, ioOf(each)));
  const order = depthFirst(
    calls.map(({ called }) => [...called.keys()]),
    (circle) => {
      const names = circle.map((i) => describeFunction(functions[i]));
      return malformed(`functions call each other in a circle: ${chain([...names, names[0] ?? ''], ' calls ')}`, {
        what: names[0],
      });
    },
  );
  const depths = new Float64Array(functions.length);
  const sizes = new Float64Array(functions.length);
  // What a function calls stands before it in the order.
  for (const i of order) {
    const { called = NOTHING, ownNodes = 0 } = calls[i] ?? {};
    depths[i] = 1;
    sizes[i] = ownNodes;
    for (const [at, times] of called) {
      depths[i] = Math.max(depths[i] ?? 0, 1 + (depths[at] ?? 0));
      sizes[i] = (sizes[i] ?? 0) + times * (sizes[at] ?? 0);
    }
    checkBudget(describeFunction(functions[i]), depths[i] ?? 0, sizes[i] ?? 0, limits);
  }
  const main = callsOf(graph?.node ?? [], index, 0);
  let whole = main.ownNodes;
  for (const [at, times] of main.called) whole += times * (sizes[at] ?? 0);
  if (whole > limits.nodes)
    throw beyondLimit('nodes', limits.nodes, `with the functions that it calls the model has ${whole} nodes`);
}

const NOTHING: ReadonlyMap<number, number> = new Map();

function checkBudget(name: string, depth: number, size: number, { callDepth, callNodes }: AllLimits): void {
  if (depth <= callDepth && size <= callNodes) return;
  const isDeep = depth > callDepth;
  const fact = isDeep ? `lies ${depth} calls deep` : `stands for ${size < 1e15 ? size : size.toExponential(1)} nodes`;
  throw dimwiseError({
    code: 'FUNCTION_BUDGET',
    message: `a call of ${name} ${fact}, the limit ${isDeep ? 'callDepth' : 'callNodes'} is ${isDeep ? callDepth : callNodes}`,
    origin: { what: name },
    expected: `at most ${callDepth} calls deep and ${callNodes} nodes`,
    actual: fact,
  });
}

function ioOf({ input = [], output = [], valueInfo = [] }: FunctionProto): number {
  return input.length + output.length + valueInfo.length;
}

/** Counts nodes, names and calls, those of bodies included; a stack in place of recursion. */
function callsOf(nodes: readonly NodeProto[], index: ReadonlyMap<string, number>, names: number): Calls {
  const called = new Map<number, number>();
  let nodeCount = 0;
  let nameCount = names;
  const stack: (readonly NodeProto[])[] = [nodes];
  for (let list = stack.pop(); list; list = stack.pop()) {
    nodeCount += list.length;
    for (const { domain = '', opType = '', overload = '', input, output, attribute } of list) {
      nameCount += (input?.length ?? 0) + (output?.length ?? 0) + (attribute?.length ?? 0);
      const at = index.get(functionKey(domain, opType, overload));
      if (at !== undefined) called.set(at, (called.get(at) ?? 0) + 1);
      for (const each of attribute ?? []) {
        for (const body of bodies(each)) {
          nameCount += (body.input?.length ?? 0) + (body.output?.length ?? 0) + (body.initializer?.length ?? 0);
          stack.push(body.node ?? []);
        }
      }
    }
  }
  return { called, ownNodes: nodeCount + Math.floor(nameCount / NAMES_PER_NODE) };
}

function bodies({ g, graphs = [] }: AttributeProto): readonly GraphProto[] {
  return g ? [g, ...graphs] : graphs;
}

/** Names a function for messages: `function f.name:overload`. */
export function describeFunction(proto: FunctionProto | undefined): string {
  const { name = '', domain = '', overload = '' } = proto ?? {};
  return `function ${domain ? `${short(domain)}.` : ''}${short(name)}${overload ? `:${short(overload)}` : ''}`;
}

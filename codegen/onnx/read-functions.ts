// Reads the functions of a model, after checking that none calls itself, however far around.
import type { Attribute } from '../../src/ir/attribute.ts';
import { functionKey } from '../../src/ir/function-key.ts';
import { type FunctionDefinition, Graph } from '../../src/ir/graph.ts';
import { malformed } from './malformed.ts';
import type { AttributeProto, FunctionProto, GraphProto, NodeProto } from './proto/messages.ts';
import { readAttributeProto } from './read-attribute.ts';
import { GraphReader, type GraphReading } from './read-graph.ts';
import { readOpsets } from './read-opsets.ts';
import { depthFirst } from './sort-nodes.ts';

/**
 * Reads functions, called or not.
 *
 * @returns the functions by their keys
 * @throws ONNX_MALFORMED when two have one name, one calls itself through any way, or a body is malformed
 */
export function readFunctions(
  protos: readonly FunctionProto[],
  reading: GraphReading,
): Map<string, FunctionDefinition> {
  const functions = new Map<string, FunctionDefinition>();
  checkCalls(protos);
  for (const proto of protos) {
    const { name = '', domain = '', overload = '' } = proto;
    const key = functionKey(domain, name, overload);
    if (functions.has(key)) throw malformed(`two functions are named ${describe(proto)}`, { what: describe(proto) });
    functions.set(key, readFunction(proto, { ...reading, inFunction: true }));
  }
  return functions;
}

function readFunction(proto: FunctionProto, reading: GraphReading): FunctionDefinition {
  const { name = '', domain = '', overload = '' } = proto;
  const owner = describe(proto);
  const opsets = readOpsets(proto.opsetImport ?? [], owner);
  const body = new Graph({ name, opsets });
  const graph: GraphProto = {
    node: proto.node,
    input: (proto.input ?? []).map((input) => ({ name: input })),
    output: (proto.output ?? []).map((output) => ({ name: output })),
    valueInfo: proto.valueInfo,
    metadataProps: proto.metadataProps,
  };
  new GraphReader(reading).readInto(body, graph, owner);
  const defaults = new Map<string, Attribute>();
  for (const attribute of proto.attributeProto ?? []) {
    const readBody = (): never => {
      throw malformed(`attribute "${attribute.name}" of ${owner} has a graph as default`, { what: owner });
    };
    defaults.set(
      attribute.name ?? '',
      readAttributeProto(attribute, owner, { ...reading, inFunction: false, readBody }),
    );
  }
  return { domain, name, overload, body, attributes: proto.attribute ?? [], defaults, opsets };
}

/** Refuses functions that call themselves; a runtime that inlines them never ends. */
function checkCalls(protos: readonly FunctionProto[]): void {
  const index = new Map<string, number>();
  protos.forEach(({ domain = '', name = '', overload = '' }, i) => index.set(functionKey(domain, name, overload), i));
  const calls = protos.map((proto) => {
    const called = new Set<number>();
    for (const { domain = '', opType = '', overload = '' } of nodesOf(proto.node ?? [])) {
      const at = index.get(functionKey(domain, opType, overload));
      if (at !== undefined) called.add(at);
    }
    return [...called];
  });
  depthFirst(calls, (circle) => {
    const names = circle.map((i) => describe(protos[i]));
    return malformed(`functions call each other in a circle: ${[...names, names[0]].join(' calls ')}`, {
      what: names[0],
    });
  });
}

/** Nodes with those of their bodies; a stack in place of recursion. */
function* nodesOf(nodes: readonly NodeProto[]): Iterable<NodeProto> {
  const stack: (readonly NodeProto[])[] = [nodes];
  for (let list = stack.pop(); list; list = stack.pop()) {
    for (const node of list) {
      yield node;
      for (const attribute of node.attribute ?? []) for (const body of bodies(attribute)) stack.push(body.node ?? []);
    }
  }
}

function bodies({ g, graphs = [] }: AttributeProto): readonly GraphProto[] {
  return g ? [g, ...graphs] : graphs;
}

function describe(proto: FunctionProto | undefined): string {
  const { name = '', domain = '', overload = '' } = proto ?? {};
  return `function ${domain ? `${domain}.` : ''}${name}${overload ? `:${overload}` : ''}`;
}

// Reads the functions of a model, whose calls were checked.
import type { Attribute } from '../../src/ir/attribute.ts';
import { functionKey } from '../../src/ir/function-key.ts';
import { type FunctionDefinition, Graph } from '../../src/ir/graph.ts';
import { describeFunction } from './check-calls.ts';
import { malformed } from './malformed.ts';
import type { FunctionProto, GraphProto } from './proto/messages.ts';
import { readAttributeProto } from './read-attribute.ts';
import { GraphReader, type GraphReading } from './read-graph.ts';
import { readOpsets } from './read-opsets.ts';

/**
 * Reads functions, called or not.
 *
 * @returns the functions by their keys
 * @throws ONNX_MALFORMED when two have one name, or a body is malformed
 */
export function readFunctions(
  protos: readonly FunctionProto[],
  reading: GraphReading,
): Map<string, FunctionDefinition> {
  const functions = new Map<string, FunctionDefinition>();
  for (const proto of protos) {
    const { name = '', domain = '', overload = '' } = proto;
    const key = functionKey(domain, name, overload);
    if (functions.has(key))
      throw malformed(`two functions are named ${describeFunction(proto)}`, { what: describeFunction(proto) });
    functions.set(key, readFunction(proto, { ...reading, inFunction: true }));
  }
  return functions;
}

function readFunction(proto: FunctionProto, reading: GraphReading): FunctionDefinition {
  const { name = '', domain = '', overload = '' } = proto;
  const owner = describeFunction(proto);
  const opsets = readOpsets(proto.opsetImport ?? [], owner);
  const body = new Graph({ name, opsets });
  const stated = new Map((proto.valueInfo ?? []).map((info) => [info.name, info]));
  const graph: GraphProto = {
    node: proto.node,
    input: (proto.input ?? []).map((input) => ({ name: input })),
    output: (proto.output ?? []).map((output) => stated.get(output) ?? { name: output }),
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

// Calls a function of the generated builder with every input and checks the node that it makes.
import { expect } from 'vitest';
import { literalsOf } from '../../codegen/typescript/attribute-lookup.ts';
import { DTYPE_ATTRIBUTES } from '../../codegen/typescript/attribute-table.ts';
import { Trace, withTrace } from '../../src/build/trace.ts';
import { Graph, type Node, type Value } from '../../src/ir/graph.ts';
import type { ValueType } from '../../src/ir/type.ts';
import { type AttributeSchema, type OperatorSchema, parseTypeString } from '../../src/ops/schema.ts';

/** A value with any static element type: what the tests hand around is judged at run time. */
export type AnyValue = Value<never>;

/** What a body of {@link build} works with. */
export interface Bench {
  readonly graph: Graph;
  readonly trace: Trace;
  readonly input: (type: ValueType) => AnyValue;
}

/** Runs calls in a trace of their own. */
export function build<R>(body: (bench: Bench) => R): R {
  const graph = new Graph({ name: 'test' });
  const trace = new Trace(graph);
  const input = (type: ValueType): AnyValue => graph.addInput(`x${graph.inputs.length}`, type) as AnyValue;
  return withTrace(trace, () => body({ graph, trace, input }));
}

/** The node whose output a value is. */
export function nodeOf(value: Value | undefined): Node {
  if (value?.source.kind !== 'node') throw new Error('not the output of a node');
  return value.source.node;
}

function sample(schema: OperatorSchema, attribute: AttributeSchema): unknown {
  switch (attribute.kind) {
    case 'int':
      return DTYPE_ATTRIBUTES.has(attribute.name) ? 'float32' : 1;
    case 'ints':
      return [1];
    case 'float':
      return 1;
    case 'string':
      return literalsOf(schema, attribute.name)?.[0] ?? 'i';
    case 'graph':
      return new Graph({ name: attribute.name });
    default:
      throw new Error(`no sample for ${attribute.kind}`);
  }
}

/** Calls `call` with all inputs and required attributes and expects the node that the schema describes. */
export function expectNode(schema: OperatorSchema, call: (...given: never[]) => unknown): void {
  build(({ input }) => {
    const all: AnyValue[] = [];
    const make = (typeStr: string): AnyValue => {
      const value = input(parseTypeString(schema.typeConstraints.get(typeStr)?.[0] ?? typeStr));
      all.push(value);
      return value;
    };
    const args = schema.inputs.map(({ option, typeStr }) =>
      option === 'variadic' ? [make(typeStr), make(typeStr)] : make(typeStr),
    );
    const required = [...schema.attributes.values()].filter((attribute) => attribute.required);
    const given = Object.fromEntries(required.map((attribute) => [attribute.name, sample(schema, attribute)]));
    const result: unknown = Reflect.apply(call, undefined, [...args, { ...given, name: 'named' }]);
    const values = (Array.isArray(result) ? result : [result]) as readonly Value[];
    const node = nodeOf(values[0]);
    expect(node).toMatchObject({ domain: schema.domain, op: schema.name, name: 'named' });
    expect(node.inputs).toEqual(all);
    expect([...node.attributes.keys()].sort()).toEqual(required.map((attribute) => attribute.name).sort());
    expect(node.outputs).toEqual(values);
    const needed = schema.outputs.filter((output) => output.option !== 'optional').length;
    expect(values).toHaveLength(needed || schema.outputs.length);
  });
}

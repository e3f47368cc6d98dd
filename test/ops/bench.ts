// A graph under construction for tests that need more than one node.
import { expect } from 'vitest';
import type { Diagnostic } from '../../src/base/errors.ts';
import { toAttribute } from '../../src/build/operands.ts';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { inferNode } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { formatType } from '../../src/ir/type.ts';
import { parseType } from '../../src/ir/type-text.ts';

/** Attributes by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** A graph under test, with the mistakes found so far. */
export class Bench {
  readonly mistakes: Diagnostic[] = [];
  readonly root = new Graph();

  input(text: string, graph: Graph = this.root): Value {
    const { type, content } = parseType(text);
    const value = graph.addInput(`in${graph.inputs.length}`, type);
    value.setType(type, content);
    return value;
  }

  ints(values: readonly number[], graph: Graph = this.root): Value {
    return graph.addConstant(tensorFromValues('int64', [values.length], values));
  }

  add(graph: Graph, op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, outputs = 1) {
    const node = graph.addNode({ domain: '', op, inputs, outputs, attributes: new Map(Object.entries(attributes)) });
    inferNode(node, (diagnostic) => this.mistakes.push(diagnostic));
    return node.outputs;
  }

  one(graph: Graph, op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    const [output] = this.add(graph, op, inputs, attributes);
    if (!output) expect.unreachable(`${op} has an output`);
    return output;
  }

  body(inputs: readonly string[], build: (graph: Graph, inputs: readonly Value[]) => readonly Value[]): Attribute {
    const graph = new Graph({ parent: this.root });
    graph.setOutputs(
      build(
        graph,
        inputs.map((text) => this.input(text, graph)),
      ),
    );
    return { kind: 'graph', value: graph };
  }

  get constraints(): string[] {
    return this.root.facts.constraints().map((constraint) => formatConstraint(constraint));
  }
}

/** One integer attribute. */
export const int = (name: string, value: number): Attributes => ({ [name]: toAttribute('', name, value, 'int') });
/** The types of values as text. */
export const types = (values: readonly Value[]): string[] => values.map((value) => formatType(value.type));
/** A type with its fresh symbols written as underscores. */
export const shown = (value: Value | undefined): string =>
  value ? formatType(value.type).replaceAll(/(?<=[[ *])[a-z]+\d+/g, '_') : '';

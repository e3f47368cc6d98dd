// Builds a plan as a graph, inferred node by node.
import type { Diagnostic } from '../../src/base/errors.ts';
import { constant, symbol } from '../../src/dim/dim.ts';
import { parseDim } from '../../src/dim/text.ts';
import { inferNode } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { Graph, type Node, type Value } from '../../src/ir/graph.ts';
import { type Shape, tensorType } from '../../src/ir/type.ts';
import type { Plan, PlanAttribute, PlanBody, PlanConstant, PlanInput, PlanNode, PlanSymbol } from './plan.ts';

/** The sizes of an input as dims. */
export function shapeOf(input: PlanInput): Shape {
  return input.shape.map((size) => (typeof size === 'number' ? constant(size) : parseDim(size)));
}

/** A plan as a graph. */
export class BuiltPlan {
  readonly graph: Graph;
  readonly values = new Map<string, Value>();
  readonly mistakes: Diagnostic[] = [];
  readonly #bodies: Graph[] = [];

  constructor({ opset, symbols }: Pick<Plan, 'opset' | 'symbols'>) {
    this.graph = new Graph({ name: 'random', opsets: new Map([['', opset]]) });
    for (const each of symbols) this.addSymbol(each);
  }

  addSymbol({ name, min }: PlanSymbol): void {
    if (min === 0) this.graph.facts.declare(symbol(name), { min });
  }

  addInput(input: PlanInput): void {
    const value = this.graph.addInput(input.name, tensorType(input.dtype, shapeOf(input)));
    this.values.set(input.name, value);
  }

  addConstant({ name, data }: PlanConstant): void {
    this.values.set(name, this.#inner.addConstant(data, name));
  }

  /** Adds a node and infers it; a body inside of a body is inferred by the node that holds it. */
  addNode(node: PlanNode): Node {
    const made = this.#place(node, this.#inner);
    inferNode(made, (diagnostic) => this.mistakes.push(diagnostic));
    return made;
  }

  /** Opens a body: what is added from now on goes into it, inferred for inputs of these types. */
  openBody(inputs: readonly { readonly name: string; readonly type: Value['type'] }[]): void {
    const body = new Graph({ parent: this.#inner });
    for (const { name, type } of inputs) this.values.set(name, body.addInput(name, type));
    this.#bodies.push(body);
  }

  closeBody(): void {
    this.#bodies.pop();
  }

  get #inner(): Graph {
    return this.#bodies.at(-1) ?? this.graph;
  }

  #place(node: PlanNode, graph: Graph): Node {
    const attributes = new Map<string, Attribute>();
    for (const [name, attribute] of Object.entries(node.attributes))
      attributes.set(name, this.#attribute(attribute, graph));
    const made = graph.addNode({
      domain: node.domain,
      op: node.op,
      inputs: node.inputs.map((name) => (name ? this.#value(name) : undefined)),
      outputs: node.outputs.length,
      attributes,
      name: node.name,
      origin: { path: node.name },
    });
    node.outputs.forEach((name, i) => {
      const output = made.outputs[i];
      if (!output || !name) return;
      output.name = name;
      this.values.set(name, output);
    });
    return made;
  }

  #attribute(attribute: PlanAttribute, parent: Graph): Attribute {
    if (attribute.kind !== 'body') return attribute;
    return { kind: 'graph', value: this.#body(attribute.value, parent) };
  }

  #body({ inputs, constants, nodes, outputs }: PlanBody, parent: Graph): Graph {
    const body = new Graph({ parent });
    for (const { name, dtype, rank } of inputs) {
      this.values.set(name, body.addInput(name, tensorType(dtype, rank === 0 ? [] : null)));
    }
    for (const { name, data } of constants) this.values.set(name, body.addConstant(data, name));
    for (const node of nodes) this.#place(node, body);
    body.setOutputs(outputs.map((name) => this.#value(name)));
    return body;
  }

  #value(name: string): Value {
    const value = this.values.get(name);
    if (!value) throw new Error(`the plan reads ${name} before it is there`);
    return value;
  }
}

/** Builds a whole plan. */
export function buildPlan(plan: Plan): BuiltPlan {
  const built = new BuiltPlan(plan);
  for (const input of plan.inputs) built.addInput(input);
  for (const each of plan.constants) built.addConstant(each);
  for (const node of plan.nodes) built.addNode(node);
  return built;
}

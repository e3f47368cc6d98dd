// Makes a body of what a function's call means: the function's nodes with the call's attributes in place of references.
import type { Dim } from '../dim/dim.ts';
import { givenSymbol, isGivenSymbol } from '../dim/given-names.ts';
import type { Attribute, Attributes } from './attribute.ts';
import type { Claim } from './claim.ts';
import { type FunctionDefinition, Graph, type Node, type Value } from './graph.ts';
import { mapDims } from './type.ts';

/**
 * Makes the body that a call of a function stands for. Its inputs have no types yet; nothing is inferred.
 *
 * @param definition the function
 * @param call the node that calls it; the body lies in the call's graph and has the function's opsets
 */
export function instantiateFunction(definition: FunctionDefinition, call: Node): Graph {
  const body = new Graph({ name: definition.name, parent: call.graph, opsets: definition.opsets });
  const copy = new GraphCopier((name) => call.attribute(name) ?? definition.defaults.get(name));
  copy.into(body, definition.body);
  return body;
}

/**
 * Copies the nodes behind a node into a graph of their own, whose outputs are those of the node's graph as far as the copy makes them.
 * It reads the values around it: the caller releases it when it is done.
 *
 * @param node the node that the copy begins behind
 * @param parent the graph that the copy lies in, where all that the nodes read from before is known
 * @param given what stands in the copy for values that the nodes read; asked for with the copy
 */
export function copyBehind(
  node: Node,
  parent: Graph,
  given: (copy: Graph) => Iterable<readonly [Value, Value]>,
): Graph {
  const copy = new Graph({ name: node.graph.name, parent, opsets: node.graph.opsets });
  const copier = new GraphCopier(() => undefined);
  copier.behind(copy, node, given(copy));
  return copy;
}

/** Copies graphs; bodies inside of them are copied too, because what they capture is a copy. */
class GraphCopier {
  readonly #values = new Map<Value, Value>();
  readonly #names = new Map<Dim, Dim>();
  readonly #given: (name: string) => Attribute | undefined;

  /** @param given the value of an attribute of the function */
  constructor(given: (name: string) => Attribute | undefined) {
    this.#given = given;
  }

  into(target: Graph, source: Graph): void {
    for (const value of source.inputs) {
      this.#values.set(value, target.addInput(value.name ?? '', value.type, value.origin));
    }
    for (const value of [...source.parameters, ...source.constants]) {
      const { source: made } = value;
      if (made.kind === 'constant') this.#values.set(value, target.addConstant(made.data, value.name, value.origin));
      if (made.kind === 'parameter') this.#values.set(value, target.addParameter(made.cell, { origin: value.origin }));
    }
    for (const node of source.nodes()) this.#node(target, node);
    if (source.claims) target.claims = this.#claims(source.claims);
    target.setOutputs(source.outputs.map((value) => this.#values.get(value) ?? value));
  }

  behind(target: Graph, node: Node, given: Iterable<readonly [Value, Value]>): void {
    for (const [value, stand] of given) this.#values.set(value, stand);
    for (let at = node.next; at; at = at.next) this.#node(target, at);
    target.setOutputs(node.graph.outputs.flatMap((value) => this.#values.get(value) ?? []));
  }

  /** What is stated of the values; a name stands for another size in each call. */
  #claims(claims: ReadonlyMap<Value, Claim>): Map<Value, Claim> {
    const copies = new Map<Value, Claim>();
    for (const [value, claim] of claims) {
      const copy = this.#values.get(value);
      if (copy) copies.set(copy, { ...claim, type: mapDims(claim.type, this.#rename) });
    }
    return copies;
  }

  readonly #rename = (dim: Dim): Dim => {
    if (dim.kind !== 'symbol' || !isGivenSymbol(dim)) return dim;
    const name = this.#names.get(dim) ?? givenSymbol(dim.name);
    this.#names.set(dim, name);
    return name;
  };

  #node(target: Graph, node: Node): void {
    const copy = target.addNode({
      domain: node.domain,
      op: node.op,
      overload: node.overload,
      name: node.name,
      origin: node.origin,
      row: node.row,
      inputs: node.inputs.map((value) => value && (this.#values.get(value) ?? value)),
      outputs: node.outputs.length,
      attributes: this.#attributes(target, node.attributes),
    });
    node.outputs.forEach((value, i) => {
      const output = copy.outputs[i];
      if (!output) return;
      output.name = value.name;
      this.#values.set(value, output);
    });
  }

  /** The attributes; a reference to one that the call does not give is left out, as ONNX has it. */
  #attributes(target: Graph, attributes: Attributes): Attributes {
    if (attributes.size === 0) return attributes;
    const copies = new Map<string, Attribute>();
    for (const [name, attribute] of attributes) {
      const value = attribute.kind === 'ref' ? this.#given(attribute.value) : this.#attribute(target, attribute);
      if (value) copies.set(name, value);
    }
    return copies;
  }

  #attribute(target: Graph, attribute: Attribute): Attribute {
    if (attribute.kind === 'graph') return { kind: 'graph', value: this.#body(target, attribute.value) };
    if (attribute.kind !== 'graphs') return attribute;
    return { kind: 'graphs', value: attribute.value.map((body) => this.#body(target, body)) };
  }

  #body(target: Graph, source: Graph): Graph {
    const body = new Graph({ name: source.name, parent: target });
    this.into(body, source);
    return body;
  }
}

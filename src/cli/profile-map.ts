// Leads from the nodes that ONNX Runtime ran to those of the model: to layers, source lines and operations.
import type { GraphProto, ModelProto, NodeProto } from '../../codegen/onnx/proto/messages.ts';
import { ValueNames } from '../../codegen/onnx/value-names.ts';
import { formatPlace } from '../base/origin.ts';
import type { Count } from '../dim/count.ts';
import { addCounts, ZERO } from '../dim/count.ts';
import { pathOf } from '../infer/cost/node-path.ts';
import { bodiesOf } from '../ir/bodies.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { knownCost } from './bench-results.ts';
import type { TraceNode } from './profile-trace.ts';

/** Where the time of a node belongs. */
export interface NodePlace {
  /** The layer path, outermost first; `(runtime)` alone for what ONNX Runtime adds and nothing leads back from. */
  readonly path: readonly string[];
  /** The nodes of the model that it does the work of, by name; several where ONNX Runtime joined them. */
  readonly covers: readonly string[];
  /** The author's source line; empty where there is none. */
  readonly source: string;
  /** The operations of one run of the model, all steps of a loop together; undefined where they are not known. */
  readonly flops: Count | undefined;
}

/** The path of what only ONNX Runtime knows. */
export const RUNTIME = '(runtime)';

/** What is known of a model. */
export interface MapSources {
  /** The graph that was compiled or read. */
  readonly graph: Graph | undefined;
  /** The message of the model, for nodes without names. */
  readonly original: ModelProto | undefined;
  /** The model as ONNX Runtime rewrote it; undefined where it could not be had. */
  readonly optimized: ModelProto | undefined;
}

/** Finds places of nodes. */
export class ProfileMap {
  readonly #nodes = new Map<string, Node>();
  /** The node that gives a value, by the value's name. */
  readonly #givers = new Map<string, Node>();
  readonly #names = new Map<Node, string>();
  readonly #values: ValueNames | undefined;
  readonly #flops = new Map<Node, Count>();
  readonly #rewritten = new Map<string, NodeProto>();
  readonly #unnamed: NodeProto[][] = [];
  readonly #places = new Map<string, NodePlace>();

  constructor({ graph, original, optimized }: MapSources) {
    if (graph) {
      this.#values = new ValueNames(graph);
      this.#addGraph(graph, this.#values);
      for (const { node, flops } of knownCost(graph)?.nodes ?? []) this.#flops.set(node, flops);
    }
    for (const each of nodesOf(optimized?.graph)) if (each.name) this.#rewritten.set(each.name, each);
    for (const body of graphsOf(original?.graph)) this.#unnamed.push([...(body.node ?? [])]);
  }

  #addGraph(graph: Graph, names: ValueNames): void {
    for (const node of graph.nodes()) {
      const name = names.ofNode(node);
      this.#nodes.set(name, node);
      this.#names.set(node, name);
      for (const output of node.outputs) this.#givers.set(names.of(output), node);
      for (const body of bodiesOf(node)) this.#addGraph(body, names);
    }
  }

  /** The place of a node of a trace; nodes of one name have one place. */
  placeOf(trace: TraceNode): NodePlace {
    const key = `${trace.operator} ${trace.name}`;
    const known = this.#places.get(key);
    if (known) return known;
    const place = this.#find(trace);
    this.#places.set(key, place);
    return place;
  }

  #find({ name, operator, index }: TraceNode): NodePlace {
    const own = this.#nodes.get(name);
    const rewritten = this.#rewritten.get(name);
    const covered = rewritten ? this.#coveredBy(rewritten) : [];
    if (own && covered.length < 2) return this.#place(own, [own]);
    const [last] = covered;
    if (last) return this.#place(last, covered);
    if (own) return this.#place(own, [own]);
    const unnamed = name === `${operator}_${index}` ? this.#unnamedAt(operator, index) : undefined;
    if (unnamed) return this.#place(unnamed, [unnamed]);
    // A node that ONNX Runtime derived from another one carries that one's name in front.
    const stem = this.#nodes.get(
      name.replace(/(_nchwc|_token_\d+|_QuantizeLinear|_DequantizeLinear|_fused|_\d+)+$/, ''),
    );
    if (stem) return this.#place(stem, [stem]);
    return { path: [RUNTIME], covers: [], source: '', flops: undefined };
  }

  /** The node without a name at a place of some graph of the model; undefined where several graphs have one there. */
  #unnamedAt(operator: string, index: number): Node | undefined {
    const found = this.#unnamed.flatMap((nodes) => {
      const node = nodes[index];
      return node && node.opType === operator && !node.name ? [node] : [];
    });
    const [only] = found;
    return found.length === 1 && only ? this.#giver(only.output ?? []) : undefined;
  }

  #giver(outputs: readonly string[]): Node | undefined {
    for (const output of outputs) {
      const node = this.#givers.get(output);
      if (node) return node;
    }
    return undefined;
  }

  /**
   * The nodes of the model between the outputs and the inputs of a node that ONNX Runtime made, the last one first. They end where
   * a value is one that it reads.
   */
  #coveredBy({ input = [], output = [] }: NodeProto): readonly Node[] {
    const read = new Set(input);
    const found = new Set<Node>();
    const visit = (name: string): void => {
      const node = this.#givers.get(name);
      if (!node || read.has(name) || found.has(node) || found.size >= MOST_COVERED) return;
      found.add(node);
      for (const value of node.inputs) if (value) visit(this.#values?.of(value) ?? '');
    };
    for (const name of output) visit(name);
    // Without an end the walk would reach the inputs of the model: then only the last one is sure.
    const last = this.#giver(output);
    return found.size < MOST_COVERED ? [...found] : last ? [last] : [];
  }

  #place(node: Node, covered: readonly Node[]): NodePlace {
    const site = node.origin?.site?.place;
    const counts = covered.map((each) => this.#flops.get(each));
    const known = counts.filter((count) => count !== undefined);
    return {
      path: pathOf(node),
      covers: covered.map((each) => this.#names.get(each) ?? each.op),
      source: site ? formatPlace(site) : '',
      flops: known.length === counts.length ? known.reduce((sum, each) => addCounts(sum, each), ZERO) : undefined,
    };
  }
}

/** ONNX Runtime joins at most some dozens of nodes. */
const MOST_COVERED = 100;

/** A graph and the bodies inside of it. */
function* graphsOf(graph: GraphProto | undefined): IterableIterator<GraphProto> {
  if (!graph) return;
  yield graph;
  for (const node of graph.node ?? []) {
    for (const { g } of node.attribute ?? []) if (g) yield* graphsOf(g);
  }
}

function* nodesOf(graph: GraphProto | undefined): IterableIterator<NodeProto> {
  for (const each of graphsOf(graph)) yield* each.node ?? [];
}

// Describes a graph: the type of every input, output, inner value and parameter, and the constraints, by the names of the file.
import { writtenOutputs } from '../../codegen/onnx/node-parts.ts';
import { ValueNames } from '../../codegen/onnx/value-names.ts';
import { type Constraint, constraintDims } from '../dim/constraint.ts';
import { hasUnknown } from '../dim/dim.ts';
import { entryOf, fedSymbols } from '../ir/contract.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import { SymbolNames } from '../ir/symbol-names.ts';
import type { Initializer } from '../nn/initializers/initializer.ts';
import { describeShape, describeType, type JsonShape, type JsonType } from './describe-type.ts';

/** A parameter as JSON. */
export interface JsonParameter {
  readonly dtype: string;
  readonly shape: JsonShape;
  /** The recipe that fills it; null where the file has its data. */
  readonly initializer: object | null;
  /** Set where the file lists it among the inputs too, as before IR version 4. */
  readonly isInput?: true;
}

/** A graph as JSON. */
export interface JsonGraph {
  readonly inputs: Readonly<Record<string, JsonType>>;
  readonly outputs: Readonly<Record<string, JsonType>>;
  /** Every value between inputs and outputs; those of bodies as `node/body/value`. */
  readonly values: Readonly<Record<string, JsonType>>;
  readonly parameters: Readonly<Record<string, JsonParameter>>;
  readonly constraints: readonly { readonly kind: string; readonly expr: string; readonly scope: string }[];
}

/** How a graph is described. */
export interface DescribeOptions {
  /** Whether constants are parameters: an `.onnx` file does not tell one from the other. */
  readonly areConstantsParameters: boolean;
  /** Parameters that the file lists among the inputs too; none by default. */
  readonly defaults?: ReadonlySet<string>;
}

/** Describes a graph whose types are inferred. */
export function describeGraph(graph: Graph, options: DescribeOptions): JsonGraph {
  return new GraphDescriber(graph).describe(options);
}

class GraphDescriber {
  readonly #graph: Graph;
  readonly #names: ValueNames;
  readonly #symbols = new SymbolNames();
  readonly #values: [string, JsonType][] = [];
  readonly #kept = new Set<Value>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#names = new ValueNames(graph);
    this.#reserve(graph);
  }

  describe({ areConstantsParameters, defaults }: DescribeOptions): JsonGraph {
    const graph = this.#graph;
    const inputs = graph.inputs.map((value) => this.#entry(value));
    this.#addNodes(graph, '', new Set(graph.outputs));
    const outputs = graph.outputs.map((value) => this.#entry(value));
    const fed = fedSymbols(graph);
    const weights = areConstantsParameters ? [...graph.parameters, ...graph.constants] : graph.parameters;
    const parameters = weights.map((value) => {
      const [name, parameter] = [this.#names.of(value), this.#parameter(value)];
      return [name, defaults?.has(name) ? { ...parameter, isInput: true as const } : parameter] as const;
    });
    // fromEntries makes own members of any name, `__proto__` included.
    return {
      inputs: Object.fromEntries(inputs),
      outputs: Object.fromEntries(outputs),
      values: Object.fromEntries(this.#values),
      parameters: Object.fromEntries(parameters),
      constraints: graph.facts
        .constraints()
        .filter(isSayable)
        .map((constraint) => {
          const { kind, expr, scope } = entryOf(constraint, this.#symbols, fed);
          return { kind, expr, scope };
        }),
    };
  }

  /** Named symbols keep their names, so these are taken before a fresh one is named. */
  #reserve(graph: Graph): void {
    for (const value of graph.inputs) this.#symbols.reserve(value.type);
    for (const value of graph.outputs) this.#kept.add(value);
    for (const node of graph.nodes()) {
      for (const value of node.outputs) this.#symbols.reserve(value.type);
      for (const [, body] of bodiesByName(node)) this.#reserve(body);
    }
  }

  #addNodes(graph: Graph, prefix: string, left: ReadonlySet<Value>): void {
    for (const node of graph.nodes()) {
      for (const [name, body] of bodiesByName(node)) {
        const inner = `${prefix}${this.#names.ofNode(node)}/${name}/`;
        for (const value of body.inputs) this.#add(inner, value);
        this.#addNodes(body, inner, new Set());
      }
      for (const value of writtenOutputs(node, this.#kept)) if (value && !left.has(value)) this.#add(prefix, value);
    }
  }

  #add(prefix: string, value: Value): void {
    const [name, type] = this.#entry(value);
    if (name !== '') this.#values.push([prefix + name, type]);
  }

  #entry(value: Value): [string, JsonType] {
    return [this.#names.of(value), describeType(value.type, this.#symbols)];
  }

  #parameter(value: Value): JsonParameter {
    const { source } = value;
    const initializer =
      source.kind === 'parameter' && 'initializer' in source.cell && isRecipe(source.cell.initializer)
        ? recipe(source.cell.initializer)
        : null;
    return { dtype: value.dtype, shape: describeShape(value.shape, this.#symbols), initializer };
  }
}

/** A fact about a size that only binding can settle has no text; binding states it again about the size that it settles. */
const isSayable = (constraint: Constraint): boolean => !constraintDims(constraint).some(hasUnknown);

const isRecipe = (thing: unknown): thing is Initializer =>
  typeof thing === 'object' && thing !== null && 'kind' in thing;

/** A recipe; the numbers of one from an array stay out, for they may be many. */
function recipe(initializer: Initializer): object {
  return initializer.kind === 'fromArray' ? { kind: initializer.kind, shape: initializer.shape } : initializer;
}

/** The bodies of a node by the names of their attributes, those of a list with their index. */
export function bodiesByName(node: Node): readonly (readonly [string, Graph])[] {
  if (node.attributes.size === 0) return [];
  const bodies: [string, Graph][] = [];
  for (const name of [...node.attributes.keys()].sort()) {
    const attribute = node.attributes.get(name);
    if (attribute?.kind === 'graph') bodies.push([name, attribute.value]);
    else if (attribute?.kind === 'graphs') attribute.value.forEach((body, i) => bodies.push([`${name}.${i}`, body]));
  }
  return bodies;
}

// The text of a graph in ONNX's textual syntax: a stable form for snapshots, and a full form that keeps all names.
import { isDimwiseError } from '../base/errors.ts';
import { type Dim, hasUnknown } from '../dim/dim.ts';
import type { Attribute } from './attribute.ts';
import { bodiesOf } from './bodies.ts';
import { entryOf, settledConstraints } from './contract.ts';
import type { FunctionDefinition, Graph, Node, Value } from './graph.ts';
import { attributeText, checksumText, dataText } from './onnx-text-data.ts';
import { type DimText, nameText, onnxTypeText, quoted } from './onnx-text-type.ts';
import { SymbolNames } from './symbol-names.ts';
import { withinWork } from './within-work.ts';

/** How a graph is printed. */
export interface GraphTextOptions {
  /**
   * `stable` (the default): inner values are numbered `%0`, `%1` in order and types stand behind the nodes, so that the text does
   * not change when inner values are renamed. `full`: names as they are; ONNX's own parser reads it, as far as weights are small.
   */
  readonly form?: 'stable' | 'full';
  /** Tells whether an attribute only states the operator's default; such are left out. */
  readonly isDefault?: (node: Node, name: string, attribute: Attribute) => boolean;
}

/**
 * Prints a graph: opsets, signature, weights, constraints, one node per line, then functions.
 *
 * @example formatGraph(graph)
 * // <opset_import: ["" : 21]>
 * // mlp (float[batch,20] x) => (float[batch,256] y)
 * // <float[20,256] w = ["checksum": "3f2a9d01c2b4e6f8"]>
 * // {
 * //   %0 = MatMul (x, w)  # float[batch,256]
 * //   y = Relu (%0)
 * // }
 */
export function formatGraph(graph: Graph, options: GraphTextOptions = {}): string {
  return withinWork(graph, 'the text of', () => new GraphPrinter(options).model(graph));
}

/** The key under which constraints stand in the text's metadata, one entry each. */
export const REQUIRES_KEY = 'dimwise.requires';

/** ONNX's own parser knows no escape of a line end, it takes `\n` for an n; the full form has the line end itself. */
const QUOTED = /"(?:[^"\\]|\\[^])*"/g;
const rawLineEnds = (text: string): string =>
  text.replaceAll(/\\([^])/g, (escaped, char: string) => (char === 'n' ? '\n' : escaped));

class GraphPrinter {
  readonly #stable: boolean;
  readonly #isDefault: NonNullable<GraphTextOptions['isDefault']>;
  readonly #symbols = new SymbolNames();
  #names = new Map<Value, string>();
  #next = 0;
  readonly #taken = new Set<string>();
  readonly #dim: DimText;

  constructor({ form = 'stable', isDefault = () => false }: GraphTextOptions) {
    this.#stable = form === 'stable';
    this.#isDefault = isDefault;
    this.#dim = (dim) => this.#dimText(dim);
  }

  model(graph: Graph): string {
    for (const value of graph.inputs) this.#symbols.reserve(value.declaredType);
    for (const node of graph.nodes()) for (const value of node.outputs) this.#symbols.reserve(value.type);
    if (!this.#stable) this.#takeNames(graph);
    const text = this.#graph(graph);
    const lines = [...this.#header(graph), ...text];
    for (const definition of graph.functions.values()) lines.push(...this.#function(definition));
    const whole = lines.join('\n');
    return this.#stable ? whole : whole.replaceAll(QUOTED, rawLineEnds);
  }

  /** Opsets, and the constraints as metadata, a line each. */
  #header(graph: Graph): string[] {
    const lines = [`<opset_import: ${opsetText(graph.opsets)}`];
    const constraints = settledConstraints(graph).map((constraint) => entryOf(constraint, this.#symbols).expr);
    constraints.forEach((expr, i) => {
      lines.push(`${i === 0 ? ' metadata_props: [' : '  '}${quoted(REQUIRES_KEY)}: ${quoted(expr)}`);
    });
    return lines.map((line, i) => {
      if (i < lines.length - 1) return `${line},`;
      return i === 0 ? `${line}>` : `${line}]>`;
    });
  }

  /** Names that unnamed values must not get; ONNX's own parser takes no `%`. */
  #takeNames(graph: Graph): void {
    for (const value of [...graph.inputs, ...graph.parameters, ...graph.constants]) this.#take(value);
    for (const node of graph.nodes()) {
      for (const output of node.outputs) this.#take(output);
      for (const body of bodiesOf(node)) this.#takeNames(body);
    }
  }

  #take(value: Value): void {
    const name = value.source.kind === 'parameter' ? (value.name ?? value.source.cell.path) : value.name;
    if (name) this.#taken.add(name);
  }

  /** A dim that ONNX's text can say bare is bare; expressions are quoted in the full form. */
  #dimText(dim: Dim): string {
    const text = this.#symbols.format(dim);
    if (this.#stable || dim.kind === 'const' || hasUnknown(dim)) return text;
    return dim.kind === 'symbol' ? nameText(this.#symbols.nameOf(dim)) : quoted(text);
  }

  #graph(graph: Graph): string[] {
    const inputs = graph.inputs.map((value) => this.#typed(value, this.#edgeName(value)));
    // Outputs with a name of the author keep it; the others are numbered when their node is reached.
    if (!graph.parent) for (const value of graph.outputs) if (value.name) this.#edgeName(value);
    const weights = weightsOf(graph).map((weight) => this.#weight(weight));
    const body = Array.from(graph.nodes(), (node) => this.#node(node)).flat();
    const outputs = graph.outputs.map((value) => this.#typed(value, this.#name(value)));
    const infos = this.#stable ? [] : this.#valueInfos(graph);
    const declared = [...weights, ...infos];
    const last = declared.length - 1;
    return [
      `${nameText(graph.name)} (${inputs.join(', ')}) => (${outputs.join(', ')})`,
      ...declared.map((text, i) => `${i === 0 ? '<' : ' '}${text}${i === last ? '>' : ','}`),
      '{',
      ...body.map((line) => `  ${line}`),
      '}',
    ];
  }

  #valueInfos(graph: Graph): string[] {
    const infos: string[] = [];
    for (const node of graph.nodes()) {
      for (const value of node.outputs) {
        if (value.type.kind !== 'unknown' && !graph.outputs.includes(value))
          infos.push(this.#typed(value, this.#name(value)));
      }
    }
    return infos;
  }

  #function(definition: FunctionDefinition): string[] {
    const { body, domain, name, overload, attributes, defaults, opsets } = definition;
    this.#names = new Map();
    this.#next = 0;
    const head = [
      `domain: ${quoted(domain)}`,
      ...(overload ? [`overload: ${quoted(overload)}`] : []),
      `opset_import: ${opsetText(opsets)}`,
    ];
    const formal = [
      ...attributes,
      ...[...defaults].map(([key, value]) => `${key}: ${value.kind}${this.#defaultText(value)}`),
    ];
    const inputs = body.inputs.map((value) => this.#edgeName(value));
    for (const value of body.outputs) if (value.name) this.#edgeName(value);
    const constants = body.constants.map((value) => this.#constantNode(value));
    const nodes = Array.from(body.nodes(), (node) => this.#node(node)).flat();
    return [
      `<${head.join(', ')}>`,
      `${nameText(name)} ${formal.length > 0 ? `<${formal.join(', ')}>` : ''}(${inputs.join(', ')}) => (${body.outputs.map((value) => this.#name(value)).join(', ')})`,
      '{',
      ...[...constants, ...nodes].map((line) => `  ${line}`),
      '}',
    ];
  }

  /** A default after its name and kind. */
  #defaultText(value: Attribute): string {
    const text = this.#attribute(value).join('\n');
    return text.slice(text.indexOf(' = '));
  }

  #constantNode(value: Value): string {
    const data = value.source.kind === 'constant' ? value.source.data : undefined;
    const text = data ? attributeText({ kind: 'tensor', value: data }, this.#dim) : '';
    return `${this.#name(value)} = Constant <value${text}> ()${this.#stable ? `  # ${onnxTypeText(value.type, this.#dim)}` : ''}`;
  }

  #node(node: Node): string[] {
    const attributes = this.#attributes(node);
    const inputs = node.inputs.map((value) => (value ? this.#name(value) : '""')).join(', ');
    const outputs = node.outputs.map((value) => this.#name(value)).join(', ');
    const op = operatorText(node) + (node.overload ? `:${nameText(node.overload)}` : '');
    const label = !this.#stable && node.name ? `[${nameText(node.name)}] ` : '';
    const lines = `${label}${outputs} = ${op} ${attributes}(${inputs})`.split('\n');
    const types = this.#stable ? node.outputs.map((value) => onnxTypeText(value.type, this.#dim)).join(', ') : '';
    if (types) lines.push(`${lines.pop() ?? ''}  # ${types}`);
    return lines;
  }

  #attributes(node: Node): string {
    const texts: string[] = [];
    for (const name of [...node.attributes.keys()].sort()) {
      const attribute = node.attributes.get(name);
      if (!attribute || this.#isDefault(node, name, attribute)) continue;
      texts.push(`${nameText(name)}${this.#attribute(attribute).join('\n')}`);
    }
    return texts.length > 0 ? `<${texts.join(', ')}> ` : '';
  }

  /** An attribute after its name, bodies with a line for each of their nodes. */
  #attribute(attribute: Attribute): string[] {
    if (attribute.kind === 'graph') return ` = ${this.#graph(attribute.value).join('\n')}`.split('\n');
    if (attribute.kind === 'graphs') {
      return `: graphs = [${attribute.value.map((body) => this.#graph(body).join('\n')).join(', ')}]`.split('\n');
    }
    return [attributeText(attribute, this.#dim)];
  }

  #weight({ value, data }: Weight): string {
    const typed = this.#typed(value, value.source.kind === 'parameter' ? this.#edgeName(value) : this.#name(value));
    return data === undefined ? typed : `${typed} = ${data}`;
  }

  #typed(value: Value, name: string): string {
    const type = value.declaredType;
    return type.kind === 'unknown' ? name : `${onnxTypeText(type, this.#dim)} ${name}`;
  }

  /** The name of an input, an output or a parameter, which readers know by it; those of bodies are inner values. */
  #edgeName(value: Value): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    if (value.graph.parent && value.source.kind !== 'parameter') return this.#name(value);
    const own = value.source.kind === 'parameter' ? (value.name ?? value.source.cell.path) : value.name;
    return own ? this.#keep(value, nameText(own)) : this.#name(value);
  }

  #name(value: Value): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    if (!this.#stable && value.name) return this.#keep(value, nameText(value.name));
    if (this.#stable) return this.#keep(value, `%${this.#next++}`);
    while (this.#taken.has(`v${this.#next}`)) this.#next++;
    return this.#keep(value, `v${this.#next++}`);
  }

  #keep(value: Value, name: string): string {
    this.#names.set(value, name);
    return name;
  }
}

interface Weight {
  readonly value: Value;
  /** The text of its data. */
  readonly data: string | undefined;
}

/** Parameters, then constants whose data is elsewhere, then those with elements: the order in which a reader finds them. */
function weightsOf(graph: Graph): Weight[] {
  const weights = [...graph.parameters, ...graph.constants].map((value) => ({ value, data: dataOf(value) }));
  const isLiteral = ({ data }: Weight): boolean => data?.startsWith('{') === true;
  return [...weights.filter((weight) => !isLiteral(weight)), ...weights.filter(isLiteral)];
}

/** Domain and operator; quoted where one is no word. */
function operatorText({ domain, op }: Node): string {
  const text = domain ? `${domain}.${op}` : op;
  return /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(text) ? text : quoted(text);
}

/** The data of a weight: of a parameter always the checksum; undefined for a parameter that has none yet. */
function dataOf(value: Value): string | undefined {
  try {
    if (value.source.kind === 'constant') return dataText(value.source.data);
    return value.source.kind === 'parameter' ? checksumText(value.source.cell.data()) : undefined;
  } catch (error) {
    if (isDimwiseError(error)) return undefined;
    throw error;
  }
}

function opsetText(opsets: ReadonlyMap<string, number>): string {
  const entries = [...opsets].sort(([a], [b]) => (a < b ? -1 : 1));
  return `[${entries.map(([domain, version]) => `${quoted(domain)} : ${version}`).join(', ')}]`;
}

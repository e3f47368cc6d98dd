// Reads the text of graphs: the inverse of `formatGraph`, and what ONNX's own printer writes.
import { dimwiseError } from '../base/errors.ts';
import { parseConstraint } from '../dim/constraint.ts';
import { unknownDim } from '../dim/dim.ts';
import type { Attribute } from './attribute.ts';
import { DimParams } from './dim-params.ts';
import type { DType } from './dtype.ts';
import { functionKey } from './function-key.ts';
import { DEFAULT_OPSET, Graph, type Node, type Value } from './graph.ts';
import { REQUIRES_KEY } from './graph-text.ts';
import type { ParameterCell } from './parameter-cell.ts';
import { readAttributeText, readData, readEntryList } from './parse-text-data.ts';
import { dimReader, type ReadDim, readType, readTypedName, readTypedNames, type SizeText } from './parse-text-type.ts';
import type { TensorData } from './tensor-data.ts';
import { TextScanner } from './text-scanner.ts';
import { type Scope, scopeOf, symbolsIn } from './text-scope.ts';
import { type Shape, toShape, UNKNOWN_TYPE, type ValueType } from './type.ts';

/**
 * Reads a graph from its text, in the stable or the full form.
 *
 * Types that stand in the text are taken as they stand; inference may still contradict them. Weights whose data is not in the
 * text have none: a checksum stands for data in a file, and a name without either is a parameter without data.
 *
 * @throws GRAPH_TEXT_SYNTAX when the text is no graph; with line and column
 * @example parseGraph('<opset_import: ["" : 21]> g (float[n] x) => (y) { y = Relu (x) }')
 */
export function parseGraph(text: string): Graph {
  return new GraphTextReader(text).model();
}

/**
 * Reads a body from its text, a graph without opsets and functions: `then () => (y) { y = Relu (x) }`.
 *
 * @param text the body
 * @param parent the graph around it, whose values the body may read by their names
 * @throws GRAPH_TEXT_SYNTAX when the text is no graph, or reads a value that is not there; with line and column
 */
export function parseBody(text: string, parent: Graph): Graph {
  return new GraphTextReader(text).bodyOf(parent);
}

class GraphTextReader {
  readonly #scanner: TextScanner;
  #dim: ReadDim = () => unknownDim();
  #scope: Scope | undefined;

  constructor(text: string) {
    this.#scanner = new TextScanner(text);
  }

  model(): Graph {
    const { opsets, requires, metadata } = this.#header();
    const graph = new Graph({ opsets });
    this.#declareSymbols();
    this.#graph(graph);
    for (const [key, value] of metadata) graph.metadata.set(key, value);
    while (this.#scanner.sees('<')) this.#function(graph);
    if (!this.#scanner.atEnd) this.#scanner.fail('a function or the end');
    for (const text of requires) graph.facts.require({ ...parseConstraint(text), origins: [] });
    return graph;
  }

  bodyOf(parent: Graph): Graph {
    this.#scope = scopeOf(parent);
    this.#declareSymbols(symbolsIn(this.#scope));
    const body = this.#body();
    if (!this.#scanner.atEnd) this.#scanner.fail('the end');
    return body;
  }

  #header() {
    const opsets = new Map<string, number>();
    const requires: string[] = [];
    const metadata = new Map<string, string>();
    const words = new Map<string, string>();
    const scanner = this.#scanner;
    if (!scanner.sees('<')) return { opsets: new Map([['', DEFAULT_OPSET]]), requires, metadata, words };
    scanner.list('<', '>', () => {
      const key = scanner.name('a key');
      scanner.expect(':');
      if (key === 'opset_import')
        for (const [domain, version] of readEntryList(scanner)) opsets.set(domain, Number(version));
      else if (key === 'metadata_props') {
        for (const [name, value] of readEntryList(scanner)) {
          if (name === REQUIRES_KEY) requires.push(value);
          else metadata.set(name, value);
        }
      } else words.set(key, scanner.quoted() ?? scanner.number() ?? scanner.fail('a value'));
    });
    return { opsets, requires, metadata, words };
  }

  /** Looks ahead at the inputs: their sizes declare the symbols by which all sizes are read, beside those that are known. */
  #declareSymbols(known: Iterable<string> = []): void {
    const texts = [...known];
    const start = this.#scanner.at;
    const collect = ({ text, quoted }: SizeText) => {
      if (quoted || /^[A-Za-z_]\w*$/.test(text)) texts.push(text);
      return unknownDim();
    };
    this.#scanner.name('the name of a graph');
    readTypedNames(this.#scanner, collect);
    this.#scanner.at = start;
    this.#dim = dimReader(new DimParams(texts));
  }

  /** Reads name, signature, weights and nodes into an empty graph. */
  #graph(graph: Graph): void {
    const scanner = this.#scanner;
    graph.name = scanner.name('the name of a graph');
    const scope: Scope = { values: new Map(), types: new Map(), outputTypes: new Map(), graph, outer: this.#scope };
    this.#scope = scope;
    for (const { name, type } of readTypedNames(scanner, this.#dim)) {
      const value = graph.addInput(name, type, { what: `input "${name}"` });
      value.name = keepable(name);
      this.#define(name, value);
    }
    scanner.expect('=>');
    const outputs = readTypedNames(scanner, this.#dim);
    for (const { name, type } of outputs) if (type.kind !== 'unknown') scope.outputTypes.set(name, type);
    if (scanner.sees('<')) scanner.list('<', '>', () => this.#weight(scope));
    this.#nodes(scope);
    graph.setOutputs(outputs.map(({ name }) => this.#lookUp(name)));
    this.#scope = scope.outer;
  }

  #weight({ graph, types }: Scope): void {
    const { name, type } = readTypedName(this.#scanner, this.#dim);
    if (!this.#scanner.take('=')) types.set(name, type);
    else this.#define(name, this.#withData(graph, name, readData(this.#scanner, type)));
  }

  #nodes(scope: Scope): void {
    this.#scanner.expect('{');
    while (!this.#scanner.take('}')) this.#node(scope);
  }

  #node({ graph, types, outputTypes }: Scope): void {
    const scanner = this.#scanner;
    const label = scanner.take('[') ? scanner.name('the name of a node') : undefined;
    if (label !== undefined) scanner.expect(']');
    const names = [scanner.name('the name of an output or }')];
    while (scanner.take(',')) names.push(scanner.name('the name of an output'));
    scanner.expect('=');
    const { domain, op, overload } = this.#operator();
    const attributes = this.#attributes();
    const inputs = scanner.list('(', ')', () => this.#input());
    const behind = this.#typesBehind();
    const node = graph.addNode({ domain, op, overload, attributes, inputs, outputs: names.length, name: label });
    names.forEach((name, i) => this.#output(node, i, name, behind?.[i] ?? outputTypes.get(name) ?? types.get(name)));
  }

  #output(node: Node, i: number, name: string, type: ValueType | undefined): void {
    const value = node.outputs[i];
    if (!value) return;
    value.name = keepable(name);
    if (type) value.setType(type);
    if (name !== '') this.#define(name, value);
  }

  /** The types in the comment behind a node; undefined where it is only a comment. */
  #typesBehind(): ValueType[] | undefined {
    const comment = this.#scanner.lineComment();
    if (comment === undefined) return undefined;
    const scanner = new TextScanner(comment);
    const types: ValueType[] = [];
    do {
      const type = readType(scanner, this.#dim);
      if (!type) return undefined;
      types.push(type);
    } while (scanner.take(','));
    return scanner.atEnd ? types : undefined;
  }

  /** `DOMAIN.NAME:OVERLOAD`, quoted where it is not made of words; what follows the last point is the operator. */
  #operator() {
    const scanner = this.#scanner;
    const words = [scanner.quoted() ?? scanner.word() ?? scanner.fail('an operator')];
    while (scanner.take('.')) words.push(scanner.word() ?? scanner.fail('an operator'));
    const text = words.join('.');
    const point = text.lastIndexOf('.');
    const [domain, op] = [text.slice(0, Math.max(point, 0)), text.slice(point + 1)];
    const overload = scanner.take(':') ? scanner.name('the name of an overload') : undefined;
    return { domain: domain === 'ai.onnx' ? '' : domain, op, overload };
  }

  #attributes(): Map<string, Attribute> {
    const scanner = this.#scanner;
    const reading = { scanner, dim: this.#dim, graph: () => this.#body() };
    if (!scanner.sees('<')) return new Map();
    return new Map(
      scanner.list('<', '>', () => [scanner.name('the name of an attribute'), readAttributeText(reading)] as const),
    );
  }

  #body(): Graph {
    const body = new Graph(this.#scope ? { parent: this.#scope.graph } : {});
    this.#graph(body);
    return body;
  }

  /** An input; nothing between commas and an empty text leave one out. */
  #input(): Value | undefined {
    if (this.#scanner.sees(',') || this.#scanner.sees(')')) return undefined;
    const name = this.#scanner.name('the name of an input');
    return name === '' ? undefined : this.#lookUp(name);
  }

  #function(graph: Graph): void {
    const scanner = this.#scanner;
    const { opsets, words } = this.#header();
    const body = new Graph({ opsets });
    const name = scanner.name('the name of a function');
    body.name = name;
    const attributes: string[] = [];
    const defaults = new Map<string, Attribute>();
    if (scanner.sees('<')) {
      scanner.list('<', '>', () => {
        const key = scanner.name('the name of an attribute');
        if (scanner.sees(':') || scanner.sees('='))
          defaults.set(key, readAttributeText({ scanner, dim: this.#dim, graph: () => this.#body() }));
        else attributes.push(key);
      });
    }
    const scope: Scope = { values: new Map(), types: new Map(), outputTypes: new Map(), graph: body, outer: undefined };
    this.#scope = scope;
    for (const input of scanner.list('(', ')', () => scanner.name('the name of an input'))) {
      this.#define(input, body.addInput(input, UNKNOWN_TYPE));
    }
    scanner.expect('=>');
    const outputs = scanner.list('(', ')', () => scanner.name('the name of an output'));
    this.#nodes(scope);
    body.setOutputs(outputs.map((output) => this.#lookUp(output)));
    this.#scope = undefined;
    const domain = words.get('domain') ?? '';
    const overload = words.get('overload') ?? '';
    graph.functions.set(functionKey(domain, name, overload), {
      domain,
      name,
      overload,
      body,
      attributes,
      defaults,
      opsets,
    });
  }

  #define(name: string, value: Value): void {
    if (this.#scope?.values.has(name)) this.#scanner.fail(`a new name: "${name}" has been made before this`);
    this.#scope?.values.set(name, value);
  }

  #lookUp(name: string): Value {
    for (let scope = this.#scope; scope; scope = scope.outer) {
      const found = scope.values.get(name) ?? this.#parameter(scope, name);
      if (found) return found;
    }
    return this.#scanner.fail(`the name of a value that is made before this; "${name}" is not`);
  }

  /** A weight that was declared without data is a parameter once something reads it before a node makes it. */
  #parameter(scope: Scope, name: string): Value | undefined {
    const type = scope.types.get(name);
    if (type?.kind !== 'tensor' || type.dtype === 'undefined' || !type.shape) return undefined;
    const data = (): never => {
      throw dimwiseError({
        code: 'PARAM_NOT_INITIALIZED',
        message: `${name} was read from a text, which has no data for it`,
      });
    };
    const value = scope.graph.addParameter(textCell(name, type.dtype, type.shape, data));
    scope.values.set(name, value);
    return value;
  }

  /** Elements in the text are a constant, of whatever name; a checksum with a name is a parameter, whose data is elsewhere. */
  #withData(graph: Graph, name: string, data: TensorData): Value {
    const own = keepable(name);
    if (own === undefined || data.storage.kind !== 'file') return graph.addConstant(data, own);
    return graph.addParameter(textCell(name, data.dtype, toShape(data.shape), () => data));
  }
}

function textCell(path: string, dtype: DType, shape: Shape, data: () => TensorData): ParameterCell {
  return { path, dtype, shape, origin: undefined, settledBy: () => undefined, data };
}

/** Numbers behind a percent sign are places, not names. */
const keepable = (name: string): string | undefined => (name === '' || name.startsWith('%') ? undefined : name);

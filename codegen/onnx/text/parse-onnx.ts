// Reads models from ONNX's own textual syntax.
import { OnnxModel } from '../onnx-model.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  ValueInfoProto,
} from '../proto/messages.ts';
import type { TensorProto } from '../proto/tensor-messages.ts';
import { OnnxScanner } from './onnx-scanner.ts';
import { readAttribute, readData, readDotted, readEntries, readName, readValue } from './parse-values.ts';

/**
 * Reads a model from its text in ONNX's syntax, as `formatOnnx` and ONNX's own printer write it.
 *
 * @throws GRAPH_TEXT_SYNTAX when the text is no model; with line and column
 * @example parseOnnx('<ir_version: 10, opset_import: ["" : 21]> g (float[n] x) => (float[n] y) { y = Relu (x) }')
 */
export function parseOnnx(text: string): OnnxModel {
  return new OnnxModel(new OnnxReader(new OnnxScanner(text)).model());
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

class OnnxReader {
  readonly #scanner: OnnxScanner;

  constructor(scanner: OnnxScanner) {
    this.#scanner = scanner;
  }

  model(): ModelProto {
    const scanner = this.#scanner;
    const model: Draft<ModelProto> = {};
    if (scanner.sees('<')) scanner.list('<', '>', () => this.#modelEntry(model));
    model.graph = this.#graph();
    const functions: FunctionProto[] = [];
    while (!scanner.atEnd) functions.push(this.#function());
    return withoutEmpty<ModelProto>({ ...model, functions });
  }

  #modelEntry(model: Draft<ModelProto>): void {
    const scanner = this.#scanner;
    const key = this.#key();
    switch (key) {
      case 'ir_version':
        model.irVersion = scanner.integer();
        break;
      case 'opset_import':
        model.opsetImport = this.#opsets();
        break;
      case 'producer_name':
        model.producerName = scanner.text();
        break;
      case 'producer_version':
        model.producerVersion = scanner.text();
        break;
      case 'domain':
        model.domain = scanner.text();
        break;
      case 'model_version':
        model.modelVersion = scanner.integer();
        break;
      case 'doc_string':
        model.docString = scanner.text();
        break;
      case 'metadata_props':
        model.metadataProps = readEntries(scanner);
        break;
      default:
        scanner.fail(`an entry of a model in place of ${key}`);
    }
  }

  #key(): string {
    const key = this.#scanner.word() ?? this.#scanner.fail('a key');
    this.#scanner.expect(':');
    return key;
  }

  #opsets(): OperatorSetIdProto[] {
    const scanner = this.#scanner;
    return scanner.list('[', ']', () => {
      const domain = scanner.text();
      scanner.expect(':');
      return { domain, version: scanner.integer() };
    });
  }

  #graph(): GraphProto {
    const scanner = this.#scanner;
    const name = readName(scanner);
    const initializer: TensorProto[] = [];
    const input = scanner.list('(', ')', () => this.#declared(initializer));
    this.#arrow();
    const output = scanner.list('(', ')', () => readValue(scanner));
    const valueInfo: ValueInfoProto[] = [];
    if (scanner.sees('<')) {
      scanner.list('<', '>', () => {
        const before = initializer.length;
        const value = this.#declared(initializer);
        if (initializer.length === before) valueInfo.push(value);
      });
    }
    const node = this.#nodes();
    return withoutEmpty<GraphProto>({ node, name, initializer, input, output, valueInfo });
  }

  /** Reads a value with its type; with data behind it, it is an initializer too. */
  #declared(initializers: TensorProto[]): ValueInfoProto {
    const value = readValue(this.#scanner);
    if (this.#scanner.take('=')) initializers.push(readData(this.#scanner, value.type, value.name));
    return value;
  }

  #arrow(): void {
    this.#scanner.expect('=>');
  }

  #nodes(): NodeProto[] {
    const nodes: NodeProto[] = [];
    this.#scanner.expect('{');
    while (!this.#scanner.take('}')) nodes.push(this.#node());
    return nodes;
  }

  #node(): NodeProto {
    const scanner = this.#scanner;
    const label: { name?: string } = {};
    if (scanner.take('[')) {
      label.name = scanner.maybeName() ?? '';
      scanner.expect(']');
    }
    const output = this.#names('=');
    scanner.expect('=');
    const words = readDotted(scanner, 'an operator');
    const opType = words.pop() ?? '';
    const overload = scanner.take(':') ? { overload: readName(scanner) } : {};
    const before = this.#attributes();
    scanner.expect('(');
    const input = this.#names(')');
    scanner.expect(')');
    const attribute = before.length > 0 ? before : this.#attributes();
    const domain = words.length === 0 ? {} : { domain: words.join('.') };
    return withoutEmpty<NodeProto>({ input, output, ...label, opType, attribute, ...domain, ...overload });
  }

  /** Names with commas between them; a comma alone leaves one out, and one at the end says nothing. */
  #names(end: string): string[] {
    const scanner = this.#scanner;
    const names: string[] = [];
    while (!scanner.sees(end)) {
      const name = scanner.maybeName();
      names.push(name ?? '');
      if (!scanner.take(',')) {
        if (name === undefined) scanner.fail('a name');
        break;
      }
    }
    return names;
  }

  #attributes(): AttributeProto[] {
    const scanner = this.#scanner;
    if (!scanner.sees('<')) return [];
    return scanner.list('<', '>', () => readAttribute(scanner, readName(scanner), () => this.#graph()));
  }

  #function(): FunctionProto {
    const scanner = this.#scanner;
    const draft: Draft<FunctionProto> = {};
    if (scanner.sees('<')) scanner.list('<', '>', () => this.#functionEntry(draft));
    draft.name = readName(scanner);
    const attribute: string[] = [];
    const attributeProto: AttributeProto[] = [];
    if (scanner.sees('<')) {
      scanner.list('<', '>', () => {
        const name = readName(scanner);
        if (!scanner.sees(':') && !scanner.sees('=')) attribute.push(name);
        else attributeProto.push(readAttribute(scanner, name, () => this.#graph()));
      });
    }
    const valueInfo: ValueInfoProto[] = [];
    const input = this.#edge(valueInfo);
    this.#arrow();
    const output = this.#edge(valueInfo);
    if (scanner.sees('<')) valueInfo.push(...scanner.list('<', '>', () => readValue(scanner)));
    const node = this.#nodes();
    return withoutEmpty<FunctionProto>({ ...draft, input, output, attribute, node, attributeProto, valueInfo });
  }

  #functionEntry(draft: Draft<FunctionProto>): void {
    const key = this.#key();
    switch (key) {
      case 'domain':
        draft.domain = this.#scanner.text();
        break;
      case 'overload':
        draft.overload = this.#scanner.text();
        break;
      case 'doc_string':
        draft.docString = this.#scanner.text();
        break;
      case 'opset_import':
        draft.opsetImport = this.#opsets();
        break;
      default:
        this.#scanner.fail(`an entry of a function in place of ${key}`);
    }
  }

  /** Inputs or outputs of a function; what is said of their types goes into a list. */
  #edge(valueInfo: ValueInfoProto[]): string[] {
    return this.#scanner.list('(', ')', () => {
      const value = readValue(this.#scanner);
      if (value.type) valueInfo.push(value);
      return value.name ?? '';
    });
  }
}

/** A message without its empty lists, which protobuf cannot tell from absent ones. */
function withoutEmpty<M extends object>(message: M): M {
  const entries = Object.entries(message).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return entries.length === Object.keys(message).length ? message : (Object.fromEntries(entries) as M);
}

// Entries of values that become inputs or outputs of a model, with their inferred types.
import { type Dim, freshSymbol, type SymbolDim, symbolsOf } from '../../../src/dim/dim.ts';
import type { Value } from '../../../src/ir/graph.ts';
import { mapDims, type ValueType } from '../../../src/ir/type.ts';
import { valuesByName } from '../annotate/scope-values.ts';
import { withType } from '../annotate/write-type.ts';
import { writeTypes } from '../annotate/write-types.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { ValueInfoProto } from '../proto/messages.ts';
import { TypeWriter } from '../type-proto.ts';
import { graphOf } from './checked.ts';

/** Makes entries for values of one model; sizes have the names that an annotated copy would give them. */
export class EdgeTypes {
  readonly #values: ReadonlyMap<string, Value>;
  readonly #entries = new Map<string, ValueInfoProto>();
  readonly #names: ReturnType<typeof writeTypes>['names'];
  readonly #inputs: readonly ValueType[];

  /** @throws ONNX_MALFORMED when the model cannot be read */
  constructor(model: OnnxModel) {
    const { read } = model.inference;
    const graph = graphOf(model);
    for (const info of [...(graph.valueInfo ?? []), ...(graph.input ?? []), ...(graph.output ?? [])])
      this.#entries.set(info.name ?? '', info);
    this.#names = writeTypes({ graph }, read, { addsAll: true }).names;
    this.#values = valuesByName(read.graph);
    this.#inputs = read.graph.inputs.map(({ declaredType }) => declaredType);
  }

  /** The inferred type of a value of the main graph; that of an input is as it is declared. */
  typeOf(name: string): ValueType {
    return this.#values.get(name)?.declaredType ?? { kind: 'unknown' };
  }

  /** The name of a symbol in these entries. */
  readonly nameOf = (symbol: SymbolDim): string => this.#names.nameOf(symbol);

  /** The entry of a value that becomes an output; documentation and metadata that the file has of it stay. */
  output(name: string): ValueInfoProto {
    return this.#entry(name, this.typeOf(name), new TypeWriter(this.#names, this.#inputs));
  }

  /**
   * The entries of values that become the inputs of a part of the model. A size that is an expression of symbols that these inputs do
   * not have alone becomes a symbol of its own.
   */
  inputs(names: readonly string[]): readonly ValueInfoProto[] {
    const types = names.map((name) => this.typeOf(name));
    const alone = new Set<Dim>();
    for (const type of types) mapDims(type, (dim) => (dim.kind === 'symbol' ? (alone.add(dim), dim) : dim));
    const made = new Map<Dim, Dim>();
    const own = types.map((type, i) =>
      mapDims(type, (dim) => {
        if (dim.kind === 'const' || [...symbolsOf(dim)].every((symbol) => alone.has(symbol))) return dim;
        const known = made.get(dim) ?? freshSymbol(stemOf(names[i] ?? ''));
        made.set(dim, known);
        return known;
      }),
    );
    const writer = new TypeWriter(this.#names, own);
    return names.map((name, i) => this.#entry(name, own[i] ?? { kind: 'unknown' }, writer));
  }

  #entry(name: string, type: ValueType, writer: TypeWriter): ValueInfoProto {
    return withType(
      this.#entries.get(name) ?? { name },
      writer.type(type, () => {}),
    );
  }
}

/** What names of sizes of a value start with. */
const stemOf = (name: string): string => {
  const stem = name.replace(/\W+/g, '_').replace(/^_+|_+$/g, '');
  return /^[A-Za-z_]/.test(stem) ? `${stem}_` : 'size_';
};

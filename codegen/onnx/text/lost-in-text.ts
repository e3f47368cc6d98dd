// Tells what a model holds that ONNX's textual syntax cannot say.
import { dtypeFromOnnx } from '../../../src/ir/dtype.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { ATTRIBUTE_TYPE, DATA_LOCATION } from '../proto/enums.ts';
import { FieldPath } from '../proto/field-path.ts';
import type { Field, MessageRow } from '../proto/field-table.ts';
import { wholeBytes } from '../proto/lazy-bytes.ts';
import { MESSAGES } from '../proto/message-table.ts';
import type { AttributeProto } from '../proto/messages.ts';
import type { TensorProto } from '../proto/tensor-messages.ts';
import { elementField, hasTextElements, rawElements } from './element-fields.ts';

/** The fields that the syntax has no place for, by message. */
const UNSAID = new Map<MessageRow, readonly string[]>([
  [MESSAGES.model, ['trainingInfo', 'configuration']],
  [MESSAGES.graph, ['docString', 'quantizationAnnotation', 'sparseInitializer', 'metadataProps']],
  [MESSAGES.node, ['docString', 'metadataProps', 'deviceConfigurations']],
  [MESSAGES.attribute, ['docString']],
  [MESSAGES.valueInfo, ['docString', 'metadataProps']],
  [MESSAGES.function, ['metadataProps']],
  [MESSAGES.tensor, ['segment', 'docString', 'metadataProps']],
  [MESSAGES.type, ['denotation']],
  [MESSAGES.dimension, ['denotation']],
]);

/** More places than these are not listed. */
const MOST_PLACES = 100;

/**
 * Lists what is lost when a model is printed as text: doc strings below the model, metadata of nodes and tensors, training
 * information, unknown fields, bytes that are no UTF-8, payloads of NaN, and values of other fields than the stated one.
 *
 * @returns places in the names of onnx.proto3, such as `graph.node[3].doc_string`; at most a hundred
 */
export function lostInText(model: OnnxModel): readonly string[] {
  const search = new Search();
  search.message(MESSAGES.model, model.proto);
  return search.found;
}

class Search {
  readonly found: string[] = [];
  readonly #path = new FieldPath('model');

  message(row: MessageRow, message: object): void {
    if (this.found.length >= MOST_PLACES) return;
    const unsaid = UNSAID.get(row) ?? [];
    for (const field of row.fields) {
      const value: unknown = Reflect.get(message, field.name);
      if (value === undefined || value === '') continue;
      if (unsaid.includes(field.name)) {
        if (!Array.isArray(value) || value.length > 0) this.#lost(field);
      } else if (field.message) this.#inside(field, field.message(), value);
    }
    const unknown: unknown = Reflect.get(message, 'unknownFields');
    if (Array.isArray(unknown) && unknown.length > 0) this.#say('unknown fields');
    if (row === MESSAGES.tensor) this.#tensor(message);
    if (row === MESSAGES.attribute) this.#attribute(message);
  }

  #inside(field: Field, row: MessageRow, value: unknown): void {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    list.forEach((each, index) => {
      if (typeof each !== 'object' || each === null) return;
      this.#path.push(field, Array.isArray(value) ? index : -1);
      this.message(row, each);
      this.#path.pop();
    });
  }

  #lost(field: Field): void {
    this.#path.push(field);
    if (this.found.length < MOST_PLACES) this.found.push(String(this.#path));
    this.#path.pop();
  }

  #say(what: string): void {
    if (this.found.length < MOST_PLACES) this.found.push(`${this.#path}: ${what}`);
  }

  #tensor(tensor: TensorProto): void {
    if (tensor.dataLocation === DATA_LOCATION.EXTERNAL) {
      if (tensor.rawData?.length) this.#say('data beside external data');
      return;
    }
    const dtype = dtypeFromOnnx(tensor.dataType ?? 0);
    if (!dtype) this.#say(`element type ${tensor.dataType ?? 0}`);
    else if (!hasTextElements(tensor, dtype)) this.#say('data that does not fit its type');
    else {
      const field = elementField(dtype);
      if (field === 'stringData') this.#bytes(tensor.stringData);
      else this.#nans(tensor.rawData?.length ? rawElements(wholeBytes(tensor.rawData), dtype) : tensor[field]);
    }
  }

  #attribute(attribute: AttributeProto): void {
    const { type = 0, refAttrName } = attribute;
    const name = Object.entries(ATTRIBUTE_TYPE).find(([, number]) => number === type)?.[0];
    if (name === undefined) this.#say(`attribute type ${type}`);
    const field = refAttrName ? undefined : FIELD_OF[name ?? ''];
    for (const each of Object.values(FIELD_OF)) {
      const value: unknown = attribute[each];
      const isHeld =
        Array.isArray(value) || ArrayBuffer.isView(value) ? Reflect.get(value, 'length') !== 0 : value !== undefined;
      if (isHeld && each !== field) this.#say(`${each} in an attribute of another type`);
    }
    this.#bytes([...(attribute.s ? [attribute.s] : []), ...(attribute.strings ?? [])]);
    this.#nans(attribute.floats);
  }

  #bytes(list: readonly Uint8Array[] | undefined): void {
    for (const bytes of list ?? []) {
      try {
        decoder.decode(bytes);
      } catch {
        this.#say('bytes that are no UTF-8');
        return;
      }
    }
  }

  /** A NaN is printed with its sign left out and without its payload. */
  #nans(list: Iterable<number | bigint> | undefined): void {
    if (!(list instanceof Float32Array || list instanceof Float64Array)) return;
    const words = new Uint32Array(list.buffer, list.byteOffset, list.byteLength / 4);
    for (let i = 0; i < list.length; i++) {
      if (!Number.isNaN(list[i])) continue;
      const plain =
        list instanceof Float32Array ? words[i] === 0x7fc00000 : words[2 * i + 1] === 0x7ff80000 && words[2 * i] === 0;
      if (plain) continue;
      this.#say('a NaN with a sign or a payload');
      return;
    }
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The field of an attribute that holds the value of each type. */
const FIELD_OF: Readonly<Record<string, keyof AttributeProto>> = {
  FLOAT: 'f',
  INT: 'i',
  STRING: 's',
  TENSOR: 't',
  GRAPH: 'g',
  SPARSE_TENSOR: 'sparseTensor',
  TYPE_PROTO: 'tp',
  FLOATS: 'floats',
  INTS: 'ints',
  STRINGS: 'strings',
  TENSORS: 'tensors',
  GRAPHS: 'graphs',
  SPARSE_TENSORS: 'sparseTensors',
  TYPE_PROTOS: 'typeProtos',
};

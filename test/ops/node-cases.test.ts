// The node cases of onnx 1.23.1: what is inferred from numbers, symbols and unknown sizes never contradicts the recorded results.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/base/errors.ts';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { constant, constOf, type Dim, type SymbolDim, symbol, unknownDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { inferNode } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import type { DType } from '../../src/ir/dtype.ts';
import { Graph, type Node } from '../../src/ir/graph.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { formatType, mapDims, type ValueType } from '../../src/ir/type.ts';
import { parseType } from '../../src/ir/type-text.ts';
import { isBound, meets } from './bind-run.ts';
import { dimsOf } from './run-example.ts';

type TensorJson = readonly [dtype: DType, shape: readonly number[], values: readonly (number | boolean)[]];
type AttributeJson = readonly [kind: Exclude<Attribute['kind'], 'ref'>, value: unknown];
type Row = readonly [
  name: string,
  op: string,
  domain: string,
  opset: number,
  inputs: readonly (string | null)[],
  attributes: Readonly<Record<string, AttributeJson>>,
  outputs: readonly (string | null)[],
];

const ROWS: readonly Row[] = JSON.parse(
  readFileSync(new URL('../fixtures/node-cases/cases.json', import.meta.url), 'utf8'),
);
const OPS = [...new Set(ROWS.map(([, op]) => op))].sort();

/** Operators whose sizes depend on data that the cases do not tell as content. */
const DATA_DECIDES: readonly string[] = [
  'ImageDecoder',
  'NonMaxSuppression',
  'NonZero',
  'OptionalGetElement',
  'Range',
  'StringNormalizer',
  'StringSplit',
  'Unique',
];
/** Operators that need numbers where these cases put symbols: a condition's length, an index's depth, a scale times a size. */
const NUMBERS_DECIDE: readonly string[] = ['Compress', 'GatherND', 'Resize'];

/** What stands for the sizes of inputs whose elements are not known. */
type Mode =
  | 'numbers'
  | 'a symbol for each axis'
  | 'a symbol for each size'
  | 'symbols that may be zero'
  | 'unknown sizes';
const MODES: readonly Mode[] = [
  'numbers',
  'a symbol for each axis',
  'a symbol for each size',
  'symbols that may be zero',
  'unknown sizes',
];

/** A graph of one case with the true sizes of its symbols. */
class CaseRun {
  readonly graph: Graph;
  readonly sizes = new Map<SymbolDim, number>();
  readonly diagnostics: Diagnostic[] = [];
  readonly node: Node;
  readonly #mode: Mode;

  constructor([, op, domain, opset, inputs, attributes, outputs]: Row, mode: Mode) {
    this.#mode = mode;
    this.graph = new Graph({ opsets: new Map([[domain, opset]]) });
    const values = inputs.map((text, i) => {
      if (text === null) return undefined;
      const { type, content } = parseType(text);
      const value = this.graph.addInput(`in${i}`, type);
      if (content) value.setType(type, content);
      else value.setType(mapDims(type, (dim) => this.#stand(dim)));
      return value;
    });
    this.node = this.graph.addNode({
      domain,
      op,
      inputs: values,
      outputs: outputs.length,
      attributes: new Map(Object.entries(attributes).map(([name, json]) => [name, attributeOf(json)])),
    });
    inferNode(this.node, (diagnostic) => this.diagnostics.push(diagnostic));
  }

  #stand(dim: Dim): Dim {
    const size = constOf(dim);
    if (size === undefined || this.#mode === 'numbers') return dim;
    const mayBeZero = this.#mode === 'symbols that may be zero' || this.#mode === 'unknown sizes';
    if (size === 0 && !mayBeZero) return dim;
    if (size === 1 && this.#mode === 'a symbol for each size') return dim;
    const made = this.#mode === 'unknown sizes' ? unknownDim() : symbol(this.#name(size));
    this.sizes.set(made, size);
    if (this.#mode === 'symbols that may be zero') this.graph.facts.declare(made, { min: 0 });
    return made;
  }

  #name(size: number): string {
    return this.#mode === 'a symbol for each size' ? `n${size}` : `s${this.sizes.size}`;
  }

  readonly #sizeOf = (s: SymbolDim): number | undefined => this.sizes.get(s);

  /** What the recorded result contradicts. */
  mistakes(outputs: readonly (string | null)[]): string[] {
    const found = this.diagnostics.map(({ code, message }) => `${code}: ${message}`);
    const { facts } = this.graph;
    for (const [s, size] of this.sizes) {
      const known = facts.simplify(s);
      if (isBound(known, this.#sizeOf) && evaluate(known, this.#sizeOf) !== size)
        found.push(`a size ${size} is solved wrongly`);
      const { min, max } = facts.range(s);
      if (size < min || size > max) found.push(`a size ${size} lies outside [${min}, ${max}]`);
    }
    for (const constraint of facts.constraints()) {
      if (!meets(constraint, this.#sizeOf)) found.push(`the case breaks ${formatConstraint(constraint)}`);
    }
    outputs.forEach((text, i) => {
      const type = this.node.outputs[i]?.type;
      if (text !== null && type && found.length === 0 && !this.#fits(type, parseType(text).type)) {
        found.push(`output ${i} is ${text}, not ${formatType(type)}`);
      }
    });
    return found;
  }

  /** Whether a recorded type is one that the inferred type allows. */
  #fits(type: ValueType, real: ValueType): boolean {
    if ((type.kind === 'sequence' || type.kind === 'optional') && real.kind === type.kind) {
      return this.#fits(type.element, real.element);
    }
    if (type.kind !== 'tensor' || real.kind !== 'tensor') return type.kind === real.kind;
    if (type.dtype !== real.dtype) return false;
    if (!type.shape || !real.shape) return true;
    if (type.shape.length !== real.shape.length) return false;
    return type.shape.every((dim, axis) => {
      const size = isBound(dim, this.#sizeOf) ? constant(evaluate(dim, this.#sizeOf)) : real.shape?.[axis];
      return size === real.shape?.[axis];
    });
  }

  /** Whether a size or a rank of a tensor is left open. */
  get open(): boolean {
    return this.node.outputs.some(({ type }) => {
      if (type.kind !== 'tensor') return false;
      return !type.shape || dimsOf(type).some((dim) => !isBound(dim, this.#sizeOf));
    });
  }
}

function attributeOf([kind, value]: AttributeJson): Attribute {
  // The fixture's rows are written by make.py, which puts the value of its kind beside each kind.
  if (kind !== 'tensor') return { kind, value } as Attribute;
  const [dtype, shape, values] = value as TensorJson;
  return { kind, value: tensorFromValues(dtype, shape, values) };
}

describe('the node cases of onnx', () => {
  describe.each(MODES)('with %s', (mode) => {
    test.each(OPS)('%s gives nothing that the recorded results contradict', (op) => {
      const mistakes = ROWS.filter((row) => row[1] === op).flatMap((row) =>
        new CaseRun(row, mode).mistakes(row[6]).map((text) => `${row[0]}: ${text}`),
      );
      expect(mistakes).toEqual([]);
    });
  });

  test('with numbers leave no size open but those that data decides', () => {
    const open = ROWS.filter((row) => new CaseRun(row, 'numbers').open).map(([, op]) => op);
    expect([...new Set(open)].sort()).toEqual([...DATA_DECIDES].sort());
  });

  test('with a symbol for each axis leave no size open but those that data or numbers decide', () => {
    const open = ROWS.filter((row) => new CaseRun(row, 'a symbol for each axis').open).map(([, op]) => op);
    expect([...new Set(open)].sort()).toEqual([...DATA_DECIDES, ...NUMBERS_DECIDE].sort());
  });
});

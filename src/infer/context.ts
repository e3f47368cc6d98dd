// The rule context of one node: typed access to inputs and attributes, constraints with messages, results.
import type { ErrorCode } from '../base/codes.ts';
import { type Diagnostic, dimwiseError } from '../base/errors.ts';
import { mul } from '../dim/arithmetic.ts';
import { constant, type Dim, freshSymbol } from '../dim/dim.ts';
import type { Facts } from '../dim/facts.ts';
import { formatDim } from '../dim/text.ts';
import type { Attribute, Int64 } from '../ir/attribute.ts';
import type { BranchTrials } from '../ir/branch-trials.ts';
import { type Content, dimOf, intOf } from '../ir/content.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { BodyOptions, InferContext, InputAxis, Span } from '../ir/operator.ts';
import { formatShape, type MaybeDType, type Shape, tensorType, UNKNOWN_TYPE, type ValueType } from '../ir/type.ts';
import type { OperatorSchema } from '../ops/schema.ts';
import { defaultAttribute, readAttribute, saturate } from './attributes.ts';
import { broadcastShapes } from './broadcast-shapes.ts';
import { checkRank } from './budget.ts';
import type { Engine } from './context-engine.ts';
import { describeInput, mismatchDiagnostic } from './messages.ts';
import { refineRank } from './refine-rank.ts';
import { formalAt, type TypeVariables } from './type-variables.ts';

/** The context of one node; see {@link InferContext} for what each member does. */
export class Context implements InferContext {
  readonly node: Node;
  readonly schema: OperatorSchema | undefined;
  readonly facts: Facts;
  /** Inputs whose rank the rule has fixed. */
  refined: Value[] | undefined;
  readonly #variables: TypeVariables | undefined;
  readonly #engine: Engine;

  constructor(node: Node, schema: OperatorSchema | undefined, variables: TypeVariables | undefined, engine: Engine) {
    this.node = node;
    this.schema = schema;
    this.facts = node.graph.facts;
    this.#variables = variables;
    this.#engine = engine;
  }

  get op(): string {
    return this.node.op;
  }
  get domain(): string {
    return this.node.domain;
  }
  get version(): number {
    return this.schema?.sinceVersion ?? 0;
  }
  get inputCount(): number {
    return this.node.inputs.length;
  }
  get outputCount(): number {
    return this.node.outputs.length;
  }

  has(i: number): boolean {
    return this.node.inputs[i] !== undefined;
  }
  type(i: number): ValueType {
    return this.node.inputs[i]?.type ?? UNKNOWN_TYPE;
  }
  dtype(i: number): MaybeDType {
    const type = this.type(i);
    return type.kind === 'tensor' || type.kind === 'sparse' ? type.dtype : 'undefined';
  }
  shape(i: number): Shape | undefined {
    const type = this.type(i);
    return type.kind === 'tensor' || type.kind === 'sparse' ? (type.shape ?? undefined) : undefined;
  }
  content(i: number): Content | undefined {
    return this.node.inputs[i]?.content;
  }

  span(i: number): Span | undefined {
    const value = this.node.inputs[i];
    // What stands around a body may be more than one run of it sees.
    return value && value.graph === this.node.graph ? this.#engine.spanOf(value) : undefined;
  }

  dims(i: number): readonly Dim[] | undefined {
    const content = this.content(i);
    if (!content || content.shape.length > 1) return undefined;
    const dims: Dim[] = [];
    for (const element of content.elements) {
      const dim = dimOf(element);
      if (!dim) return undefined;
      dims.push(this.facts.simplify(dim));
    }
    return dims;
  }

  integers(i: number): readonly number[] | undefined {
    const content = this.content(i);
    if (!content || content.shape.length > 1) return undefined;
    const numbers: number[] = [];
    for (const element of content.elements) {
      const dim = dimOf(element);
      const value = intOf(dim ? this.facts.simplify(dim) : element);
      if (value === undefined) return undefined;
      numbers.push(saturate(value));
    }
    return numbers;
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name) ?? defaultAttribute(this.schema?.attributes.get(name));
  }
  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  int(name: string, fallback?: number): number | undefined {
    const value = this.int64(name);
    return value === undefined ? fallback : saturate(value);
  }
  int64(name: string): Int64 | undefined {
    return readAttribute(this, name, 'int');
  }
  ints(name: string): readonly number[] | undefined {
    return readAttribute(this, name, 'ints')?.map(saturate);
  }
  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  float(name: string, fallback?: number): number | undefined {
    return readAttribute(this, name, 'float') ?? fallback;
  }
  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  string(name: string, fallback?: string): string | undefined {
    const value = readAttribute(this, name, 'string');
    return typeof value === 'string' ? value : fallback;
  }
  graph(name: string): Graph | undefined {
    return readAttribute(this, name, 'graph');
  }

  ranked(i: number, rank: number): Shape {
    const shape = this.shape(i);
    if (!shape) return refineRank(this, i, rank, (value) => (this.refined ??= []).push(value));
    if (shape.length !== rank) this.#rankMismatch(i, shape, String(rank));
    return shape;
  }
  rankBetween(i: number, least: number, most: number): Shape | undefined {
    const shape = this.shape(i);
    if (shape && (shape.length < least || shape.length > most)) {
      this.#rankMismatch(i, shape, most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`);
    }
    return shape;
  }
  #rankMismatch(i: number, shape: Shape, expected: string): never {
    return this.fail(
      'RANK_MISMATCH',
      `${this.op} takes ${this.inputName(i)} of rank ${expected}, got rank ${shape.length}: ${formatShape(shape)}`,
      {
        expected,
        actual: String(shape.length),
      },
    );
  }

  axis(axis: number, rank: number, name = 'axis'): number {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
      this.fail(
        'ATTRIBUTE_INVALID',
        `${this.op}: ${name} ${axis} is outside [${-rank}, ${rank - 1}] for rank ${rank}`,
        {
          expected: `${-rank} to ${rank - 1}`,
          actual: String(axis),
        },
      );
    }
    return axis < 0 ? axis + rank : axis;
  }
  axes(axes: readonly number[], rank: number, name = 'axes'): readonly number[] {
    checkRank(this.node, rank);
    const found = axes.map((axis) => this.axis(axis, rank, name));
    if (new Set(found).size !== found.length) {
      this.fail('ATTRIBUTE_INVALID', `${this.op}: ${name} [${axes.join(', ')}] names an axis twice`, {
        actual: `[${axes.join(', ')}]`,
      });
    }
    return found;
  }

  sameDType(a: number, b: number): void {
    const [left, right] = [this.dtype(a), this.dtype(b)];
    if (left === right || left === 'undefined' || right === 'undefined') return;
    this.fail('DTYPE_MISMATCH', `${this.op}: ${this.inputName(a)} is ${left}, ${this.inputName(b)} is ${right}`, {
      expected: right,
      actual: left,
      hint: 'cast one of them, or give the layer its dtype',
    });
  }

  unify(a: Dim, b: Dim, what: string): Dim {
    // Equal numbers are the common case, of which there is nothing to record.
    if (a === b && a.kind === 'const') return a;
    const answer = this.facts.unify(a, b, this.node.origin);
    if (answer === 'false' || answer === 'contradiction') {
      const [left, right] = [formatDim(a), formatDim(b)];
      this.fail('SHAPE_MISMATCH', `${this.op}: ${what} must agree, got ${left} and ${right}`, {
        expected: left,
        actual: right,
      });
    }
    return this.facts.simplify(a);
  }
  unifyAxes(a: InputAxis, b: InputAxis, what: string): Dim {
    const [left, right] = [this.#sizeAt(a), this.#sizeAt(b)];
    if (!left || !right) return left ?? right ?? this.fresh(what);
    if (left === right && left.kind === 'const') return left;
    const answer = this.facts.unify(left, right, this.node.origin);
    if (answer === 'false' || answer === 'contradiction') {
      throw dimwiseError(mismatchDiagnostic(this, { ...a, dim: left }, { ...b, dim: right }, what));
    }
    return this.facts.simplify(left);
  }
  #sizeAt({ input, axis, times = 1 }: InputAxis): Dim | undefined {
    const dim = this.shape(input)?.at(axis);
    return dim && times !== 1 ? mul(dim, times) : dim;
  }
  unifyShapes(a: Shape, b: Shape, what: string): Shape {
    if (a.length !== b.length) {
      this.fail('SHAPE_MISMATCH', `${this.op}: ${what} must agree, got ${formatShape(a)} and ${formatShape(b)}`, {
        expected: formatShape(a),
        actual: formatShape(b),
      });
    }
    return a.map((dim, i) => this.unify(dim, b[i] ?? dim, what));
  }

  broadcast(...shapes: (Shape | undefined)[]): Shape | undefined {
    return broadcastShapes(this, shapes);
  }

  atLeast(dim: Dim, least: number | Dim, what: string): void {
    if (dim.kind === 'const' && typeof least === 'number' && dim.value >= least) return;
    const origins = this.node.origin ? [this.node.origin] : [];
    const answer =
      typeof least === 'number'
        ? this.facts.require({ kind: 'range', dim, min: least, origins })
        : this.facts.require({ kind: 'atMost', left: least, right: dim, origins });
    if (answer === 'false' || answer === 'contradiction') {
      const bound = typeof least === 'number' ? String(least) : formatDim(least);
      this.fail('SHAPE_MISMATCH', `${this.op}: ${what} must be at least ${bound}, got ${formatDim(dim)}`, {
        expected: `>= ${bound}`,
        actual: formatDim(dim),
      });
    }
  }
  divides(divisor: Dim | number, dim: Dim, what: string): void {
    const by = typeof divisor === 'number' ? constant(divisor) : divisor;
    const origins = this.node.origin ? [this.node.origin] : [];
    const answer = this.facts.require({ kind: 'divides', divisor: by, dim, origins });
    if (answer === 'false' || answer === 'contradiction') {
      this.fail('SHAPE_MISMATCH', `${this.op}: ${what} must be a multiple of ${formatDim(by)}, got ${formatDim(dim)}`, {
        expected: `${formatDim(by)} | ${what}`,
        actual: formatDim(dim),
      });
    }
  }
  fresh(hint: string, range: { readonly min?: number | undefined; readonly max?: Dim | number | undefined } = {}): Dim {
    const symbol = freshSymbol(hint);
    const max = typeof range.max === 'number' ? range.max : undefined;
    this.facts.declare(symbol, { min: range.min ?? 0, ...(max === undefined ? {} : { max }) }, this.node.origin);
    if (typeof range.max === 'object') this.facts.give({ kind: 'atMost', left: symbol, right: range.max, origins: [] });
    return symbol;
  }

  tensor(shape: readonly (Dim | number)[] | undefined, dtype: MaybeDType = this.dtype(0)): ValueType {
    return tensorType(dtype, shape ?? null);
  }
  schemaType(i: number): ValueType {
    return this.#variables?.output(i) ?? UNKNOWN_TYPE;
  }
  outputDType(i: number): MaybeDType {
    const type = this.schemaType(i);
    return type.kind === 'tensor' || type.kind === 'sparse' ? type.dtype : 'undefined';
  }
  inferBody(body: Graph, inputs: readonly ValueType[], options: BodyOptions = {}): readonly ValueType[] {
    return this.#engine.inferBody(body, inputs, options);
  }
  branches(): BranchTrials {
    return this.#engine.branches();
  }

  fail(code: ErrorCode, message: string, facts: { expected?: string; actual?: string; hint?: string } = {}): never {
    const diagnostic: Diagnostic = { code, message, origin: this.node.origin, ...facts };
    throw dimwiseError(diagnostic);
  }
  inputName(i: number): string {
    const formal = this.schema ? formalAt(this.schema.inputs, i)?.name : undefined;
    return describeInput(this.node.inputs[i], formal, i);
  }
}

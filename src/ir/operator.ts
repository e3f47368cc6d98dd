// What an operator row is: the hand-written half of an operator that its schema cannot say.
import type { ErrorCode } from '../base/codes.ts';
import type { Dim, SymbolDim } from '../dim/dim.ts';
import type { Facts } from '../dim/facts.ts';
import type { Attribute, Int64 } from './attribute.ts';
import type { BranchTrials } from './branch-trials.ts';
import type { Content } from './content.ts';
import type { CostRule } from './cost.ts';
import type { Graph, Node } from './graph.ts';
import type { IsInner } from './inner-symbols.ts';
import type { TensorData } from './tensor-data.ts';
import type { MaybeDType, Shape, ValueType } from './type.ts';

/** What is known of a body before it is inferred. */
export interface BodyOptions {
  /** Contents of its inputs where they hold each time the body runs. */
  readonly contents?: readonly (Content | undefined)[];
  /** Whether every valid run of the node runs the body, so that what the body asks for is asked of the model; no by default. */
  readonly runs?: boolean;
  /** Whether no run of the node runs the body, so that its mistakes do not matter. */
  readonly dead?: boolean;
  /** Tells the body's facts what holds of its inputs by construction, before anything is inferred. */
  readonly assume?: (facts: Facts) => void;
  /** The symbols that mean nothing outside; those that are made while the body is inferred by default. */
  readonly isInner?: IsInner;
  /** Steps that surely run, as dims for inner symbols: what the body asks for is asked for these; read when the body is inferred. */
  readonly instances?: () => readonly ((symbol: SymbolDim) => Dim | undefined)[];
}

/** One axis of an input; `times` of it where it is counted in groups. */
export interface InputAxis {
  readonly input: number;
  readonly axis: number;
  readonly times?: number;
}

/** The least and the greatest element of an integer tensor; both are among its elements, unless it has none. */
export interface Span {
  readonly least: Dim;
  readonly greatest: Dim;
}

/** What a rule sees of one node, and what it may say. */
export interface InferContext {
  readonly op: string;
  readonly domain: string;
  /** The since-version of the operator's form in force; 0 for layers and unknown operators. */
  readonly version: number;
  readonly node: Node;
  readonly inputCount: number;
  readonly outputCount: number;
  readonly facts: Facts;

  /** Whether input `i` is given. */
  has(i: number): boolean;
  type(i: number): ValueType;
  dtype(i: number): MaybeDType;
  /** The sizes of tensor input `i`; undefined where its rank is unknown or the input is absent. */
  shape(i: number): Shape | undefined;
  /** What is known of the elements of input `i`. */
  content(i: number): Content | undefined;
  /** The least and the greatest element of input `i`, which may be too many to be known one by one: positions made by Range. */
  span(i: number): Span | undefined;
  /** The elements of an integer tensor of rank <= 1 as dims; undefined where any is not known. */
  dims(i: number): readonly Dim[] | undefined;
  /** The elements of an integer tensor of rank <= 1 as plain numbers (int64 ends saturate to the safe range). */
  integers(i: number): readonly number[] | undefined;

  /** Attributes, with the schema's default where one exists. */
  attribute(name: string): Attribute | undefined;
  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  float(name: string): number | undefined;
  float(name: string, fallback: number): number;
  string(name: string): string | undefined;
  string(name: string, fallback: string): string;
  int64(name: string): Int64 | undefined;
  graph(name: string): Graph | undefined;

  /**
   * The sizes of input `i`, which must have `rank` axes; an input of unknown rank becomes one of `rank` unknown sizes.
   *
   * @throws RANK_MISMATCH (caught by the engine) when it has another rank
   */
  ranked(i: number, rank: number): Shape;
  /** The sizes of input `i`, whose rank must lie in [least, most]; undefined where the rank is unknown. */
  rankBetween(i: number, least: number, most: number): Shape | undefined;
  /** An axis counted from either end as an index in [0, rank); `extra` allows one past the end. */
  axis(axis: number, rank: number, name?: string): number;
  /** Axes likewise, without duplicates. */
  axes(axes: readonly number[], rank: number, name?: string): readonly number[];

  /** Requires inputs `a` and `b` to have one element type (where no schema says so). */
  sameDType(a: number, b: number): void;

  /** Makes two sizes equal, `what` naming them for the message (`input features`); returns the one to go on with. */
  unify(a: Dim, b: Dim, what: string): Dim;
  /** Makes the sizes of two axes equal; the message names both inputs, or the parameter that one of them is. */
  unifyAxes(a: InputAxis, b: InputAxis, what: string): Dim;
  /** Makes two shapes equal, axis by axis. */
  unifyShapes(a: Shape, b: Shape, what: string): Shape;
  /** The broadcast of shapes by ONNX's multidirectional rule; undefined where a rank is unknown. */
  broadcast(...shapes: (Shape | undefined)[]): Shape | undefined;
  /** Requires `dim >= least`. */
  atLeast(dim: Dim, least: number | Dim, what: string): void;
  /** Requires `divisor | dim`. */
  divides(divisor: Dim | number, dim: Dim, what: string): void;
  /** A fresh symbol for a size that depends on data. */
  fresh(hint: string, range?: { readonly min?: number | undefined; readonly max?: Dim | number | undefined }): Dim;

  /** A tensor type; the dtype of input 0 unless given; unknown rank for an undefined shape. */
  tensor(shape: readonly (Dim | number)[] | undefined, dtype?: MaybeDType): ValueType;
  /** The type that the schema alone gives output `i`: its dtype by the type variables, unknown rank. */
  schemaType(i: number): ValueType;
  /** The dtype that the schema's type variables give output `i`. */
  outputDType(i: number): MaybeDType;
  /** Infers a body graph with the given input types and returns the types of its outputs. */
  inferBody(body: Graph, inputs: readonly ValueType[], options?: BodyOptions): readonly ValueType[];
  /** Judges branches of which it is not known whether they run. */
  branches(): BranchTrials;

  /** States a mistake of this node: throws; the engine records it and poisons the outputs. */
  fail(code: ErrorCode, message: string, facts?: { expected?: string; actual?: string; hint?: string }): never;
  /** Names input `i` for a message: `input X`. */
  inputName(i: number): string;
}

/** A worked case of a row: it is tested, documented, and run on ONNX Runtime. */
export interface OperatorExample {
  /** Types of the inputs in text form, `float32[batch, 20]`; null where absent; `= [..]` gives known content: `int64[2] = [0, -1]`. */
  readonly inputs: readonly (string | null)[];
  readonly attributes?: Readonly<
    Record<string, number | string | readonly number[] | readonly string[] | boolean | TensorData>
  >;
  /** Bodies by attribute, as text: `then () => (y) { y = Relu (x) }`; they read the inputs as `in0`, `in1`, .. and what is captured. */
  readonly bodies?: Readonly<Record<string, string>>;
  /** Types of further values around the node, by the names under which bodies read them. */
  readonly captured?: Readonly<Record<string, string>>;
  readonly opset?: number;
  /** Constraints that hold beforehand, as text: `2 | h`; `n >= 0` declares that n may be zero. */
  readonly given?: readonly string[];
  /** The expected types, or the code of the mistake. */
  readonly outputs?: readonly string[];
  readonly fails?: ErrorCode;
  /** Constraints that the case records, as text. */
  readonly constraints?: readonly string[];
  /** What holds by construction afterwards, as text: `u <= s` for a size that depends on data, the limits of implementations. */
  readonly bounds?: readonly string[];
}

/** The hand-written row of one operator, all its versions. */
export interface OperatorRow {
  /** `''` for ai.onnx. */
  readonly domain?: string;
  readonly name: string;
  /** The types of the outputs; an undefined entry takes the schema's type with unknown rank. Pure: reads and states through `cx`. */
  readonly infer: (cx: InferContext) => readonly (ValueType | undefined)[];
  /** The content of the outputs where the inputs' content gives it. */
  readonly content?: (cx: InferContext, outputs: readonly ValueType[]) => readonly (Content | undefined)[];
  /** The least and the greatest element of output 0, whose sizes are given; states nothing. */
  readonly span?: (cx: InferContext, output: Shape) => Span | undefined;
  /**
   * The sizes of input `i` of unknown rank, given those of output 0; undefined where they do not follow. An operator that broadcasts
   * has none: `[1, 10] + [12, 1]` is valid, so its output settles no input.
   */
  readonly backward?: (cx: InferContext, i: number, output: Shape) => Shape | undefined;
  /** What a run does; one operation per element of output 0 by default. */
  readonly cost?: CostRule;
  /** Inputs whose constants are no parameters of a model: scales of quantization, running statistics, sizes; none by default. */
  readonly settings?: readonly number[];
  readonly examples: readonly OperatorExample[];
}

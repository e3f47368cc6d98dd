// A graph while it is drawn: what values there are, and the ways to add to it.

import { isDimwiseError } from '../../src/base/errors.ts';
import { type AttributeInput, toAttribute } from '../../src/build/operands.ts';
import { constant, type Dim, hasFresh, type SymbolDim, symbol } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { formatDim } from '../../src/dim/text.ts';
import type { DType } from '../../src/ir/dtype.ts';
import type { Value } from '../../src/ir/graph.ts';
import { elementCount, type TensorData, tensorFromValues } from '../../src/ir/tensor-data.ts';
import { type Shape, tensorType, UNKNOWN_TYPE, type ValueType } from '../../src/ir/type.ts';
import { findSchema, type OperatorSchema } from '../../src/ops/schema.ts';
import { BuiltPlan, buildPlan } from './build-plan.ts';
import type { Fill, Plan, PlanAttribute, PlanBody, PlanConstant, PlanInput, PlanNode, PlanSymbol } from './plan.ts';
import { withNodes } from './plan.ts';
import type { Rng } from './rng.ts';

/** A tensor that a node may read. */
export interface Known {
  readonly name: string;
  readonly dtype: DType;
  /** Sizes under the facts so far. */
  readonly shape: Shape;
  readonly value: Value;
}

/** A node to be. */
export interface Draft {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly (string | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeInput | { readonly body: PlanBody } | undefined>>;
  readonly outputs?: number;
}

/** A node that inference refused, with the graph before it. */
export interface Refusal {
  readonly plan: Plan;
  readonly node: PlanNode;
  readonly text: string;
  /** Whether inference broke, rather than found a mistake. */
  readonly crash: boolean;
}

interface Frame {
  readonly constants: PlanConstant[];
  readonly nodes: PlanNode[];
  readonly names: string[];
}

/** Thrown out of a body whose node was refused: the body is given up. */
export class BodyRefused extends Error {}

const NAMES = ['a', 'b', 'c', 'd'];
/** Sizes at which the growth of values is judged, and the most elements there. */
const TYPICAL = 6;
const MOST_ELEMENTS = 6000;
const MOST_AXES = 6;

/** A graph while it is drawn. */
export class Scene {
  readonly rng: Rng;
  readonly opset: number;
  readonly refusals: Refusal[] = [];
  readonly #symbols: PlanSymbol[];
  readonly #inputs: PlanInput[] = [];
  readonly #frames: Frame[] = [{ constants: [], nodes: [], names: [] }];
  #built: BuiltPlan;
  #next = 0;

  /** @param zero whether the first symbol is declared as one that may be 0 */
  constructor(rng: Rng, opset: number, zero: boolean) {
    this.rng = rng;
    this.opset = opset;
    this.#symbols = NAMES.map((name, i) => ({ name, min: zero && i === 0 ? 0 : 1 }));
    this.#built = new BuiltPlan({ opset, symbols: this.#symbols });
  }

  get #frame(): Frame {
    const frame = this.#frames.at(-1);
    if (!frame) throw new Error('the outermost frame is never left');
    return frame;
  }

  /** How many bodies are open. */
  get depth(): number {
    return this.#frames.length - 1;
  }

  get nodeCount(): number {
    return this.#frames.reduce((sum, { nodes }) => sum + nodes.length, 0);
  }

  /** The graph so far, without what nothing reads. */
  plan(): Plan {
    return withNodes(this.#whole(), this.#frames[0]?.nodes ?? []);
  }

  #whole(): Plan {
    const [outer] = this.#frames;
    return {
      opset: this.opset,
      symbols: this.#symbols,
      inputs: this.#inputs.slice(),
      constants: outer?.constants.slice() ?? [],
      nodes: outer?.nodes.slice() ?? [],
    };
  }

  /** The form of an operator in force; undefined where the opset has none. */
  schema(op: string, domain = ''): OperatorSchema | undefined {
    const schema = findSchema(domain, op, domain ? Number.MAX_SAFE_INTEGER : this.opset);
    return schema?.deprecated ? undefined : schema;
  }

  /** The tensors that meet a condition, those made last first. */
  tensors(meets: (known: Known) => boolean = () => true): Known[] {
    const found: Known[] = [];
    for (const { names } of this.#frames.toReversed()) {
      for (const name of names.toReversed()) {
        const known = this.known(name);
        if (known && meets(known)) found.push(known);
      }
    }
    return found;
  }

  /** What is known of a value; undefined unless it is a tensor of known rank. */
  known(name: string): Known | undefined {
    const value = this.#built.values.get(name);
    if (value?.type.kind !== 'tensor' || !value.type.shape || value.type.dtype === 'undefined') return undefined;
    const { facts } = this.#built.graph;
    return { name, dtype: value.type.dtype, shape: value.type.shape.map((dim) => facts.simplify(dim)), value };
  }

  typeOf(name: string): ValueType | undefined {
    return this.#built.values.get(name)?.type;
  }

  /** Values of any type, those of bodies only while they are open. */
  names(): string[] {
    return this.#frames.flatMap(({ names }) => names);
  }

  /** One of the tensors that meet a condition, later ones more often. */
  draw(meets: (known: Known) => boolean): Known | undefined {
    const found = this.tensors(meets);
    return found[Math.min(Math.floor(this.rng.real() ** 2 * found.length), found.length - 1)];
  }

  /** A size for an input. */
  size(): Dim {
    const { rng } = this;
    if (rng.chance(0.6)) return this.symbol();
    if (rng.chance(0.3)) return constant(1);
    return constant(rng.int(2, 4));
  }

  symbol(): Dim {
    return symbol(this.rng.pick(this.#symbols).name);
  }

  /** A new input; undefined where its sizes depend on data. */
  input(dtype: DType, shape: readonly (Dim | number)[], fill: Fill = 'any'): Known | undefined {
    const dims = tensorType(dtype, shape);
    const sizes = dims.kind === 'tensor' ? (dims.shape ?? []) : [];
    if (sizes.some((dim) => hasFresh(dim) || !dim.plain || (dim.kind === 'const' && dim.value < 0))) return undefined;
    const input: PlanInput = {
      name: `x${this.#next++}`,
      dtype,
      shape: sizes.map((dim) => (dim.kind === 'const' ? dim.value : formatDim(dim))),
      fill,
    };
    this.#inputs.push(input);
    this.#built.addInput(input);
    this.#frames[0]?.names.push(input.name);
    return this.known(input.name);
  }

  constant(data: TensorData): string {
    const made = { name: `k${this.#next++}`, data };
    this.#frame.constants.push(made);
    this.#built.addConstant(made);
    return made.name;
  }

  /** A list of int64, or one of another type. */
  ints(values: readonly (number | bigint)[], dtype: DType = 'int64'): string {
    return this.constant(tensorFromValues(dtype, [values.length], values));
  }

  scalar(dtype: DType, value: number | bigint | boolean): string {
    return this.constant(tensorFromValues(dtype, [], [value]));
  }

  /** A tensor of ones of any sizes. */
  ones(dtype: DType, shape: readonly number[]): string {
    const count = elementCount(shape);
    return this.constant(
      tensorFromValues(
        dtype,
        shape,
        Array.from({ length: count }, () => 1),
      ),
    );
  }

  /**
   * Adds a node.
   *
   * @returns the names of its outputs; undefined where inference refuses it, or a value would grow too large
   * @throws BodyRefused likewise, inside of a body
   */
  place(draft: Draft): readonly string[] | undefined {
    const schema = this.schema(draft.op, draft.domain);
    if (!schema) return undefined;
    const outputs = Array.from({ length: draft.outputs ?? 1 }, () => `v${this.#next++}`);
    const inputs = draft.inputs.map((name) => name ?? '');
    while (inputs.at(-1) === '') inputs.pop();
    const attributes: Record<string, PlanAttribute> = {};
    for (const [name, given] of Object.entries(draft.attributes ?? {})) {
      if (given !== undefined) attributes[name] = attributeOf(draft.op, name, { given, schema });
    }
    const node = { name: `n${this.#next++}`, domain: draft.domain ?? '', op: draft.op, inputs, outputs, attributes };
    return this.#add(node) ? outputs : undefined;
  }

  #add(node: PlanNode): boolean {
    const built = this.#built;
    const before = built.mistakes.length;
    const crash = thrownBy(() => built.addNode(node));
    const mistake = built.mistakes[before];
    const small = (name: string): boolean => this.#isSmall(built.values.get(name)?.type ?? UNKNOWN_TYPE);
    if (crash === undefined && !mistake && node.outputs.every(small)) {
      this.#frame.nodes.push(node);
      this.#frame.names.push(...node.outputs);
      return true;
    }
    const text = crash ?? (mistake && `${mistake.code}: ${mistake.message}`);
    // A body is inferred by its own node, which it has not got yet.
    if (text !== undefined && (this.depth === 0 || crash !== undefined)) {
      this.refusals.push({ plan: this.#whole(), node, text, crash: crash !== undefined });
    }
    if (this.depth > 0) throw new BodyRefused(text ?? 'too large');
    this.#renew();
    return false;
  }

  /** Facts that a refused node has left behind must not stay. */
  #renew(): void {
    this.#built = buildPlan(this.#whole());
  }

  #isSmall(type: ValueType): boolean {
    if (type.kind !== 'tensor' || !type.shape) return true;
    if (type.shape.length > MOST_AXES) return false;
    try {
      const sizes = type.shape.map((dim) => (hasFresh(dim) ? TYPICAL : evaluate(dim, typicalSize)));
      return elementCount(sizes) <= MOST_ELEMENTS;
    } catch (error) {
      if (isDimwiseError(error)) return true;
      throw error;
    }
  }

  /**
   * Draws a body.
   *
   * @param inputs its inputs with the types to draw under
   * @param draw adds nodes and returns the outputs
   * @returns undefined where a node inside was refused
   */
  body(
    inputs: readonly { readonly dtype: DType; readonly shape: Shape | null; readonly rank?: number | undefined }[],
    draw: (names: readonly string[]) => readonly string[] | undefined,
  ): PlanBody | undefined {
    const named = inputs.map((input) => ({ ...input, name: `b${this.#next++}` }));
    const depth = this.#frames.length;
    const frame: Frame = { constants: [], nodes: [], names: named.map(({ name }) => name) };
    this.#frames.push(frame);
    this.#built.openBody(named.map(({ name, dtype, shape }) => ({ name, type: tensorType(dtype, shape) })));
    try {
      const outputs = draw(frame.names.slice());
      if (!outputs) return undefined;
      return { inputs: named, constants: frame.constants, nodes: frame.nodes, outputs };
    } catch (error) {
      if (!(error instanceof BodyRefused) || depth > 1) throw error;
      return undefined;
    } finally {
      this.#frames.length = depth;
      // Facts of the drawing stay inside: the node that takes the body infers it anew.
      if (depth === 1) this.#renew();
      else this.#built.closeBody();
    }
  }
}

const typicalSize = (asked: SymbolDim): number | undefined => (asked.role === 'named' ? TYPICAL : undefined);

function attributeOf(
  op: string,
  name: string,
  { given, schema }: { readonly given: AttributeInput | { readonly body: PlanBody }; readonly schema: OperatorSchema },
): PlanAttribute {
  if (typeof given === 'object' && 'body' in given) return { kind: 'body', value: given.body };
  return toAttribute(op, name, given, schema.attributes.get(name)?.kind);
}

/** The error that a function breaks with; undefined where it does not. */
function thrownBy(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? `${error.name}: ${error.message} ${error.stack?.split('\n')[1]?.trim() ?? ''}`
      : String(error);
  }
}

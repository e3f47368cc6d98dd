// Runs a node case through the engine in one of several forms, and compares what is inferred with what the case gives.
import { inferReadModel } from '../../../codegen/onnx/infer-read.ts';
import type { Diagnostic } from '../../../src/base/errors.ts';
import { formatConstraint } from '../../../src/dim/constraint.ts';
import { constant, constOf, type Dim, type SymbolDim, symbol, unknownDim } from '../../../src/dim/dim.ts';
import { evaluate } from '../../../src/dim/evaluate.ts';
import { inferGraph } from '../../../src/infer/infer-node.ts';
import type { Graph, Value } from '../../../src/ir/graph.ts';
import { formatType, mapDims, staticShape, type ValueType } from '../../../src/ir/type.ts';
import type { TypeText } from '../../../src/ir/type-text.ts';
import { isBound, meets } from '../bind-run.ts';
import type { CaseValue, NodeCase } from './read-cases.ts';

/** How the inputs of a case are told to the engine. */
export interface Form {
  /** Whether small integer inputs are given as constants. */
  readonly constants: boolean;
  /** Whether the file states the types of tensors that it returns, as the published cases do. */
  readonly stated?: boolean;
  /** What stands for the sizes of all other inputs. */
  readonly sizes:
    | 'numbers'
    | 'a symbol for each axis'
    | 'a symbol for each size'
    | 'symbols that may be zero'
    | 'unknown';
}

/** The forms of a case. */
export const FORMS = {
  constants: { constants: true, sizes: 'numbers' },
  stated: { constants: false, stated: true, sizes: 'numbers' },
  asTheyAre: { constants: false, sizes: 'numbers' },
  eachAxis: { constants: true, sizes: 'a symbol for each axis' },
  eachSize: { constants: true, sizes: 'a symbol for each size' },
  mayBeZero: { constants: true, sizes: 'symbols that may be zero' },
  unknown: { constants: true, sizes: 'unknown' },
} as const satisfies Record<string, Form>;

/** How a case came out: `exact` where every size is told and right, `partial` where some is left open, else `wrong`. */
export type Outcome = 'exact' | 'partial' | 'wrong';

/** What a case gave in one form. */
export interface CaseResult {
  readonly outcome: Outcome;
  /** What contradicts the case. */
  readonly mistakes: readonly string[];
  /** The inferred types of the outputs: numbers where the sizes of the inputs tell them, `?` elsewhere. */
  readonly types: string;
}

/** Infers a case in a form and judges the result. */
export function runCase(one: NodeCase, form: Form): CaseResult {
  try {
    return new CaseRun(one, form).result();
  } catch (error) {
    // A rule that breaks is told by the case that it breaks on.
    return { outcome: 'wrong', mistakes: [`threw ${String(error)}`], types: '' };
  }
}

class CaseRun {
  readonly #case: NodeCase;
  readonly #form: Form;
  readonly #graph: Graph;
  /** The true sizes of the symbols of inputs. */
  readonly #sizes = new Map<SymbolDim, number>();
  readonly #mistakes: string[] = [];

  constructor(one: NodeCase, form: Form) {
    this.#case = one;
    this.#form = form;
    const read = one.read();
    const { graph, notes } = read;
    this.#graph = graph;
    const report = ({ code, message }: Diagnostic): unknown => this.#mistakes.push(`${code}: ${message}`);
    notes.forEach(report);
    graph.inputs.forEach((input, i) => this.#feed(input, one.inputs[i]));
    if (form.stated) inferReadModel({ ...read, declared: this.#statements() }, report);
    else inferGraph(graph, report);
  }

  #statements(): Map<Value, ValueType> {
    const statements = new Map<Value, ValueType>();
    this.#graph.outputs.forEach((value, i) => {
      const real = this.#case.outputs[i];
      if (real?.kind === 'tensor') statements.set(value, real.type);
    });
    return statements;
  }

  result(): CaseResult {
    this.#checkFacts();
    let exact = true;
    this.#case.outputs.forEach((real, i) => {
      const type = this.#graph.outputs[i]?.type;
      const fit = type ? this.#fit(type, real) : 'wrong';
      if (fit === 'wrong' && this.#mistakes.length === 0)
        this.#mistakes.push(`output ${i} is ${real.text}, not ${type ? formatType(type) : 'there'}`);
      if (fit !== 'exact') exact = false;
    });
    const told = (dim: Dim): string => constOf(this.#evaluated(dim))?.toString() ?? '?';
    const types = this.#graph.outputs.map(({ type }) => formatType(type, told)).join(', ');
    return {
      outcome: this.#mistakes.length > 0 ? 'wrong' : exact ? 'exact' : 'partial',
      mistakes: this.#mistakes,
      types,
    };
  }

  /** Gives an input the type, and where the form says so the elements, that the case feeds. */
  #feed(input: Value, real: CaseValue | undefined): void {
    if (real?.kind === 'optional') return this.#feed(input, real.holds);
    if (!real) return;
    if (real.kind === 'tensor' && real.content && this.#form.constants && input.type.kind === 'tensor') {
      return input.setType(real.type, real.content);
    }
    const sizes = commonSizes(real.kind === 'sequence' ? real.elements : [real]);
    let axis = 0;
    input.setType(mapDims(input.type, (dim) => this.#stand(dim, sizes?.[axis++])));
  }

  /** What stands for one size of an input; where the elements of a sequence differ, what the model says. */
  #stand(dim: Dim, size: number | undefined): Dim {
    if (size === undefined) return dim;
    const { sizes } = this.#form;
    if (dim.kind === 'symbol' && (sizes === 'numbers' || this.#sizes.has(dim))) {
      this.#sizes.set(dim, size);
      return dim;
    }
    if (sizes === 'numbers') return dim;
    const mayBeZero = sizes === 'symbols that may be zero' || sizes === 'unknown';
    if ((size === 0 && !mayBeZero) || (size === 1 && sizes === 'a symbol for each size')) return dim;
    const name = sizes === 'a symbol for each size' ? `n${size}` : `s${this.#sizes.size}`;
    const made = sizes === 'unknown' ? unknownDim() : symbol(name);
    this.#sizes.set(made, size);
    if (sizes === 'symbols that may be zero') this.#graph.facts.declare(made, { min: 0 });
    return made;
  }

  readonly #sizeOf = (s: SymbolDim): number | undefined => this.#sizes.get(s);

  /** Holds all that was recorded about sizes against the true ones. */
  #checkFacts(): void {
    const { facts } = this.#graph;
    for (const [s, size] of this.#sizes) {
      const known = facts.simplify(s);
      if (isBound(known, this.#sizeOf) && evaluate(known, this.#sizeOf) !== size)
        this.#mistakes.push(`a size ${size} is solved wrongly`);
      const { min, max } = facts.range(s);
      if (size < min || size > max) this.#mistakes.push(`a size ${size} lies outside [${min}, ${max}]`);
    }
    // The search for the constraints that imply the others is worth its time where sizes share symbols.
    const listed = this.#form.sizes === 'a symbol for each size' ? facts.constraints() : [];
    for (const constraint of [...facts.recorded, ...listed]) {
      if (!meets(constraint, this.#sizeOf)) this.#mistakes.push(`the case breaks ${formatConstraint(constraint)}`);
    }
  }

  #fit(type: ValueType, real: CaseValue): Outcome {
    if (type.kind === 'unknown') return 'partial';
    switch (real.kind) {
      case 'tensor':
        return this.#fitTensor(type, real.type);
      case 'sequence':
        if (type.kind !== 'sequence') return 'wrong';
        return this.#fitElements(type.element, real.elements);
      case 'optional':
        if (type.kind !== 'optional') return 'wrong';
        return real.holds ? this.#fit(type.element, real.holds) : 'exact';
    }
  }

  /** Of elements that differ, all is told when the sizes that they share are. */
  #fitElements(type: ValueType, elements: readonly TypeText[]): Outcome {
    const fits = worst(elements.map((element) => this.#fitTensor(type, element.type)));
    if (fits !== 'partial' || type.kind !== 'tensor') return fits;
    const shared = commonSizes(elements);
    if (!shared) return 'exact';
    const told = type.shape?.every((dim, axis) => shared[axis] === undefined || this.#evaluated(dim).kind === 'const');
    return told ? 'exact' : 'partial';
  }

  #fitTensor(type: ValueType, real: ValueType): Outcome {
    if (type.kind !== 'tensor' || real.kind !== 'tensor' || type.dtype !== real.dtype) {
      return type.kind === 'unknown' || (type.kind === 'tensor' && type.dtype === 'undefined') ? 'partial' : 'wrong';
    }
    if (!type.shape || !real.shape) return 'partial';
    if (type.shape.length !== real.shape.length) return 'wrong';
    return worst(
      type.shape.map((dim, axis) => {
        const known = this.#evaluated(dim);
        const size = real.shape?.[axis];
        if (known.kind === 'const') return known === size ? 'exact' : 'wrong';
        const { min, max } = this.#graph.facts.range(dim);
        const number = size && constOf(size);
        return number !== undefined && (number < min || number > max) ? 'wrong' : 'partial';
      }),
    );
  }

  /** A dim as a number where the sizes of the inputs tell it. */
  #evaluated(dim: Dim): Dim {
    return isBound(dim, this.#sizeOf) ? constant(evaluate(dim, this.#sizeOf)) : dim;
  }
}

const RANKED: readonly Outcome[] = ['exact', 'partial', 'wrong'];

function worst(outcomes: readonly Outcome[]): Outcome {
  return RANKED[Math.max(0, ...outcomes.map((outcome) => RANKED.indexOf(outcome)))] ?? 'wrong';
}

/** The sizes that all elements share, axis by axis, undefined where they differ; undefined as a whole where their ranks differ. */
function commonSizes(elements: readonly TypeText[]): (number | undefined)[] | undefined {
  const [first = [], ...rest] = elements.map(({ type }) => (type.kind === 'tensor' ? staticShape(type.shape) : []));
  if (rest.some((other) => other?.length !== first.length)) return undefined;
  return first.map((size, axis) => (rest.every((other) => other?.[axis] === size) ? size : undefined));
}

// Programs: what a model is made of, traced into a graph whenever the types of its inputs are given.
import { isDimwiseError, throwDiagnostics } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { captureSite, type Origin } from '../base/origin.ts';
import { stateShape } from '../build/assume-shape.ts';
import { type SymbolRange, specToType, type TensorSpec } from '../build/declare.ts';
import { emitNode } from '../build/emit-node.ts';
import { constantData, isTensorData, type NestedNumbers } from '../build/operands.ts';
import { Trace, withTrace } from '../build/trace.ts';
import type { Dim, SymbolDim } from '../dim/dim.ts';
import { checkClaims } from '../infer/check-claims.ts';
import { againBy } from '../infer/infer-node.ts';
import { type DType, isDType } from '../ir/dtype.ts';
import { Graph, type ShapeSpec, Value } from '../ir/graph.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { tensorType, type ValueType } from '../ir/type.ts';
import { Parameter } from '../nn/parameter.ts';
import type { ParameterOptions } from '../nn/parameter-options.ts';
import { DeclaredSymbols } from './declared-symbols.ts';
import { checkOutputs, type ProgramResult } from './outputs.ts';

/** What a program declares its graph with. */
export interface GraphBuilder {
  /**
   * Declares an input.
   *
   * @param name unique among the inputs
   * @param dtype element type
   * @param shape sizes: numbers, symbol names or expressions, `'?'` for what the first batch settles; all open where left out
   */
  input<D extends DType, const S extends ShapeSpec>(name: string, dtype: D, shape?: S): Value<D, S>;
  /** Declares a parameter under a name that is its path; its `'?'` sizes are settled by the values that meet it. */
  parameter(name: string, options: ParameterOptions): Value;
  /** Adds a constant: tensor data, or numbers nested to the constant's shape. */
  constant(data: TensorData | NestedNumbers, dtype?: DType): Value;
  /** Declares the range of a symbol. */
  symbol(name: string, range: SymbolRange): void;
}

/** Builds a graph and returns its outputs. */
export type Program = (g: GraphBuilder) => ProgramResult;

/** An input as a trace met it. */
export interface DeclaredInput {
  readonly name: string;
  readonly spec: TensorSpec;
}

/** The types of the inputs of a bind. */
export interface InputTypes {
  readonly types: ReadonlyMap<string, ValueType>;
  /** What stands in the place of declared symbols. */
  readonly rename: ReadonlyMap<SymbolDim, Dim>;
}

/** A traced program. */
export interface Traced {
  readonly trace: Trace;
  readonly graph: Graph;
  readonly inputs: readonly DeclaredInput[];
  /** The ranges that the author declared. */
  readonly ranges: ReadonlyMap<SymbolDim, SymbolRange>;
}

/** How to trace. */
export interface TraceOptions {
  readonly name: string;
  /** Parameters that the program itself declares; they live across traces. */
  readonly cells: Map<string, Parameter>;
  /** Types that take the place of the declared ones. */
  readonly bound?: InputTypes;
  readonly symbols?: Readonly<Record<string, SymbolRange>>;
  readonly outputs?: DeclaredOutputs | undefined;
  /** What the model was cast to. */
  readonly casts?: TraceCasts | undefined;
}

/** How casts of a model reach a trace of it. */
export interface TraceCasts {
  /** The element type of an input or output that was declared with another. */
  readonly around: (dtype: DType) => DType;
  /** Casts a parameter that the model did not know before. */
  readonly meet: (cell: object, path: string) => void;
}

/** A declared output; what is undefined is not declared. */
export interface DeclaredOutput {
  readonly dtype: DType | undefined;
  readonly shape: ShapeSpec | undefined;
}

/** What an author declares of the outputs. */
export interface DeclaredOutputs {
  readonly specs: ReadonlyMap<string, DeclaredOutput>;
  /** Where the model is defined. */
  readonly origin: Origin;
}

/**
 * Traces a program.
 *
 * @throws all mistakes of the program together
 */
export function traceProgram(program: Program, options: TraceOptions): Traced {
  const graph = new Graph({ name: options.name });
  const trace = new Trace(graph, options.name, options.bound?.rename);
  trace.meet = options.casts?.meet;
  const inputs: DeclaredInput[] = [];
  const symbols = new DeclaredSymbols(trace, options.bound?.rename);
  withTrace(trace, () => {
    for (const [name, range] of Object.entries(options.symbols ?? {})) symbols.declare(name, range);
    try {
      const result = program(builder(trace, options, { inputs, symbols }));
      symbols.finish();
      setOutputs(graph, checkOutputs(result, trace));
      if (options.outputs) stateOutputs(trace, options.outputs, options.casts);
      if (trace.statesInBodies) checkClaims(graph, { again: againBy(trace.report), report: trace.report });
    } catch (error) {
      if (!isDimwiseError(error) || trace.diagnostics.length === 0) throw error;
      trace.diagnostics.push(...error.errors);
    }
  });
  throwDiagnostics(trace.diagnostics);
  return { trace, graph, inputs, ranges: symbols.ranges };
}

/** Meets what is declared of the outputs: it settles sizes that are unknown, and is asked of every run. */
function stateOutputs(trace: Trace, { specs, origin }: DeclaredOutputs, casts: TraceCasts | undefined): void {
  const values = new Map(trace.root.outputs.map((value) => [value.name ?? '', value]));
  for (const [name, { dtype, shape }] of specs) {
    const value = values.get(name);
    if (value) stateShape(trace, value, { dtype: dtype && (casts?.around(dtype) ?? dtype), shape, origin });
    else {
      const names = [...values.keys()];
      trace.report({
        code: 'OUTPUT_UNKNOWN',
        message: `${trace.name} has no output "${name}" to declare; it has ${names.map((each) => `"${each}"`).join(', ')}`,
        origin,
        expected: names.join(', '),
        actual: name,
        hint: didYouMean(name, names),
      });
    }
  }
}

/** What a program declares. */
interface Declarations {
  readonly inputs: DeclaredInput[];
  readonly symbols: DeclaredSymbols;
}

function builder(trace: Trace, options: TraceOptions, { inputs, symbols }: Declarations): GraphBuilder {
  const { root } = trace;
  return {
    input<D extends DType, const S extends ShapeSpec>(name: string, dtype: D, shape?: S): Value<D, S> {
      const origin = trace.origin();
      if (inputs.some((input) => input.name === name)) {
        trace.report({ code: 'NAME_DUPLICATE', message: `two inputs are named "${name}"`, origin });
      }
      const spec: TensorSpec = { dtype: options.casts?.around(dtype) ?? dtype, shape };
      inputs.push({ name, spec });
      const type = options.bound?.types.get(name) ?? declaredType(trace, spec);
      // The static type is a brand: the declared dtype and sizes are what the value has.
      return root.addInput(name, type, origin) as Value<D, S>;
    },
    parameter(name, parameterOptions) {
      let cell = options.cells.get(name);
      if (!cell) {
        cell = new Parameter(parameterOptions, { path: name, site: captureSite() });
        cell.claimPath(name);
        options.cells.set(name, cell);
      }
      trace.meet?.(cell, name);
      const value = root.addParameter(cell, { origin: cell.origin });
      value.name ??= trace.nameCell(cell, name);
      return value;
    },
    constant: (data, dtype) =>
      root.addConstant(isTensorData(data) ? data : constantData(data, dtype), undefined, trace.origin()),
    symbol: (name, range) => symbols.declare(name, range),
  };
}

/** The declared type; a size that cannot be read is reported with the declaration as its place. */
function declaredType(trace: Trace, spec: TensorSpec): ValueType {
  try {
    return specToType(spec);
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    for (const diagnostic of error.errors) trace.report({ ...diagnostic, origin: trace.origin() });
    return tensorType(isDType(spec.dtype) ? spec.dtype : 'float32', null);
  }
}

/** Names the outputs; a value that is an input, a constant or named already is passed on under the new name. */
function setOutputs(graph: Graph, outputs: readonly (readonly [string, Value])[]): void {
  const values: Value[] = [];
  for (const [name, value] of outputs) {
    const own =
      value.source.kind === 'node' && value.name === undefined && value.graph === graph && !values.includes(value);
    const output = own ? value : (emitNode({ domain: '', op: 'Identity', inputs: [value], outputs: 1 })[0] ?? value);
    output.name = name;
    values.push(output);
  }
  graph.setOutputs(values);
}

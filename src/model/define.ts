// model() and graph(): the two ways to write a definition.
import { captureSite } from '../base/origin.ts';
import { noSizes, type SymbolRange, type TensorSpec, tensor } from '../build/declare.ts';
import { traceOf } from '../build/trace.ts';
import type { ShapeSpec, Value } from '../ir/graph.ts';
import { refuseArgument } from '../nn/arguments.ts';
import { type AnyLayer, isLayer, parametersOf } from '../nn/layer.ts';
import { DefinedModel } from './defined-model.ts';
import type { ProgramResult } from './outputs.ts';
import type { DeclaredOutput, DeclaredOutputs, GraphBuilder, Program } from './program.ts';

/** A declared input: its sizes (float32), or its element type and sizes. */
export type InputSpec = ShapeSpec | TensorSpec;

/** Options of {@link model}. */
export interface ModelOptions {
  /** The inputs in the order of the function's parameters; undeclared ones take what the first batch brings. */
  readonly inputs?: Readonly<Record<string, InputSpec>> | undefined;
  /**
   * Outputs whose sizes are known, by name (`output` for a single one). They settle unknown sizes of inputs and parameters, and
   * what they say of others is asked of every run.
   */
  readonly outputs?: Readonly<Record<string, InputSpec>> | undefined;
  /** Ranges of the symbols: `{ seq: { max: 512 } }`. */
  readonly symbols?: Readonly<Record<string, SymbolRange>> | undefined;
  /** The name of the graph and in front of layer paths; `model` by default. */
  readonly name?: string | undefined;
}

/** What a model computes: a layer, or a function that calls layers and operators. */
export type Composition = AnyLayer | ((...inputs: Value[]) => ProgramResult);

/**
 * Defines a model from a layer or a function of values. Nothing needs a size: what is known is inferred at once, the rest when
 * the first batch binds the model.
 *
 * @param composition a layer, or a function that calls layers and `op.*` on its inputs
 * @param options `inputs` declares input types, `{ x: ['batch', 20] }`
 * @throws all mistakes of the definition together
 * @example
 * const net = model(sequential(dense(256, { activation: 'relu' }), dense(10)));
 * net.initialize().bind([2, 20]).compile();
 */
export function model(composition: (...inputs: Value[]) => ProgramResult, options?: ModelOptions): DefinedModel;
/**
 * Defines a model from a layer of any inputs, or what may be one.
 *
 * @example model(multiHeadAttention(4))
 */
export function model(composition: Composition, options?: ModelOptions): DefinedModel;
export function model(composition: Composition, options: ModelOptions = {}): DefinedModel {
  if (typeof composition !== 'function' && !isLayer(composition))
    refuseArgument('model', 'its composition', 'a layer or a function of values', composition);
  const declared = options.inputs ? Object.entries(options.inputs) : undefined;
  const names = declared?.map(([name]) => name) ?? undeclaredNames(composition);
  const specs = new Map(declared?.map(([name, spec]) => [name, toSpec(name, spec)]));
  const program: Program = (g) => {
    const inputs = names.map((name) => declareInput(g, name, specs.get(name)));
    if (isLayer(composition)) traceOf(inputs).claimRoot(composition);
    return call(composition, inputs);
  };
  return new DefinedModel({
    name: options.name ?? 'model',
    program,
    undeclared: declared ? undefined : names,
    symbols: options.symbols,
    outputs: declaredOutputs(options.outputs),
    ...(isLayer(composition) ? { composition, known: parametersOf(composition) } : {}),
  });
}

/**
 * Defines a model with the IR builder: declare inputs and parameters on `g`, compute with `op.*`, return the outputs.
 *
 * @param program builds the graph; runs again at each bind
 * @throws all mistakes of the program together
 * @example
 * graph((g) => {
 *   const x = g.input('x', 'float32', ['batch', '?']);
 *   const w = g.parameter('w', { shape: ['?', 10] });
 *   return op.MatMul(x, w);
 * });
 */
export function graph(program: Program, options: Omit<ModelOptions, 'inputs'> = {}): DefinedModel {
  if (typeof program !== 'function') refuseArgument('graph', 'its program', 'a function of the builder', program);
  const { name = 'graph', symbols } = options;
  return new DefinedModel({ name, program, symbols, outputs: declaredOutputs(options.outputs) });
}

function declareInput(g: GraphBuilder, name: string, spec: TensorSpec | undefined): Value {
  if (spec) return g.input(name, spec.dtype, spec.shape);
  const value = g.input(name, 'float32');
  const { type } = value;
  // Before a batch not even the element type is known: the batch may bring the integers of an embedding.
  if (type.kind === 'tensor' && !type.shape) value.setType({ ...type, dtype: 'undefined' });
  return value;
}

/** The declared outputs, with the author's call as their place. */
function declaredOutputs(outputs: ModelOptions['outputs']): DeclaredOutputs | undefined {
  if (!outputs) return undefined;
  const specs = Object.entries(outputs).map(([name, spec]) => [name, outputSpec(name, spec)] as const);
  return { specs: new Map(specs), origin: { site: captureSite() } };
}

/** Sizes alone say nothing of the element type. */
function outputSpec(name: string, spec: InputSpec): DeclaredOutput {
  if (typeof spec !== 'object' || spec === null) throw noSizes(`the declaration of output "${name}"`, spec);
  return 'dtype' in spec ? spec : { dtype: undefined, shape: spec };
}

function toSpec(name: string, spec: InputSpec): TensorSpec {
  if (typeof spec !== 'object' || spec === null) throw noSizes(`the declaration of input "${name}"`, spec);
  return 'dtype' in spec ? spec : tensor('float32', spec);
}

/** `x` for one input, `x0`, `x1` ... for several. */
function undeclaredNames(composition: Composition): string[] {
  const count = isLayer(composition) ? 1 : Math.max(1, composition.length);
  return count === 1 ? ['x'] : Array.from({ length: count }, (_, i) => `x${i}`);
}

function call(composition: Composition, inputs: readonly Value[]): ProgramResult {
  // A layer of any inputs is called with values; a wrong number shows as a mistake of the layer itself.
  return (composition as (...values: readonly Value[]) => ProgramResult)(...inputs);
}

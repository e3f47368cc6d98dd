// A defined model: what the author wrote, its parameters, and the ways on: initialize, bind.
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import type { ErrorCode } from '../base/codes.ts';
import { type Diagnostic, dimwiseError, isDimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { warn } from '../base/warn.ts';
import type { SymbolRange } from '../build/declare.ts';
import type { Graph } from '../ir/graph.ts';
import type { InitializerInput } from '../nn/initializers/parse-initializer.ts';
import type { AnyLayer } from '../nn/layer.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { Seed } from '../nn/random/key.ts';
import { type Batch, batchEntries, declaredEntries } from './batch.ts';
import { bindModel } from './bind.ts';
import type { BoundModel } from './bound-model.ts';
import { InspectedModel } from './inspected-model.ts';
import { type LoadOptions, type LoadReport, loadCheckpoint } from './load-checkpoint.ts';
import { type CastOptions, type FloatType, ModelCasts } from './model-casts.ts';
import { type LayerTree, layerTrees } from './model-layers.ts';
import type { ModelSummary } from './model-summary.ts';
import {
  type DeclaredInput,
  type DeclaredOutputs,
  type InputTypes,
  type Program,
  type Traced,
  traceProgram,
} from './program.ts';
import { isParameter, refineParameters } from './refine-parameters.ts';
import { type SummaryOptions, type SummarySource, summarize } from './summary.ts';
import { listSome, warnUnused } from './warn-unused.ts';

/** Options of {@link DefinedModel.initialize}. */
export interface InitializeOptions {
  /** Keys all weights, together with their paths; 0 by default. */
  readonly seed?: Seed | undefined;
  /** Fills the parameters that have no initializer of their own. */
  readonly initializer?: InitializerInput | undefined;
  /** Draws anew what has data already; false by default. */
  readonly forceReinit?: boolean | undefined;
}

/** Options of {@link DefinedModel.bind}. */
export interface BindOptions {
  /** Keeps every number of the batch, where symbols would stay by default. */
  readonly static?: boolean | undefined;
}

/** What a program meets when it reads the type of an input that no batch has brought yet. */
const WAITING: readonly ErrorCode[] = ['RANK_UNKNOWN', 'DTYPE_UNKNOWN'];

/** What a defined model is made of. */
export interface ModelParts {
  readonly name: string;
  readonly program: Program;
  /** The layer that the model is, where it is one. */
  readonly composition?: AnyLayer | undefined;
  /** Parameters known from the layers, with their paths; others are found by tracing. */
  readonly known?: ReadonlyMap<Parameter, string>;
  /** The names of the inputs where none was declared: the program may read types that only a batch brings. */
  readonly undeclared?: readonly string[] | undefined;
  readonly symbols?: Readonly<Record<string, SymbolRange>> | undefined;
  readonly outputs?: DeclaredOutputs | undefined;
}

/**
 * A model as it was written, without input sizes. It owns the state of its parameters; {@link bind} settles their unknown sizes,
 * {@link initialize} says how they are filled.
 */
export class DefinedModel extends InspectedModel {
  readonly state = 'defined';
  readonly name: string;
  readonly #parts: ModelParts;
  readonly #cells = new Map<string, Parameter>();
  readonly #parameters: Map<string, Parameter>;
  readonly #casts = new ModelCasts();
  /** The parameters of the list, for a quick look. */
  readonly #known = new Set<Parameter>();
  #definition: Traced | undefined;
  #deferred: Diagnostic | undefined;
  #request: InitializeOptions | undefined;
  #bound: BoundModel | undefined;

  constructor(parts: ModelParts) {
    const parameters = new Map<string, Parameter>();
    super(parameters);
    this.#parameters = parameters;
    this.name = parts.name;
    this.#parts = parts;
    for (const [cell, path] of parts.known ?? []) {
      cell.claimPath(path);
      // A shared parameter keeps the path of its first owner, as in the emitted file, unless another one has it here.
      this.#addParameter(this.#parameters.has(cell.path) ? path : cell.path, cell);
    }
    this.#define();
  }

  /** Traces the definition; where an undeclared input's shape is read, the graph waits for a batch. */
  #define(source?: string): void {
    try {
      this.#definition = this.trace();
      refineParameters(this.#definition.graph, source);
      this.adopt(this.#definition.graph);
    } catch (error) {
      const isWaiting =
        isDimwiseError(error) && this.#parts.undeclared && error.errors.every(({ code }) => WAITING.includes(code));
      if (!isWaiting) throw error;
      this.#deferred = error.errors[0];
    }
  }

  /** Traces the program, for the given input types or as declared. */
  trace(bound?: InputTypes): Traced {
    return traceProgram(this.#parts.program, {
      name: this.name,
      cells: this.#cells,
      ...(bound ? { bound } : {}),
      ...(this.#parts.symbols ? { symbols: this.#parts.symbols } : {}),
      outputs: this.#parts.outputs,
      casts: this.#casts,
    });
  }

  #addParameter(name: string, cell: Parameter): void {
    if (this.#known.has(cell)) return;
    this.#known.add(cell);
    this.#parameters.set(this.#parameters.has(name) ? `${name} (shared)` : name, cell);
  }

  /** Takes the parameters of a traced graph into the model's list. */
  adopt(graph: Graph): void {
    for (const value of graph.parameters) {
      if (value.source.kind === 'parameter' && isParameter(value.source.cell))
        this.#addParameter(value.name ?? value.source.cell.path, value.source.cell);
    }
    const request = this.#request;
    if (request)
      for (const cell of this.#parameters.values())
        if (!cell.isInitialized) cell.initialize({ seed: request.seed ?? 0, initializer: request.initializer });
  }

  /** Whether the author declared the inputs; else a batch brings their element types too. */
  get isDeclared(): boolean {
    return this.#parts.undeclared === undefined;
  }

  /** The declared inputs; an undeclared one has no shape. */
  get inputs(): readonly DeclaredInput[] {
    const names = this.#parts.undeclared ?? [];
    return (
      this.#definition?.inputs ??
      this.#bound?.inputs ??
      names.map((name) => ({ name, spec: { dtype: this.#casts.around('float32'), shape: undefined } }))
    );
  }

  /**
   * The graph as far as the definition tells: unknown sizes are unknown dims.
   *
   * @throws RANK_UNKNOWN, DTYPE_UNKNOWN when the program reads the type of an undeclared input, so that it can only be traced for a batch
   */
  get graph(): Graph {
    if (this.#definition) return this.#definition.graph;
    throw dimwiseError(this.#deferred ?? { code: 'RANK_UNKNOWN', message: `model ${this.name} was not traced` });
  }

  /** The latest bind; undefined before the first. */
  get bound(): BoundModel | undefined {
    return this.#bound;
  }

  protected get layers(): readonly LayerTree[] {
    return layerTrees(this.#parts.composition, (this.#definition ?? this.#bound)?.trace);
  }

  protected get summarySource(): SummarySource {
    const { name, layers, state } = this;
    const { trace, graph } = this.#definition ?? this.#bound ?? {};
    return { name, state, layers, trace, graph, parameters: this.#parameters, composition: this.#parts.composition };
  }

  /** The summary under one bind. */
  summarizeBound({ state, trace, graph }: BoundModel, options: SummaryOptions): ModelSummary {
    const { composition } = this.#parts;
    return summarize({ ...this.summarySource, state, trace, graph, layers: layerTrees(composition, trace) }, options);
  }

  /** How often the model was cast: a bind from before is out of date. */
  get castCount(): number {
    return this.#casts.count;
  }

  /** Whether some parameter still has an unknown size. */
  get hasUnknownParameters(): boolean {
    return [...this.#parameters.values()].some((cell) => !cell.isSettled);
  }

  /**
   * Records how the parameters are to be filled; nothing is drawn, and sizes stay as they are. Parameters that have data keep it
   * unless `forceReinit` is set, with a warning where it was drawn before, not set or loaded. Before the first batch the last call counts.
   *
   * @throws INITIALIZER_INVALID when an initializer is unknown or cannot fill a parameter's shape
   */
  initialize(options: InitializeOptions = {}): this {
    const seed = options.seed ?? 0;
    const kept: string[] = [];
    for (const [path, cell] of this.#parameters) {
      const isDrawn = cell.initialize({ seed, initializer: options.initializer, force: options.forceReinit ?? false });
      if (!isDrawn && !cell.isGiven) kept.push(path);
    }
    this.#request = options;
    if (kept.length > 0) {
      warn({
        code: 'PARAM_INITIALIZED',
        message: `initialize() leaves ${kept.length} parameters of ${this.name} as they are, for they have data: ${listSome(kept)}`,
        origin: { site: captureSite() },
        hint: 'pass { forceReinit: true } to draw new weights',
      });
    }
    return this;
  }

  /**
   * Takes the data of the parameters from a checkpoint; sizes that are unknown yet are settled by it, before any batch. No tensor is read
   * before the model is emitted. All parameters get their data, or, on a mistake, none.
   *
   * @param checkpoint what `openCheckpoint` gives
   * @param options maps names, converts element types, allows for a partial load
   * @returns which tensor each parameter took, and what is missing, unexpected, mismatched or left out
   * @throws CHECKPOINT_MISSING, CHECKPOINT_UNEXPECTED, CHECKPOINT_MISMATCH (all of them together) where options do not allow for it
   * @throws SHAPE_MISMATCH when the sizes do not fit the model as a whole
   * @example net.load(await openCheckpoint('model.safetensors'), { names: [['bert.', '']] })
   */
  load(checkpoint: Checkpoint, options: LoadOptions = {}): LoadReport {
    return loadCheckpoint(this.#parameters, checkpoint, options, () => {
      if (this.#definition) this.#define(checkpoint.source);
    });
  }

  /**
   * Casts all parameters of floats, also those whose sizes or types are open; declared inputs of floats follow. Data that was set or loaded is
   * rounded to nearest while it is read, drawn data is drawn in the new type. Layers that keep another type than the model compute in it:
   * what they take and give is converted there. A model that was bound must be bound again.
   *
   * @param options `keep` leaves parameters as they are, `pattern` casts only some and no input
   * @throws LAYER_ARGUMENT when the type is none of floats
   * @throws DTYPE_MISMATCH when the program holds data of another type; nothing is changed then
   * @example net.cast('float16', { keep: '**.norm*.*' })
   */
  cast(dtype: FloatType, options: CastOptions = {}): this {
    this.#casts.add(dtype, options);
    const undo = [...this.#parameters.values()].map((cell) => cell.savepoint());
    try {
      for (const [path, cell] of this.#parameters) this.#casts.apply(path, cell);
      if (this.#definition) this.#define();
    } catch (error) {
      this.#casts.drop(this.#parameters.values());
      for (const restore of undo) restore();
      throw error;
    }
    this.#bound = undefined;
    return this;
  }

  /**
   * Binds the model to its first or a further batch: unknown sizes become numbers, named sizes stay symbols, axis 0 of an
   * undeclared input becomes the symbol `batch`. All parameters are settled, or, on a mistake, none.
   *
   * @param batch sizes (`[2, 20]`, `['batch', 20]`), a tensor, or one of them for each input by name; left out where the inputs are declared
   *   with all their sizes, which then stay as they are
   * @throws BIND_INPUT_MISSING when an input is left out, or is not declared with all its sizes
   * @throws BIND_MISMATCH, SHAPE_MISMATCH, DTYPE_MISMATCH when the batch does not fit
   * @throws BIND_INCOMPLETE, BIND_ZERO, PARAM_DIM_SYMBOLIC when it leaves a parameter without a size
   * @example model(sequential(dense(256), dense(10))).bind([2, 20])
   */
  bind(batch?: Batch, options: BindOptions = {}): BoundModel {
    const { inputs } = this;
    const names = inputs.map((input) => input.name);
    const entries = batch === undefined ? declaredEntries(inputs) : batchEntries(batch, names);
    const bound = bindModel(this, entries, options.static ?? false);
    this.adopt(bound.graph);
    if (!this.#bound) warnUnused(this.name, this.#parameters, bound.graph);
    this.#bound = bound;
    return bound;
  }
}

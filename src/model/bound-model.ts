// A bound model: every shape is known, symbolic where it may vary; compile() makes the ONNX model.

import { type PipelineOptions, runPipeline } from '../../passes/pipeline.ts';
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import type { Trace } from '../build/trace.ts';
import type { Graph } from '../ir/graph.ts';
import { DEFAULT_TARGET, parseTarget, type Target } from '../ir/target.ts';
import type { Parameter } from '../nn/parameter.ts';
import { CompiledModel } from './compiled-model.ts';
import type { DefinedModel } from './defined-model.ts';
import type { ModelSummary } from './model-summary.ts';
import type { PathPattern } from './path-pattern.ts';
import type { DeclaredInput, InputTypes } from './program.ts';
import type { SummaryOptions } from './summary.ts';

/** Options of {@link BoundModel.compile}. */
export interface CompileOptions {
  /** The runtime that the model is for: `ort@1.30/cuda`; the default target where left out. */
  readonly target?: string | Target | undefined;
  /** Passes to run in place of the whole pipeline, and what to do after each. */
  readonly pipeline?: PipelineOptions | undefined;
}

/** What a bound model is made of. */
export interface BoundParts {
  readonly model: DefinedModel;
  /** The types of the inputs, and what the batch calls the symbols. */
  readonly bound: InputTypes;
  readonly graph: Graph;
  readonly inputs: readonly DeclaredInput[];
  readonly trace: Trace;
}

/** A view of a model under one bind; its graph has a type for every value, its parameters have numbers for sizes. */
export class BoundModel {
  readonly state = 'bound';
  readonly model: DefinedModel;
  /** The graph of layers and operators. */
  readonly graph: Graph;
  readonly inputs: readonly DeclaredInput[];
  /** The trace that made the graph. */
  readonly trace: Trace;
  readonly #bound: InputTypes;
  readonly #castCount: number;

  constructor(parts: BoundParts) {
    this.model = parts.model;
    this.graph = parts.graph;
    this.inputs = parts.inputs;
    this.trace = parts.trace;
    this.#bound = parts.bound;
    this.#castCount = parts.model.castCount;
  }

  get name(): string {
    return this.model.name;
  }

  /** The parameters by path, or those whose path a regular expression or a glob matches. */
  parameters(pattern?: PathPattern): ReadonlyMap<string, Parameter> {
    return this.model.parameters(pattern);
  }

  /**
   * The layers as a table, with the sizes of this bind.
   *
   * @throws LAYER_ARGUMENT when an option is wrong
   * @example console.log(String(net.bind([2, 3, 224, 224]).summary()))
   */
  summary(options: SummaryOptions = {}): ModelSummary {
    return this.model.summarizeBound(this, options);
  }

  /** The text of the summary. */
  toString(): string {
    return this.summary().toString();
  }

  /** Node's `util.inspect` asks for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /**
   * Lowers the model to ONNX operators for a target. The bound model stays as it is.
   *
   * @throws PARAM_NOT_INITIALIZED when a parameter has no data and no initializer was asked for
   * @throws NOT_BOUND when the model was cast since
   * @throws EMIT_TARGET, EMIT_OPSET when the target is unknown or lacks an operator
   * @example const onnx = model.bind([2, 20]).compile({ target: 'ort@1.30/cuda' });
   */
  compile(options: CompileOptions = {}): CompiledModel {
    if (this.#castCount !== this.model.castCount) {
      throw dimwiseError({
        code: 'NOT_BOUND',
        message: `model ${this.name} was cast after this bind, whose types are out of date`,
        origin: { site: captureSite() },
        hint: 'bind it again',
      });
    }
    const target =
      typeof options.target === 'string' ? parseTarget(options.target) : (options.target ?? DEFAULT_TARGET);
    for (const value of this.graph.parameters) if (value.source.kind === 'parameter') value.source.cell.data();
    const { graph, trace } = this.model.trace(this.#bound);
    runPipeline(graph, target, trace, options.pipeline);
    return new CompiledModel({ name: this.name, graph, target });
  }
}

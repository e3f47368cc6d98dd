// What can be asked of a model's parameters and layers, and changed in them, before and after a batch binds it.
import { dimwiseError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { refuseArgument } from '../nn/arguments.ts';
import { type InitializerInput, parseInitializer } from '../nn/initializers/parse-initializer.ts';
import { unknownParameter } from '../nn/layer.ts';
import type { Parameter } from '../nn/parameter.ts';
import { insideFirst, type LayerTree, type ModelLayer } from './model-layers.ts';
import type { ModelSummary } from './model-summary.ts';
import { type PathPattern, pathMatcher } from './path-pattern.ts';
import { type SummaryOptions, type SummarySource, summarize } from './summary.ts';

/** The base of defined models: parameters by pattern, layers, the summary. */
export abstract class InspectedModel {
  abstract readonly name: string;
  readonly #parameters: ReadonlyMap<string, Parameter>;

  constructor(parameters: ReadonlyMap<string, Parameter>) {
    this.#parameters = parameters;
  }

  /** The layers as trees. */
  protected abstract get layers(): readonly LayerTree[];

  /** What a summary is made of. */
  protected abstract get summarySource(): SummarySource;

  /**
   * The parameters by path, in the order of their first use; unknown sizes are unknown dims.
   *
   * @param pattern picks those whose path it matches: a regular expression, or a glob, `encoder.*.weight`, in which `*` stands for one
   *   segment and `**` for any; all by default
   * @throws LAYER_ARGUMENT when the pattern is neither
   * @example net.parameters('**.weight')
   */
  parameters(pattern?: PathPattern): ReadonlyMap<string, Parameter> {
    if (pattern === undefined) return this.#parameters;
    const matches = pathMatcher('parameters()', pattern);
    return new Map([...this.#parameters].filter(([path]) => matches(path)));
  }

  /**
   * One parameter by path.
   *
   * @throws PARAM_UNKNOWN when the model has none there
   */
  parameter(path: string): Parameter {
    const found = this.#parameters.get(path);
    if (found) return found;
    throw unknownParameter(`model ${this.name}`, path, [...this.#parameters.keys()]);
  }

  /**
   * Marks parameters as not trainable. The emitted model is the same; what reads `trainable`, such as the summary, tells them apart.
   * Layers that other models share keep the mark there too.
   *
   * @param pattern a regular expression or a glob, as of {@link parameters}; all by default
   * @throws PARAM_UNKNOWN when it matches no parameter
   * @example net.freeze('encoder.**')
   */
  freeze(pattern: PathPattern = '**'): this {
    for (const cell of this.#matched(pattern)) cell.setTrainable(false);
    return this;
  }

  /**
   * Makes parameters trainable again; running statistics stay what they are.
   *
   * @param pattern as of {@link freeze}
   * @throws PARAM_UNKNOWN when it matches no parameter
   */
  unfreeze(pattern: PathPattern = '**'): this {
    for (const cell of this.#matched(pattern)) cell.setTrainable(true);
    return this;
  }

  /**
   * Changes the initializers of parameters. They count from the next `initialize()`, and at once for parameters whose data is not there yet.
   *
   * @param pattern a regular expression or a glob, as of {@link parameters}
   * @throws INITIALIZER_INVALID when the initializer does not exist
   * @throws PARAM_UNKNOWN when the pattern matches no parameter
   * @example net.setInitializer('**.weight', normal({ std: 0.02 })).initialize()
   */
  setInitializer(pattern: PathPattern, initializer: InitializerInput): this {
    const parsed = parseInitializer(initializer);
    for (const cell of this.#matched(pattern)) cell.setInitializer(parsed);
    return this;
  }

  /**
   * Calls a function with each layer, those inside of a layer before it, as PyTorch's `apply` does.
   *
   * @param visit gets the path, the kind, the layer and its own parameters
   * @example
   * net.apply(({ kind, parameters }) => {
   *   if (kind === 'dense') parameters.get('weight')?.setInitializer('kaimingNormal');
   * });
   */
  apply(visit: (layer: ModelLayer) => void): this {
    if (typeof visit !== 'function') refuseArgument('apply()', 'its argument', 'a function of a layer', visit);
    for (const { path, kind, layer, parameters } of insideFirst(this.layers)) visit({ path, kind, layer, parameters });
    return this;
  }

  /**
   * The layers as a table: what each gives, its parameters and its operations, as formulas. Sizes that nothing has settled yet are `?`.
   *
   * @param options how deep the table goes, and how wide its text is
   * @throws LAYER_ARGUMENT when an option is wrong
   * @example console.log(String(net.summary({ depth: 2 })))
   */
  summary(options: SummaryOptions = {}): ModelSummary {
    return summarize(this.summarySource, options);
  }

  /** The text of the summary. */
  toString(): string {
    return this.summary().toString();
  }

  /** Node's `util.inspect` asks for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #matched(pattern: PathPattern): readonly Parameter[] {
    const found = [...this.parameters(pattern).values()];
    if (found.length > 0 || this.#parameters.size === 0) return found;
    const paths = [...this.#parameters.keys()];
    throw dimwiseError({
      code: 'PARAM_UNKNOWN',
      message: `no parameter of model ${this.name} matches ${String(pattern)}; it has ${paths.join(', ')}`,
      origin: { site: captureSite() },
      expected: paths.join(', '),
      actual: String(pattern),
      hint: typeof pattern === 'string' ? (didYouMean(pattern, paths) ?? "'**' stands for any segments") : undefined,
    });
  }
}

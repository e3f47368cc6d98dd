// A parameter: a named tensor owned by a layer, with partly known sizes and no data until it is initialized.
import type { ErrorCode } from '../base/codes.ts';
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { captureSite, type Origin } from '../base/origin.ts';
import { sizeToDim } from '../build/declare.ts';
import { isConst } from '../dim/dim.ts';
import { castTensor } from '../ir/cast-tensor.ts';
import { type DType, isDType } from '../ir/dtype.ts';
import type { ParameterCell } from '../ir/parameter-cell.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { formatShape, type Shape, staticShape, toShape } from '../ir/type.ts';
import { refuseArgument } from './arguments.ts';
import { planInitializer } from './initializers/draw-into.ts';
import type { WeightLayout } from './initializers/fans.ts';
import type { Initializer } from './initializers/initializer.ts';
import { type InitializerInput, parseInitializer } from './initializers/parse-initializer.ts';
import { keptBytes, lazyInitializer } from './lazy-initializer.ts';
import { checkOptions } from './option-names.ts';
import { type ParameterData, parameterData } from './parameter-data.ts';
import { PARAMETER_OPTIONS, type ParameterOptions, type Settlement } from './parameter-options.ts';
import { ANY_FANS, fansOfWeight, learnSizes, type SettledBy } from './parameter-sizes.ts';
import { ParameterTraits } from './parameter-traits.ts';
import type { Seed } from './random/key.ts';

/** What fills a parameter where nothing else is said. */
const XAVIER = parseInitializer('xavierUniform');
const NONE: readonly never[] = Object.freeze([]);

/** What initialize() asked for. */
interface Request {
  readonly initializer: Initializer;
  readonly seed: Seed;
}

/** A parameter of a layer. Its state changes only through the methods here; a model's `bind` calls them all or none. */
export class Parameter extends ParameterTraits implements ParameterCell {
  readonly origin: Origin | undefined;
  readonly layout: WeightLayout;
  readonly #fansOf: Parameter | undefined;
  #path: string | undefined;
  #dtype: DType | undefined;
  #shape: Shape;
  #initializer: Initializer | undefined;
  readonly #fallback: Initializer;
  #request: Request | undefined;
  #data: TensorData | undefined;
  #isGiven = false;
  #around: DType | undefined;
  /** What settled each axis. */
  #settled: SettledBy = NONE;

  /**
   * Makes a parameter without data.
   *
   * @throws LAYER_ARGUMENT when an option is unknown, or the dtype is none of ONNX
   * @throws DIM_SYNTAX when a size cannot be read
   * @throws INITIALIZER_INVALID when an initializer does not exist
   */
  constructor(options: ParameterOptions, origin: Origin | undefined = { site: captureSite() }) {
    super(options?.trainable === false);
    checkOptions('a parameter', options, PARAMETER_OPTIONS);
    this.#shape = options.shape.map(sizeToDim);
    if (options.dtype !== undefined && !isDType(options.dtype))
      refuseArgument('a parameter', 'dtype', 'an element type of ONNX', options.dtype);
    this.#dtype = options.dtype;
    this.#initializer = options.initializer === undefined ? undefined : parseInitializer(options.initializer);
    this.#fallback = options.fallback === undefined ? XAVIER : parseInitializer(options.fallback);
    this.layout = options.layout ?? 'oi';
    this.#fansOf = options.fansOf;
    this.origin = origin;
  }

  /** The dotted path in the first model that reached it, `0.weight`; `(unnamed)` before that. */
  get path(): string {
    return this.#path ?? '(unnamed)';
  }

  /** Gives the path of the first owner; later calls change nothing. */
  claimPath(path: string): void {
    this.#path ??= path;
  }

  /** The element type; float32 while a batch may still decide. */
  get dtype(): DType {
    return this.#dtype ?? 'float32';
  }

  /** Whether the first batch may still decide the element type. */
  get isDTypeOpen(): boolean {
    return this.#dtype === undefined;
  }

  /** The sizes; unknown ones print as `?`. */
  get shape(): Shape {
    return this.#shape;
  }

  /** The element type of the values around its layer, where a cast made it another than that of the parameter. */
  get around(): DType | undefined {
    return this.#around;
  }

  /**
   * Changes the element type. Data that was set or loaded is converted while it is read; drawn data is drawn in the new type.
   *
   * @param around the type of the values around its layer, where that is another one
   * @throws DTYPE_MISMATCH when the data cannot be converted
   */
  cast(dtype: DType, around?: DType): void {
    if (this.#data && this.#dtype !== dtype) this.#data = this.#isGiven ? castTensor(this.#data, dtype) : undefined;
    this.#dtype = dtype;
    this.#around = around === dtype ? undefined : around;
  }

  /** Whether all sizes are known. */
  get isSettled(): boolean {
    return this.#shape.every(isConst);
  }

  /** Whether there is data to read: initialized and settled, or set. */
  get isReady(): boolean {
    return this.#data !== undefined || (this.#request !== undefined && this.isSettled);
  }

  /** Whether the data was set or loaded, not drawn. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  /** The number of elements; undefined while a size is unknown. */
  get size(): number | undefined {
    return staticShape(this.#shape)?.reduce((product, size) => product * size, 1);
  }

  /** The initializer in force: that of the last initialize(), the parameter's own, or its kind's. */
  get initializer(): Initializer {
    return this.#request?.initializer ?? this.#initializer ?? this.#fallback;
  }

  /**
   * Changes the initializer; it counts from the next initialize(), and at once where the data is not there yet.
   *
   * @throws INITIALIZER_INVALID when the name is unknown
   */
  setInitializer(initializer: InitializerInput): void {
    this.#initializer = parseInitializer(initializer);
    if (this.#request && !this.isReady) this.#request = { ...this.#request, initializer: this.#initializer };
  }

  settledBy(axis: number): string | undefined {
    return this.#settled[axis];
  }

  /**
   * Records what to fill the parameter with; nothing is drawn before the data is read or emitted.
   *
   * @param initializer the model-wide choice, which the parameter's own wins over
   * @param force draw anew where there is data already
   * @returns false where there was data already and `force` is not set
   */
  initialize(options: {
    readonly seed: Seed;
    readonly initializer?: InitializerInput | undefined;
    readonly force?: boolean;
  }): boolean {
    if (this.isReady && !options.force) return false;
    const shared = options.initializer === undefined ? undefined : parseInitializer(options.initializer);
    this.#request = { initializer: this.#initializer ?? shared ?? this.#fallback, seed: options.seed };
    this.#data = undefined;
    this.#isGiven = false;
    return true;
  }

  /** Whether initialize() was called or data was set. */
  get isInitialized(): boolean {
    return this.#request !== undefined || this.#data !== undefined;
  }

  /** Takes over the sizes that a definition alone tells; others stay open. */
  refine(shape: Shape, by: string): void {
    const learnt = learnSizes(this.#shape, this.#settled, { shape, by });
    if (!learnt) return;
    this.#shape = learnt.shape;
    this.#settled = learnt.settled;
  }

  /**
   * Checks that the initializer in force can fill a shape; draws nothing.
   *
   * @throws INITIALIZER_INVALID when it cannot
   */
  checkInitializer(shape: readonly number[]): void {
    if (this.#data !== undefined) return;
    // The weight that a bias belongs to is settled in the same step: whatever its sizes, there will be fans.
    const known = fansOfWeight(this.#fansOf) ?? (this.#fansOf && this.#fansOf.shape.length > 1 ? ANY_FANS : undefined);
    const { origin, path } = this;
    const { layout } = this.#fansOf ?? this;
    planInitializer(this.initializer, { shape, layout, fans: known, path, origin });
  }

  /** Applies what binding found; the caller has checked all of the model's parameters before. */
  settle(settlement: Settlement): void {
    if (!this.isSettled) this.refine(toShape(settlement.shape), settlement.by);
    this.#dtype ??= settlement.dtype;
  }

  /**
   * Gives the parameter its data and settles its sizes. Numbers and typed arrays are copied, and an open element type is settled.
   *
   * @param given tensor data, nested numbers, a typed array where the sizes are known, or a tensor of `dims` and `data`
   * @throws PARAM_SHAPE when the data contradicts a known size, or does not tell its sizes
   * @throws DTYPE_MISMATCH when its element type differs, or is no float where the type is open
   */
  setData(given: ParameterData): void {
    const data = parameterData(
      given,
      { path: this.path, shape: this.#shape, dtype: this.#dtype },
      (code, text, facts) => this.#error(code, text, facts),
    );
    this.take(data, 'setData()');
  }

  /** Takes data that was found to fit, and settles sizes and element type by it. */
  take(data: TensorData, by: string): void {
    this.settle({ shape: data.shape, dtype: data.dtype, by });
    this.#dtype = data.dtype;
    this.#data = data;
    this.#isGiven = true;
  }

  /** Notes the state; what comes back brings the parameter back to it. */
  savepoint(): () => void {
    const [shape, dtype, data, request, isGiven] = [this.#shape, this.#dtype, this.#data, this.#request, this.#isGiven];
    const [around, settled] = [this.#around, this.#settled];
    return () => {
      this.#around = around;
      [this.#shape, this.#dtype, this.#data, this.#request, this.#isGiven] = [shape, dtype, data, request, isGiven];
      this.#settled = settled;
    };
  }

  /**
   * The data; drawn from the initializer where it was not set.
   *
   * @throws PARAM_NOT_INITIALIZED before initialize()
   * @throws PARAM_DEFERRED while a size is unknown
   */
  data(): TensorData {
    if (this.#data) return this.#data;
    if (!this.#request) {
      throw this.#error('PARAM_NOT_INITIALIZED', `parameter ${this.path} has no data before initialize()`, {
        hint: 'call initialize() on the model, or setData() with values of your own',
      });
    }
    const shape = staticShape(this.#shape);
    if (!shape) {
      throw this.#error(
        'PARAM_DEFERRED',
        `parameter ${this.path} has the unknown shape ${formatShape(this.#shape)}, so its data is not there yet`,
        {
          hint: 'bind the model to one batch (or its shape), or give the layer its input size',
        },
      );
    }
    const { initializer, seed } = this.#request;
    const { path, dtype, origin } = this;
    const { layout } = this.#fansOf ?? this;
    const fans = fansOfWeight(this.#fansOf);
    const data = lazyInitializer({ initializer, seed, path, shape, dtype, layout, fans, origin });
    this.#data = data;
    return data;
  }

  /**
   * Keeps the bytes that the data were drawn as, so that they are there at once; what makes them still names them.
   *
   * @param bytes all elements, little-endian, as the source of {@link data} gives them
   */
  keepDrawn(bytes: Uint8Array): void {
    this.#data = keptBytes(this.data(), bytes);
  }

  #error(code: ErrorCode, message: string, facts: { expected?: string; actual?: string; hint?: string }): DimwiseError {
    return dimwiseError({
      code,
      message,
      ...facts,
      origin: { path: this.#path, site: captureSite() },
      related: this.#place(),
    });
  }

  #place() {
    return this.origin?.site ? [{ message: 'the parameter was made here', origin: this.origin }] : [];
  }
}

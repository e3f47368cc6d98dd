// The casts of a model: what each parameter, each declared input and each output that is declared becomes by them.
import { type DType, isDType, isFloatDType } from '../ir/dtype.ts';
import { refuseArgument } from '../nn/arguments.ts';
import { checkOptions, type OptionNames } from '../nn/option-names.ts';
import { Parameter } from '../nn/parameter.ts';
import { type PathPattern, pathMatcher } from './path-pattern.ts';
import type { TraceCasts } from './program.ts';

/** Element types that a model can be cast to. */
export type FloatType = 'float32' | 'float16' | 'bfloat16' | 'float64';

/** Options of {@link DefinedModel.cast}. */
export interface CastOptions {
  /** Casts only the parameters whose path it matches; inputs and all other layers stay as they are. All are cast by default. */
  readonly pattern?: PathPattern | undefined;
  /** Parameters that keep their type; their layers compute in it. None by default. */
  readonly keep?: PathPattern | undefined;
}

/** The names of {@link CastOptions}. */
const CAST_OPTIONS: OptionNames<CastOptions> = { pattern: true, keep: true };

const TYPES: readonly string[] = ['float32', 'float16', 'bfloat16', 'float64'] satisfies FloatType[];

/** One cast that was asked for. */
interface CastRequest {
  readonly dtype: DType;
  /** Whether a path is meant; undefined where the whole model is. */
  readonly takes: ((path: string) => boolean) | undefined;
  readonly keeps: (path: string) => boolean;
}

/** The casts of one model, in their order. */
export class ModelCasts implements TraceCasts {
  readonly #requests: CastRequest[] = [];
  readonly #done = new WeakMap<Parameter, number>();

  /** How many casts there were: what was traced under fewer is out of date. */
  get count(): number {
    return this.#requests.length;
  }

  /**
   * Adds a cast; parameters take it by {@link apply}.
   *
   * @throws LAYER_ARGUMENT when the type is none of floats, or an option is wrong
   */
  add(dtype: FloatType, options: CastOptions): void {
    if (!TYPES.includes(dtype)) refuseArgument('cast()', 'its type', TYPES.join(', '), dtype);
    checkOptions('cast()', options, CAST_OPTIONS);
    const { pattern, keep } = options;
    this.#requests.push({
      dtype,
      takes: pattern === undefined ? undefined : pathMatcher('cast()', pattern),
      keeps: keep === undefined ? () => false : pathMatcher('cast()', keep),
    });
  }

  /** Takes back the latest cast; the caller restores the parameters. */
  drop(cells: Iterable<Parameter>): void {
    this.#requests.pop();
    for (const cell of cells) this.#done.set(cell, Math.min(this.#done.get(cell) ?? 0, this.#requests.length));
  }

  /** Casts a parameter by all requests that it has not seen yet. */
  apply(path: string, cell: Parameter): void {
    for (let i = this.#done.get(cell) ?? 0; i < this.#requests.length; i++) {
      const request = this.#requests[i];
      if (request && isFloatDType(cell.dtype)) castBy(request, path, cell);
    }
    this.#done.set(cell, this.#requests.length);
  }

  readonly meet = (cell: object, path: string): void => {
    if (this.#requests.length > 0 && cell instanceof Parameter) this.apply(path, cell);
  };

  readonly around = (dtype: DType): DType => {
    let found = dtype;
    for (const request of this.#requests)
      if (!request.takes && isDType(found) && isFloatDType(found)) found = request.dtype;
    return found;
  };
}

function castBy({ dtype, takes, keeps }: CastRequest, path: string, cell: Parameter): void {
  const isTaken = (!takes || takes(path)) && !keeps(path);
  // In a cast of the whole model the types around follow it; else they are what the parameter had.
  if (isTaken) cell.cast(dtype, takes ? (cell.around ?? cell.dtype) : undefined);
  else if (!takes) cell.cast(cell.dtype, dtype);
}

// What the graph knows of a parameter: an identity with a path, a dtype and partly known sizes; layers own the real thing.
import type { Origin } from '../base/origin.ts';
import type { DType } from './dtype.ts';
import type { TensorData } from './tensor-data.ts';
import type { Shape } from './type.ts';

/** A parameter as graphs see it. */
export interface ParameterCell {
  /** The dotted path, fixed by the first model that reaches the parameter: `0.weight`. */
  readonly path: string;
  readonly dtype: DType;
  /** Sizes; unknown symbols until a batch, data or an author settles them. */
  readonly shape: Shape;
  /** The call that made the layer. */
  readonly origin: Origin | undefined;
  /** What settled a once unknown axis: `the first batch, x: float32[2, 256]`; undefined where the author gave it. */
  settledBy(axis: number): string | undefined;
  /**
   * The data to emit.
   *
   * @throws PARAM_NOT_INITIALIZED, PARAM_DEFERRED when there is none yet
   */
  data(): TensorData;
}

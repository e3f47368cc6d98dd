// spectralNorm: a layer whose weight is divided by its greatest singular value.
import { invariant } from '../../base/assert-never.ts';
import { op } from '../../build/op.ts';
import type { Value } from '../../ir/graph.ts';
import { refuseArgument } from '../arguments.ts';
import { axisOf, computedLayer, ownParameter, sizeOf } from '../computed-layer.ts';
import type { Layer } from '../layer.ts';
import { filled } from '../layer-values.ts';
import { checkOptions, type OptionNames } from '../option-names.ts';
import { Parameter } from '../parameter.ts';

/** Options of {@link spectralNorm}. */
export interface SpectralNormOptions {
  /** The parameter of the layer that is computed; `weight` by default. */
  readonly parameter?: string | undefined;
  /** The axis of the outputs; 0 by default; 1 for transposed convolutions. */
  readonly axis?: number | undefined;
  /** Steps of the power iteration that are made in the graph before the norm is read; 0 by default, as PyTorch at inference. */
  readonly iterations?: number | undefined;
  /** Keeps lengths from 0; 1e-12 by default. */
  readonly epsilon?: number | undefined;
  /** The path segment; the layer's own by default. */
  readonly name?: string | undefined;
}

/** The names of {@link SpectralNormOptions}. */
const SPECTRAL_NORM_OPTIONS: OptionNames<SpectralNormOptions> = {
  parameter: true,
  axis: true,
  iterations: true,
  epsilon: true,
  name: true,
};

/**
 * Spectral normalization: a layer whose weight is divided by its greatest singular value, `weight / (u^T W v)`, u and v being the
 * singular vectors that training has found. The weight is computed in the graph from the stored parameters.
 *
 * *Input shape*, *Output shape*: those of the layer. Parameters: those of the layer, and in the place of `weight`: `weightOrig` of its
 * shape, and the buffers `weightU [out]`, `weightV [product of the other sizes]` (PyTorch: `weight_orig`, `weight_u`, `weight_v`).
 * Vectors that nothing has trained make no norm: load them, or let `iterations` find them in the graph.
 * Source: Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018;
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.spectral_norm.html
 *
 * @param layer a layer with a weight of its own
 * @throws LAYER_ARGUMENT when it has no such parameter, or an option is of the wrong kind
 * @example spectralNorm(conv2d(64, 4, { strides: 2, padding: 1 }))
 */
export function spectralNorm<A extends readonly unknown[], R>(
  layer: Layer<A, R>,
  options: SpectralNormOptions = {},
): Layer<A, R> {
  checkOptions('spectralNorm', options, SPECTRAL_NORM_OPTIONS);
  const { parameter = 'weight', iterations = 0, epsilon = 1e-12 } = options;
  if (!Number.isSafeInteger(iterations) || iterations < 0)
    refuseArgument('spectralNorm', 'iterations', 'an integer >= 0', iterations);
  if (!(Number.isFinite(epsilon) && epsilon >= 0))
    refuseArgument('spectralNorm', 'epsilon', 'a finite number >= 0', epsilon);
  const weight = ownParameter('spectralNorm', layer, parameter);
  const rank = weight.shape.length;
  const axis = axisOf('spectralNorm', options.axis ?? 0, rank);
  const vector = (size: number | '?'): Parameter =>
    new Parameter({
      shape: [size],
      dtype: weight.isDTypeOpen ? undefined : weight.dtype,
      initializer: { kind: 'normal', std: 1 },
      trainable: false,
    });
  const rest = weight.shape.filter((_, i) => i !== axis).map(sizeOf);
  const columns = rest.reduce<number | '?'>(
    (product, size) => (product === '?' || size === '?' ? '?' : product * size),
    1,
  );
  return computedLayer(layer, {
    kind: 'spectralNorm',
    name: options.name,
    parameter,
    parts: {
      [`${parameter}Orig`]: weight,
      [`${parameter}U`]: vector(sizeOf(weight.shape[axis])),
      // The power iteration finds v from u.
      ...(iterations === 0 ? { [`${parameter}V`]: vector(columns) } : {}),
    },
    compute: ([original, u, v]) => {
      invariant(original && u, 'spectralNorm has a weight and a vector');
      const order = [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)];
      const turned: Value = axis === 0 ? original : op.Transpose(original, { perm: order });
      const matrix = op.Reshape(turned, [0, -1]);
      return op.Div(original, greatestSingularValue(matrix, { u, v, iterations, epsilon }));
    },
  });
}

interface PowerIteration {
  readonly u: Value;
  readonly v: Value | undefined;
  readonly iterations: number;
  readonly epsilon: number;
}

/** `u^T W v`, after steps of `v = W^T u / |W^T u|`, `u = W v / |W v|`. */
function greatestSingularValue(matrix: Value, { u, v, iterations, epsilon }: PowerIteration): Value {
  const unit = (x: Value): Value =>
    op.Div(x, op.Max([op.ReduceL2(x, [0], { keepdims: 0 }), filled(x.dtype, [], epsilon)]));
  let [left, right] = [u, v];
  for (let i = 0; i < iterations; i++) {
    right = unit(op.MatMul(left, matrix));
    left = unit(op.MatMul(matrix, right));
  }
  invariant(right, 'there is a vector, or a step that finds it');
  return op.MatMul(left, op.MatMul(matrix, right));
}

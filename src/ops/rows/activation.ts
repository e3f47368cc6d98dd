// Activations: elementwise functions of neural networks, `[d0, ..., dn] -> [d0, ..., dn]`.
import type { OperatorRow } from '../../ir/operator.ts';
import { unaryRow } from '../rules/elementwise-row.ts';

/**
 * PRelu (1): `x` where `x >= 0`, else `slope * x`. `[..., a], [..., b] -> [..., broadcast(a, b)]`
 * The specification broadcasts slope one way, to the shape of x; ONNX Runtime 1.32 broadcasts both. Before version 7 slope is
 * one number, or one per channel (axis 1).
 */
const PRelu: OperatorRow = {
  name: 'PRelu',
  infer: (cx) => {
    return [cx.tensor(cx.version >= 7 ? cx.broadcast(cx.shape(0), cx.shape(1)) : cx.shape(0))];
  },
  examples: [
    { inputs: ['float32[batch, c, h]', 'float32[c, 1]'], outputs: ['float32[batch, c, h]'] },
    {
      inputs: ['float32[batch, 3]', 'float32[k]'],
      outputs: ['float32[batch, 3]'],
      constraints: ['broadcastable(3, k)'],
    },
    { inputs: ['float32[batch, 3, 4]', 'float32[3]'], opset: 6, outputs: ['float32[batch, 3, 4]'] },
    { inputs: ['float32[...]', 'float32[3]'], outputs: ['float32[...]'] },
    { inputs: ['float32[2, 3]', 'float32[4]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]', 'float32[2, 3]'], outputs: ['float32[2, 3]'], constraints: ['broadcastable(n, 3)'] },
  ],
};

/** SwiGLU (28): `Swish(A) * B`, both of one shape. `[d0, ..., dn], [d0, ..., dn] -> [d0, ..., dn]` */
const SwiGLU: OperatorRow = {
  name: 'SwiGLU',
  infer: (cx) => {
    const [a, b] = [cx.shape(0), cx.shape(1)];
    return [cx.tensor(a && b ? cx.unifyShapes(a, b, 'shapes of A and B') : (a ?? b))];
  },
  examples: [
    { inputs: ['float32[batch, n]', 'float32[batch, m]'], outputs: ['float32[batch, n]'], constraints: ['n == m'] },
    { inputs: ['float32[...]', 'float32[batch, 4]'], outputs: ['float32[batch, 4]'] },
    { inputs: ['float32[n, 2]', 'float32[n, 3]'], fails: 'SHAPE_MISMATCH' },
    { inputs: ['float32[n]', 'float32[n, 3]'], fails: 'SHAPE_MISMATCH' },
  ],
};

/** The family: name (since-version) and formula of each row. */
export const ACTIVATION_ROWS: readonly OperatorRow[] = [
  // Sigmoid (1): 1 / (1 + e^-x)
  unaryRow('Sigmoid'),
  // HardSigmoid (1): max(0, min(1, alpha * x + beta))
  unaryRow('HardSigmoid', {
    examples: [{ inputs: ['float32[n]'], attributes: { alpha: 0.5 }, outputs: ['float32[n]'] }],
  }),
  // HardSwish (14): x * max(0, min(1, x / 6 + 0.5))
  unaryRow('HardSwish'),
  // LeakyRelu (1): x where x >= 0, else alpha * x
  unaryRow('LeakyRelu', {
    examples: [{ inputs: ['float32[n]'], attributes: { alpha: 0.1 }, outputs: ['float32[n]'] }],
  }),
  // ThresholdedRelu (10): x where x > alpha, else 0
  unaryRow('ThresholdedRelu'),
  // Elu (1): x where x >= 0, else alpha * (e^x - 1)
  unaryRow('Elu'),
  // Selu (1): gamma * Elu(x)
  unaryRow('Selu'),
  // Celu (12): max(0, x) + min(0, alpha * (e^(x / alpha) - 1))
  unaryRow('Celu'),
  // Gelu (20): x * P(X <= x) for a standard normal X, or its tanh approximation
  unaryRow('Gelu', {
    examples: [{ inputs: ['float32[n]'], attributes: { approximate: 'tanh' }, outputs: ['float32[n]'] }],
  }),
  // Mish (18): x * tanh(Softplus(x))
  unaryRow('Mish'),
  // Softplus (1): ln(e^x + 1)
  unaryRow('Softplus'),
  // Softsign (1): x / (1 + |x|)
  unaryRow('Softsign'),
  // Swish (24): x * Sigmoid(alpha * x)
  unaryRow('Swish'),
  // Shrink (9): x + bias below -lambd, x - bias above lambd, else 0
  unaryRow('Shrink'),
  PRelu,
  SwiGLU,
];

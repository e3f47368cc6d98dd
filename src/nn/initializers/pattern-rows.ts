// Initializers that make a pattern of the whole tensor: orthogonal matrices, identities, dirac kernels.
import { elementCount } from '../../ir/tensor-data.ts';
import type { InitializerRows } from './initializer-row.ts';
import { type InitializedTensor, requireRank, unfit } from './plan.ts';
import { readNumber } from './read-options.ts';

/** The rows of orthogonal, identity and dirac. */
export const patternRows: InitializerRows<'orthogonal' | 'identity' | 'dirac'> = {
  // Saxe et al., "Exact solutions to the nonlinear dynamics of learning", 2013; axes behind the first are one, as in torch.
  orthogonal: {
    read: (given) => ({ kind: 'orthogonal', gain: readNumber(given, 'gain', 1) }),
    plan: ({ kind, gain }, tensor) => {
      requireRank(kind, tensor, 2, Infinity);
      const [rows = 0, ...rest] = tensor.shape;
      return { kind: 'orthogonal', rows, columns: elementCount(rest), gain };
    },
  },
  // torch.nn.init.eye_ and Keras' Identity: ones on the main diagonal of a matrix that need not be square.
  identity: {
    read: (given) => ({ kind: 'identity', gain: readNumber(given, 'gain', 1) }),
    plan: ({ kind, gain }, tensor) => {
      requireRank(kind, tensor, 2, 2);
      const [rows = 0, columns = 0] = tensor.shape;
      const positions = Array.from({ length: Math.min(rows, columns) }, (_, i) => i * (columns + 1));
      return { kind: 'sparse', value: gain, positions };
    },
  },
  // torch.nn.init.dirac_: each group of output channels repeats its first input channels, at the middle of the kernel.
  dirac: {
    read: (given) => ({ kind: 'dirac', groups: readNumber(given, 'groups', 1, { min: 1, integer: true }) }),
    plan: ({ kind, groups }, tensor) => {
      requireRank(kind, tensor, 3, 5);
      return { kind: 'sparse', value: 1, positions: diracPositions(groups, tensor) };
    },
  },
};

function diracPositions(groups: number, tensor: InitializedTensor): number[] {
  const [out = 0, into = 0, ...kernel] = tensor.shape;
  if (out % groups !== 0)
    throw unfit('dirac', tensor, `a first axis that ${groups} groups divide`, `first axis ${out}`);
  const area = elementCount(kernel);
  let middle = 0;
  for (const size of kernel) middle = middle * size + Math.floor(size / 2);
  const positions: number[] = [];
  if (area === 0) return positions;
  const perGroup = out / groups;
  for (let group = 0; group < groups; group++) {
    for (let channel = 0; channel < Math.min(perGroup, into); channel++) {
      positions.push(((group * perGroup + channel) * into + channel) * area + middle);
    }
  }
  return positions;
}

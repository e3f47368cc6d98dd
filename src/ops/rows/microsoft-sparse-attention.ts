// Attention of com.microsoft under a mask of blocks: SparseAttention.
import { add, mul } from '../../dim/arithmetic.ts';
import { constant, type Dim } from '../../dim/dim.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { unknownWork } from '../costs/contraction.ts';
import { requireShape } from '../rules/attention-checks.ts';
import { requirePositive } from '../rules/channels.ts';
import { inputsOf } from '../rules/example-inputs.ts';
import { scalarDim, scalarInput } from '../rules/scalar-input.ts';
import { headUnit, readGroups, requireAngles } from './microsoft-group-query-attention.ts';

/** Requires the compressed block mask: row indices `[layouts, blocks + 1]`, column indices `[layouts, at most blocks^2]`. */
function requireBlocks(cx: InferContext, heads: number): Dim | undefined {
  const [layouts, rows] = cx.ranked(5, 2);
  const [, columns] = requireShape(cx, 6, [layouts, undefined]);
  if (!layouts || !rows) return undefined;
  cx.divides(layouts, constant(heads), 'num_heads');
  const blocks = add(rows, -1);
  if (columns) cx.atLeast(mul(blocks, blocks), columns, 'square of the blocks');
  return blocks;
}

/**
 * SparseAttention (since 1): grouped attention under a mask of blocks. query, key, value as in GroupQueryAttention, caches
 * `[n, k, m, d]` that present and past share, row indices `[l, b + 1]`, column indices `[l, z]` -> `[n, s, h*d]`, caches as given.
 */
const SparseAttention: OperatorRow = {
  domain: 'com.microsoft',
  name: 'SparseAttention',
  cost: unknownWork,
  infer: (cx) => {
    const groups = readGroups(cx, headUnit(cx.has(9)));
    scalarInput(cx, 7);
    if (!groups) return [];
    const { batch, length, heads, keyHeads, size, keys } = groups;
    cx.unify(length, keys, 'lengths of query and key');
    const cache = requireShape(cx, 3, [batch, keyHeads, undefined, size]);
    requireShape(cx, 4, cache);
    const blocks = requireBlocks(cx, heads);
    const total = scalarDim(cx, 7);
    if (blocks && total)
      cx.atLeast(mul(blocks, requirePositive(cx, 'sparse_block_size')), total, 'tokens of all blocks');
    requireShape(cx, 8, [batch]);
    requireAngles(cx, 9, size, total);
    return [cx.tensor([batch, length, mul(heads, size)]), cx.tensor(cache), cx.tensor(cache)];
  },
  examples: [
    {
      inputs: inputsOf(
        'float32[n, s, 64]; float32[n, s, 32]; float32[n, s, 32]; float32[n, 2, m, 16]; float32[n, 2, m, 16]',
        'int32[l, 9]; int32[l, z]; int32[1] = [t]; int32[n]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2, sparse_block_size: 16 },
      outputs: ['float32[n, s, 64]', 'float32[n, 2, m, 16]', 'float32[n, 2, m, 16]'],
      constraints: ['l | 4', 'z <= 64', 't <= 128'],
    },
    {
      inputs: inputsOf(
        'float16[n, s, 128]; -; -; float16[n, 2, m, d]; float16[n, 2, m, 16]; int32[1, b + 1]; int32[1, b]',
        'int32[1]; int32[n]; float16[r, 8]; float16[r, 8]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2, sparse_block_size: 16, do_rotary: 1 },
      outputs: ['float16[n, s, 64]', 'float16[n, 2, m, 16]', 'float16[n, 2, m, 16]'],
      constraints: ['d == 16'],
    },
    {
      inputs: inputsOf(
        'float32[2, 3, 64]; float32[2, 3, 32]; float32[2, 3, 32]; float32[2, 2, 16, 16]; float32[2, 2, 15, 16]',
        'int32[1, 2]; int32[1, 1]; int32[1]; int32[2]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2, sparse_block_size: 16 },
      fails: 'SHAPE_MISMATCH',
    },
    {
      inputs: inputsOf(
        'float32[2, 3, 64]; float32[2, 3, 32]; float32[2, 3, 32]; float32[2, 2, 16, 16]; float32[2, 2, 16, 16]',
        'int32[3, 2]; int32[3, 1]; int32[1]; int32[2]',
      ),
      attributes: { num_heads: 4, kv_num_heads: 2, sparse_block_size: 16 },
      fails: 'SHAPE_MISMATCH',
    },
  ],
};

/** The family. */
export const MICROSOFT_SPARSE_ATTENTION_ROWS: readonly OperatorRow[] = [SparseAttention];

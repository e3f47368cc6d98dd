// Finds the row of an operator: the list of families, one line each; rarer ones and those of com.microsoft have lists of their own.
import type { OperatorRow } from '../ir/operator.ts';
import { microsoftRows } from './microsoft-rows.ts';
import { rareRows } from './rare-rows.ts';
import { ACTIVATION_ROWS } from './rows/activation.ts';
import { ALONG_AXIS_ROWS } from './rows/along-axis.ts';
import { ARITHMETIC_ROWS } from './rows/arithmetic.ts';
import { AXES_ROWS } from './rows/axes.ts';
import { CAST_ROWS } from './rows/cast.ts';
import { CONCAT_ROWS } from './rows/concat.ts';
import { CONSTANT_ROWS } from './rows/constants.ts';
import { CONV_ROWS } from './rows/conv.ts';
import { GATHER_ROWS } from './rows/gather.ts';
import { LAYER_NORMALIZATION_ROWS } from './rows/layer-normalization.ts';
import { LOGIC_ROWS } from './rows/logic.ts';
import { MATMUL_ROWS } from './rows/matmul.ts';
import { NORMALIZATION_ROWS } from './rows/normalization.ts';
import { POOL_ROWS } from './rows/pool.ts';
import { REDUCE_ROWS } from './rows/reduce.ts';
import { RESHAPE_ROWS } from './rows/reshape.ts';
import { SELECT_ROWS } from './rows/select.ts';
import { SHAPE_OF_ROWS } from './rows/shape-of.ts';
import { SLICE_ROWS } from './rows/slice.ts';
import { SOFTMAX_ROWS } from './rows/softmax.ts';
import { STRETCH_ROWS } from './rows/stretch.ts';
import { UNARY_ROWS } from './rows/unary.ts';
import { VARIADIC_ROWS } from './rows/variadic.ts';

/** The families of which most models use an operator; a new one adds its line here. */
const COMMON: readonly (readonly OperatorRow[])[] = [
  ACTIVATION_ROWS,
  ALONG_AXIS_ROWS,
  ARITHMETIC_ROWS,
  CAST_ROWS,
  LOGIC_ROWS,
  REDUCE_ROWS,
  SELECT_ROWS,
  SOFTMAX_ROWS,
  UNARY_ROWS,
  VARIADIC_ROWS,
  MATMUL_ROWS,
  CONV_ROWS,
  POOL_ROWS,
  LAYER_NORMALIZATION_ROWS,
  NORMALIZATION_ROWS,
  AXES_ROWS,
  CONCAT_ROWS,
  CONSTANT_ROWS,
  GATHER_ROWS,
  RESHAPE_ROWS,
  SHAPE_OF_ROWS,
  SLICE_ROWS,
  STRETCH_ROWS,
];

/** Rows by `domain:name`, a list of families after the other as operators ask for them. */
const table = new Map<string, OperatorRow>();

/** The lists of families, in the order in which an operator is looked for; those of rarer ones load when they are called. */
const lists: (() => readonly OperatorRow[])[] = [() => COMMON.flat(), rareRows, microsoftRows];
let known = 0;

/** The row of an operator, `''` being ai.onnx; undefined where none is written yet. */
export function findRow(domain: string, name: string): OperatorRow | undefined {
  const key = `${domain}:${name}`;
  let row = table.get(key);
  for (; row === undefined && known < lists.length; row = table.get(key)) {
    for (const each of lists[known]?.() ?? []) table.set(`${each.domain ?? ''}:${each.name}`, each);
    known += 1;
  }
  return row;
}

/** Every row, in the order of the families. */
export function operatorRows(): readonly OperatorRow[] {
  return lists.flatMap((list) => list());
}

// Finds the row of an operator: the list of families, one line each.
import type { OperatorRow } from '../ir/operator.ts';
import { CONV_ROWS } from './rows/conv.ts';
import { CONV_TRANSPOSE_ROWS } from './rows/conv-transpose.ts';
import { MATMUL_ROWS } from './rows/matmul.ts';
import { POOL_ROWS } from './rows/pool.ts';

/** All families of rows; a new family adds its line here. */
const FAMILIES: readonly (readonly OperatorRow[])[] = [MATMUL_ROWS, CONV_ROWS, CONV_TRANSPOSE_ROWS, POOL_ROWS];

let table: Map<string, OperatorRow> | undefined;

/** The row of an operator, `''` being ai.onnx; undefined where none is written yet. */
export function findRow(domain: string, name: string): OperatorRow | undefined {
  table ??= new Map(operatorRows().map((row) => [`${row.domain ?? ''}:${row.name}`, row]));
  return table.get(`${domain}:${name}`);
}

/** Every row, in the order of the families. */
export function operatorRows(): readonly OperatorRow[] {
  return FAMILIES.flat();
}

// Finds the row of an operator: the list of families, one line each.
import type { OperatorRow } from '../ir/operator.ts';
import { MATMUL_ROWS } from './rows/matmul.ts';

/** All families of rows; a new family adds its line here. */
const FAMILIES: readonly (readonly OperatorRow[])[] = [MATMUL_ROWS];

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

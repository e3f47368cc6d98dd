// What the examples share when they are run: whether they are, and tables.
import { fileURLToPath } from 'node:url';
import { formatType, type LayerShape } from 'dimwise';

/** Tells whether a module is the script that was started, not one that was imported. */
export const isScript = (url: string): boolean => process.argv[1] === fileURLToPath(url);

/** Rows as text, each column as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const line = (row: readonly string[]): string => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return rows.map((row) => `  ${line(row).trimEnd()}`).join('\n');
}

/** The layers of a model with the shape that each gives. */
export function shapeTable(layers: readonly LayerShape[]): string {
  return table(layers.map(({ path, kind, type }) => [path, kind, formatType(type)]));
}

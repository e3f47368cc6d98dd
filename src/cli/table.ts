// Tables for people: columns that line up, a dim header line.
import picocolors from 'picocolors';
import { printable } from '../base/printable.ts';

/** A longer cell moves only its own line: one name of hundreds of characters would push all lines out of sight. */
const MOST_PADDING = 80;

/**
 * The text of a table. Column widths count code points; the last column is not padded. Control characters of cells are escaped.
 *
 * @param header the names of the columns
 * @param hasColor whether the header may be dim
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  hasColor: boolean,
): string[] {
  const cells = rows.map((row) => row.map(printable));
  // A table may have more rows than a call takes arguments.
  const widths = header.map((name, i) =>
    cells.reduce((width, row) => Math.max(width, paddingFor(row[i] ?? '')), widthOf(name)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        i === row.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(cell))),
      )
      .join('  ')
      .trimEnd();
  const colors = picocolors.createColors(hasColor && picocolors.isColorSupported);
  return [colors.dim(line(header)), ...cells.map(line)];
}

const widthOf = (text: string): number => [...text].length;

/** How much room a cell asks for in the other lines. */
const paddingFor = (text: string): number => {
  const width = widthOf(text);
  return width > MOST_PADDING ? 0 : width;
};

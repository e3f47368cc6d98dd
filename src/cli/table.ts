// Tables for people: columns that line up, a dim header line.
import picocolors from 'picocolors';

/**
 * The text of a table. Column widths count code points; the last column is not padded.
 *
 * @param header the names of the columns
 * @param hasColor whether the header may be dim
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  hasColor: boolean,
): string[] {
  const widths = header.map((name, i) => Math.max(...[name, ...rows.map((row) => row[i] ?? '')].map(widthOf)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === cells.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd();
  const colors = picocolors.createColors(hasColor && picocolors.isColorSupported);
  return [colors.dim(line(header)), ...rows.map(line)];
}

const widthOf = (text: string): number => [...text].length;

// Breaks text into lines at spaces.

/**
 * The lines of a text. A word that is longer than a line stays whole, because paths and commands are copied.
 *
 * @param width columns
 * @param first what the first line starts with, and `rest` each other one
 */
export function wrapText(text: string, width: number, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      [line, isEmpty] = [rest, true];
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

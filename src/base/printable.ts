// Makes text of unknown origin harmless where it is printed: no name of a file moves the cursor, hides text or forges a line.

/** What a terminal obeys or reorders: control characters, separators of lines, marks of writing direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are looked for.
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Escapes control characters and marks of direction as JSON does, `\u001b`; escaped JSON stays the same JSON. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Escapes as {@link printable}, but for ends of lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** Escapes as {@link printable}; lines after the first are indented, so that none of them looks like a line of ours. */
export function printableBlock(text: string): string {
  return text.split('\n').map(printable).join('\n    ');
}

// Names in messages: those of a file may be as long as the file.

/** The start of a name. */
export const short = (name: string): string => (name.length <= 64 ? name : `${name.slice(0, 60)}...`);

/** Names with a word between them, the middle of a long list left out. */
export function chain(names: readonly string[], word: string): string {
  if (names.length <= 12) return names.join(word);
  return [...names.slice(0, 8), `... (${names.length - 10} more)`, ...names.slice(-2)].join(word);
}

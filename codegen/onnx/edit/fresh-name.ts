// Names that a model does not have yet.

/** A name like another one that nothing has: `h_1`. */
export function freshName(wish: string, taken: { has(name: string): boolean }): string {
  for (let number = 1; ; number++) {
    const name = `${wish}_${number}`;
    if (!taken.has(name)) return name;
  }
}

// Compares versions of dotted numbers.

/** Below 0 where the first is older; a missing number is 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((each) => each.split('.').map(Number));
  const count = Math.max(left?.length ?? 0, right?.length ?? 0);
  for (let i = 0; i < count; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

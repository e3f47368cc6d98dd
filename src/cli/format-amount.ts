// Large numbers for people: four digits and a prefix of the SI.

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

/**
 * A number in at most four digits: `4.089 G`, `25.56 MB`, `512 B`.
 *
 * @param unit the unit behind the prefix; none by default
 */
export function formatAmount(value: bigint, unit = ''): string {
  let [scaled, power] = [Number(value), 0];
  // 999.95 would be written as 1000.
  while (Math.abs(scaled) >= 999.95 && power < PREFIXES.length - 1) [scaled, power] = [scaled / 1000, power + 1];
  const digits = power === 0 ? String(scaled) : scaled.toPrecision(4);
  const suffix = `${PREFIXES[power] ?? ''}${unit}`;
  return suffix === '' ? digits : `${digits} ${suffix}`;
}

// Reads sizes of files.

const UNITS = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

const isUnit = (text: string): text is keyof typeof UNITS => text in UNITS;

/** The bytes of a size: `48MiB`, `1000000`. @throws RangeError when it is none, or 0 */
export function parseSize(text: string): number {
  const [, digits = '', unit = '?'] = /^(\d+)\s*([A-Za-z]*)$/.exec(text) ?? [];
  const bytes = isUnit(unit) ? Number(digits) * UNITS[unit] : 0;
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new RangeError(`${text} is no size such as 48MiB or 1000000`);
}

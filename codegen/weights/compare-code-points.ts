// The order of texts by code points, which is that of their UTF-8 bytes.

/** Compares two texts by code points, as Rust compares strings; JavaScript compares UTF-16, where U+1F600 stands before U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return place(left) - place(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points behind all others. */
const place = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

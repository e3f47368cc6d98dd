// sameBytes: whether two arrays hold the same bytes.

/** Arrays of fewer bytes are compared byte by byte. */
const LEAST_WORDS_BYTES = 64;

/** Tells whether two arrays have the same length and bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  const { length } = a;
  if (length !== b.length) return false;
  let at = 0;
  // Words are eight times as fast as bytes; they must start at multiples of their size.
  if (length >= LEAST_WORDS_BYTES && ((a.byteOffset - b.byteOffset) & 3) === 0) {
    const head = -a.byteOffset & 3;
    for (; at < head; at++) if (a[at] !== b[at]) return false;
    const count = (length - head) >> 2;
    const one = new Int32Array(a.buffer, a.byteOffset + head, count);
    const other = new Int32Array(b.buffer, b.byteOffset + head, count);
    for (let i = 0; i < count; i++) if (one[i] !== other[i]) return false;
    at += 4 * count;
  }
  for (; at < length; at++) if (a[at] !== b[at]) return false;
  return true;
}

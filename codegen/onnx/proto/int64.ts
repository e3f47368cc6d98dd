// 64-bit integers of the wire format, exact on both ways: a number where that is safe, else a bigint.
/** A 64-bit integer: a number up to 2^53 - 1 in size, a bigint beyond. */
export type Int64 = number | bigint;

/** The ranges of the two 64-bit kinds. */
const RANGES = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;

/**
 * Tells whether a value is a 64-bit integer that can be written exactly.
 *
 * @param value the candidate; a number must be a safe integer
 * @param kind signed or unsigned
 */
export function isInt64(value: unknown, kind: 'int64' | 'uint64'): value is Int64 {
  if (typeof value === 'number') return Number.isSafeInteger(value) && (kind === 'int64' || value >= 0);
  if (typeof value !== 'bigint') return false;
  const [low, high] = RANGES[kind];
  return value >= low && value <= high;
}

/**
 * Gives the signed integer of two 32-bit halves.
 *
 * @param low the lower 32 bits, any sign
 * @param high the upper 32 bits, any sign
 */
export function int64FromHalves(low: number, high: number): Int64 {
  const signedHigh = high | 0;
  // -2^53 itself is no safe integer, but its halves pass the lower bound: it needs the second test.
  if (signedHigh >= -0x200000 && signedHigh < 0x200000) {
    const value = signedHigh * 0x100000000 + (low >>> 0);
    if (value >= Number.MIN_SAFE_INTEGER) return value;
  }
  return (BigInt(signedHigh) << 32n) | BigInt(low >>> 0);
}

/** Gives the lower and the upper 32 bits of a 64-bit integer, with sign. */
export function int64Halves(value: Int64): [low: number, high: number] {
  if (typeof value === 'number') return [value | 0, Math.floor(value / 0x100000000) | 0];
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

/** Counts the bytes of a varint of 64 bits, 1 to 10, from its two halves. */
export function varintBytes(low: number, high: number): number {
  if (high === 0) return varint32Bytes(low);
  const unsignedHigh = high >>> 0;
  if (unsignedHigh < 0x8) return 5;
  if (unsignedHigh < 0x400) return 6;
  if (unsignedHigh < 0x20000) return 7;
  if (unsignedHigh < 0x1000000) return 8;
  return unsignedHigh < 0x80000000 ? 9 : 10;
}

/** Counts the bytes of a varint of 32 bits, 1 to 5. */
export function varint32Bytes(value: number): number {
  const unsigned = value >>> 0;
  if (unsigned < 0x80) return 1;
  if (unsigned < 0x4000) return 2;
  if (unsigned < 0x200000) return 3;
  return unsigned < 0x10000000 ? 4 : 5;
}

/** Counts the bytes of a 64-bit integer as a varint. */
export function int64Bytes(value: Int64): number {
  // Sizes, counts and versions: nearly all there are.
  if (typeof value === 'number' && value >= 0 && value < 0x80000000) return varint32Bytes(value);
  const [low, high] = int64Halves(value);
  return varintBytes(low, high);
}

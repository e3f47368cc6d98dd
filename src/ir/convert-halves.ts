// Conversions between float32, float16 and bfloat16, element by element in bits: rounded to nearest, ties to even (IEEE 754, 4.3.1).
import type { DType } from './dtype.ts';

/** Whole elements from one array into another; both hold as many. */
export type ConvertElements = (source: Uint8Array, out: Uint8Array) => void;

/**
 * Converts the bits of a float32 to those of the nearest float16. A NaN keeps its sign and the first bits of its payload, and is quiet.
 *
 * @param bits the float32, as an integer of 32 bits with or without sign
 */
export function halfOfFloat(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  // From 2^-14 on; the exponent's bias goes from 127 to 15, a carry of the rounding into the exponent is right.
  if (magnitude >= 0x38800000) {
    if (magnitude < 0x477ff000) return sign | ((magnitude - 0x37fff001 + ((magnitude >>> 13) & 1)) >>> 13);
    if (magnitude <= 0x7f800000) return sign | 0x7c00;
    return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
  }
  // Up to 2^-25, half of the least number; the tie is even at zero.
  if (magnitude <= 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const whole = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (whole + (rest > half || (rest === half && (whole & 1) === 1) ? 1 : 0));
}

/**
 * Converts the bits of a float32 to those of the nearest bfloat16, which is the upper half of one. A NaN keeps its sign and the first bits
 * of its payload, and is quiet.
 */
export function brainOfFloat(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Converts the bits of a float16 to those of the same number as a float32, with or without sign; a NaN is quiet. */
export function floatOfHalf(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction === 0 ? 0 : 0x400000 | (fraction << 13));
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal is normal in float32: its first one bit becomes the hidden one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

const floatOfBrain = (bits: number): number => ((bits & 0x7fff) > 0x7f80 ? (bits << 16) | 0x400000 : bits << 16);

/** Fills a table of all elements of 16 bits when it is first used; a look-up takes less than the steps. */
function tabled<T extends Uint16Array | Uint32Array>(table: () => T, of: (bits: number) => number): () => T {
  let made: T | undefined;
  return () => {
    if (made) return made;
    made = table();
    for (let bits = 0; bits < made.length; bits++) made[bits] = of(bits);
    return made;
  };
}

/** The float32 bits of every float16, by its bits. */
export const floatsOfHalves = tabled(() => new Uint32Array(1 << 16), floatOfHalf);
const FLOATS_OF_BRAINS = tabled(() => new Uint32Array(1 << 16), floatOfBrain);
const BRAINS_OF_HALVES = tabled(
  () => new Uint16Array(1 << 16),
  (bits) => brainOfFloat(floatOfHalf(bits)),
);
const HALVES_OF_BRAINS = tabled(
  () => new Uint16Array(1 << 16),
  (bits) => halfOfFloat(floatOfBrain(bits)),
);

function widen(source: Uint8Array, out: Uint8Array, table: Uint32Array): void {
  const [from, to] = [words16(source), words32(out)];
  for (let i = 0; i < from.length; i++) to[i] = table[from[i] ?? 0] ?? 0;
}

function exchange(source: Uint8Array, out: Uint8Array, table: Uint16Array): void {
  const [from, to] = [words16(source), words16(out)];
  for (let i = 0; i < from.length; i++) to[i] = table[from[i] ?? 0] ?? 0;
}

/** Two loops, so that each calls one function, which is then compiled into it. */
function toHalves(source: Uint8Array, out: Uint8Array): void {
  const [from, to] = [words32(source), words16(out)];
  for (let i = 0; i < from.length; i++) to[i] = halfOfFloat(from[i] ?? 0);
}

function toBrains(source: Uint8Array, out: Uint8Array): void {
  const [from, to] = [words32(source), words16(out)];
  for (let i = 0; i < from.length; i++) to[i] = brainOfFloat(from[i] ?? 0);
}

const CONVERSIONS: Partial<Record<DType, Partial<Record<DType, ConvertElements>>>> = {
  float32: { float16: toHalves, bfloat16: toBrains },
  float16: {
    float32: (source, out) => widen(source, out, floatsOfHalves()),
    bfloat16: (source, out) => exchange(source, out, BRAINS_OF_HALVES()),
  },
  bfloat16: {
    float32: (source, out) => widen(source, out, FLOATS_OF_BRAINS()),
    float16: (source, out) => exchange(source, out, HALVES_OF_BRAINS()),
  },
};

/**
 * How elements of one type are converted to another one.
 *
 * @returns undefined where one of the two is none of float32, float16 and bfloat16, or both are the same; the conversion takes arrays that start
 *   anywhere
 */
export function halfConversion(from: DType, to: DType): ConvertElements | undefined {
  const convert = CONVERSIONS[from]?.[to];
  return convert && ((source, out) => inPlaceOrNot(convert, source, out));
}

/** Arrays of words start at multiples of their size; what does not is converted in copies. */
function inPlaceOrNot(convert: ConvertElements, source: Uint8Array, out: Uint8Array): void {
  const aligned = (source.byteOffset & 3) === 0 ? source : source.slice();
  if ((out.byteOffset & 3) === 0) {
    convert(aligned, out);
    return;
  }
  const copy = new Uint8Array(out.length);
  convert(aligned, copy);
  out.set(copy);
}

const words16 = ({ buffer, byteOffset, length }: Uint8Array): Uint16Array =>
  new Uint16Array(buffer, byteOffset, length >> 1);
const words32 = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length >> 2);

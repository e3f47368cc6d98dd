// Householder's decomposition of a tall matrix, with the sums and their order of src/nn/initializers/orthogonal-matrix.ts.

/** How many columns a reflector is applied to while it is at hand. */
const SIDE: u32 = 4;

/**
 * Turns columns of normal samples into the first columns of Q, each times the sign of R's diagonal.
 *
 * @param columns `short` columns of `long` float64, one after the other; the reflectors take their place
 * @param result receives as many columns
 * @param scratch room for two float64 for each column
 */
export function orthogonal(columns: usize, result: usize, scratch: usize, long: u32, short: u32): void {
  const squares = scratch;
  const signs = scratch + 8 * short;
  const stride: usize = 8 * <usize>long;
  for (let j: u32 = 0; j < short; j += SIDE) {
    const side = min(SIDE, short - j);
    for (let k: u32 = 0; k < j; k++) {
      reflectSide(columns + stride * k + 8 * k, columns + stride * j + 8 * k, long - k, side, stride, load<f64>(squares + 8 * k));
    }
    for (let k = j; k < j + side; k++) {
      makeReflector(columns + stride * k + 8 * k, long - k, squares + 8 * k, signs + 8 * k);
      const rest = j + side - k - 1;
      reflectSide(columns + stride * k + 8 * k, columns + stride * (k + 1) + 8 * k, long - k, rest, stride, load<f64>(squares + 8 * k));
    }
  }
  memory.fill(result, 0, stride * short);
  for (let j: u32 = 0; j < short; j += SIDE) {
    const side = min(SIDE, short - j);
    for (let k = j; k < j + side; k++) store<f64>(result + stride * k + 8 * k, load<f64>(signs + 8 * k));
    for (let k: i32 = j + side - 1; k >= 0; k--) {
      const first = max<u32>(j, k);
      reflectSide(columns + stride * k + 8 * k, result + stride * first + 8 * k, long - k, j + side - first, stride, load<f64>(squares + 8 * k));
    }
  }
}

/** Makes a column's lower part the vector of its reflector. */
function makeReflector(v: usize, length: u32, square: usize, sign: usize): void {
  const head = load<f64>(v);
  const norm = sqrt(dot(v, v, length));
  const alpha = head > 0 ? -norm : norm;
  store<f64>(v, head - alpha);
  store<f64>(sign, alpha < 0 ? -1 : 1);
  store<f64>(square, dot(v, v, length));
}

/** Mirrors the lower parts of `count` columns side by side. */
function reflectSide(v: usize, at: usize, length: u32, count: u32, stride: usize, square: f64): void {
  if (square == 0) return;
  if (count < SIDE) {
    for (let c: u32 = 0; c < count; c++) {
      const column = at + stride * c;
      subtract(column, v, (2 * dot(v, column, length)) / square, length);
    }
    return;
  }
  const b = at + stride;
  const c = b + stride;
  const d = c + stride;
  let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  const end: usize = 8 * (length & ~3);
  for (let i: usize = 0; i < end; i += 32) {
    const low = v128.load(v + i);
    const high = v128.load(v + i, 16);
    a0 = f64x2.add(a0, f64x2.mul(low, v128.load(at + i)));
    a1 = f64x2.add(a1, f64x2.mul(high, v128.load(at + i, 16)));
    b0 = f64x2.add(b0, f64x2.mul(low, v128.load(b + i)));
    b1 = f64x2.add(b1, f64x2.mul(high, v128.load(b + i, 16)));
    c0 = f64x2.add(c0, f64x2.mul(low, v128.load(c + i)));
    c1 = f64x2.add(c1, f64x2.mul(high, v128.load(c + i, 16)));
    d0 = f64x2.add(d0, f64x2.mul(low, v128.load(d + i)));
    d1 = f64x2.add(d1, f64x2.mul(high, v128.load(d + i, 16)));
  }
  const fa = (2 * dotRest(v, at, length, a0, a1)) / square;
  const fb = (2 * dotRest(v, b, length, b0, b1)) / square;
  const fc = (2 * dotRest(v, c, length, c0, c1)) / square;
  const fd = (2 * dotRest(v, d, length, d0, d1)) / square;
  const va = f64x2.splat(fa), vb = f64x2.splat(fb), vc = f64x2.splat(fc), vd = f64x2.splat(fd);
  const even: usize = 8 * (length & ~1);
  for (let i: usize = 0; i < even; i += 16) {
    const two = v128.load(v + i);
    v128.store(at + i, f64x2.sub(v128.load(at + i), f64x2.mul(va, two)));
    v128.store(b + i, f64x2.sub(v128.load(b + i), f64x2.mul(vb, two)));
    v128.store(c + i, f64x2.sub(v128.load(c + i), f64x2.mul(vc, two)));
    v128.store(d + i, f64x2.sub(v128.load(d + i), f64x2.mul(vd, two)));
  }
  if (length & 1) {
    const last = load<f64>(v + even);
    store<f64>(at + even, load<f64>(at + even) - fa * last);
    store<f64>(b + even, load<f64>(b + even) - fb * last);
    store<f64>(c + even, load<f64>(c + even) - fc * last);
    store<f64>(d + even, load<f64>(d + even) - fd * last);
  }
}

/** `column - factor * v` */
function subtract(column: usize, v: usize, factor: f64, length: u32): void {
  for (let i: usize = 0, end: usize = 8 * length; i < end; i += 8) {
    store<f64>(column + i, load<f64>(column + i) - factor * load<f64>(v + i));
  }
}

/** Four sums of every fourth product, `(s0 + s1) + (s2 + s3)`, then the products that are left. */
function dot(v: usize, at: usize, length: u32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  for (let i: usize = 0, end: usize = 8 * (length & ~3); i < end; i += 32) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(v + i), v128.load(at + i)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(v + i, 16), v128.load(at + i, 16)));
  }
  return dotRest(v, at, length, s0, s1);
}

@inline
function dotRest(v: usize, at: usize, length: u32, s0: v128, s1: v128): f64 {
  let sum =
    f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1) + (f64x2.extract_lane(s1, 0) + f64x2.extract_lane(s1, 1));
  for (let i: usize = length & ~3; i < length; i++) sum += load<f64>(v + 8 * i) * load<f64>(at + 8 * i);
  return sum;
}

// The part of the sample kernel that turns words into normal samples, two at a time, with the bits of the plain functions.
import { CENTRAL_BOTTOM, CENTRAL_TOP, FAR_BOTTOM, FAR_TOP, NEAR_BOTTOM, NEAR_TOP } from './as241.ts';
import { type ConstantPool, SAMPLES_AT, TAILS_AT, WORDS_AT } from './kernel-memory.ts';
import { unitPair } from './kernel-uniform.ts';
import { ARTANH, ARTANH_LAST, LN_SQRT2, LN2_HIGH, LN2_LOW } from './logarithm.ts';
import type { Polynomial } from './polynomial.ts';
import { type Code, FunctionBody, f64x2, i32, i32x4, i64x2, scalar, shuffle32, v128 } from './wasm-assembler.ts';

/** How the samples of a normal distribution follow from its words; all but the bounds in both lanes. */
interface Normal {
  readonly pool: ConstantPool;
  readonly base: Code;
  readonly span: Code;
  readonly from: Code;
  readonly to: Code;
  readonly mean: Code;
  readonly std: Code;
}

/**
 * `normal(end, base, span, from, to, mean, std)`: turns the words up to byte `end`, 16 bytes at a time, into
 * `mean + std * clamp(quantile(base + span * t), from, to)`.
 */
export function normalBody(pool: ConstantPool): FunctionBody {
  const f = new FunctionBody();
  const end = f.parameter('i32');
  const [base, span, from, to, mean, std] = [
    f.parameter('f64'),
    f.parameter('f64'),
    f.parameter('f64'),
    f.parameter('f64'),
    f.parameter('f64'),
    f.parameter('f64'),
  ];
  const both = (value: Code): Code => f.define('v128', f64x2.splat(value));
  const normal: Normal = {
    pool,
    base: both(base),
    span: both(span),
    from: both(from),
    to: both(to),
    mean: both(mean),
    std: both(std),
  };
  const tailEnd = f.define('i32', i32(0));
  const at = f.define('i32', i32(0));
  const words = f.define('v128', normal.base);
  f.while(scalar.lessUnsigned(at, end), () => {
    f.assign(words, v128.load(WORDS_AT, at));
    const first = centralPair(f, normal, words, at, tailEnd);
    const second = centralPair(f, normal, shuffle32(words, words, [2, 3, 2, 3]), scalar.add(at, i32(8)), tailEnd);
    f.emit(v128.store(SAMPLES_AT, scalar.add(at, at), first));
    f.emit(v128.store(SAMPLES_AT + 16, scalar.add(at, at), second));
    f.assign(at, scalar.add(at, i32(16)));
  });
  tailPairs(f, normal, tailEnd);
  return f;
}

/** The samples of two words as if both lay in the middle; words in the tails are noted, without a branch. */
function centralPair(f: FunctionBody, normal: Normal, words: Code, at: Code, tailEnd: Code): Code {
  const { pool } = normal;
  const q = f.define('v128', f64x2.sub(probability(normal, words), pool.pair(0.5)));
  const r = f64x2.sub(pool.pair(0.180625), f64x2.mul(q, q));
  const inTail = f.define('i32', i64x2.bitmask(f64x2.greater(f64x2.abs(q), pool.pair(0.425))));
  f.emit(scalar.store(TAILS_AT, tailEnd, at));
  f.assign(tailEnd, scalar.add(tailEnd, scalar.and(scalar.shiftLeft(inTail, i32(2)), i32(4))));
  f.emit(scalar.store(TAILS_AT, tailEnd, scalar.add(at, i32(4))));
  f.assign(tailEnd, scalar.add(tailEnd, scalar.and(scalar.shiftLeft(inTail, i32(1)), i32(4))));
  const z = f64x2.mul(q, rational(f, pool, CENTRAL_TOP, CENTRAL_BOTTOM, r));
  return f.define('v128', sampleOf(normal, z));
}

/** Replaces the samples of the words that were noted as tails, two at a time. */
function tailPairs(f: FunctionBody, normal: Normal, tailEnd: Code): void {
  const { pool } = normal;
  // An odd last one is done twice.
  f.if(tailEnd, () => f.emit(scalar.store(TAILS_AT, tailEnd, scalar.load(TAILS_AT, scalar.sub(tailEnd, i32(4))))));
  const at = f.define('i32', i32(0));
  f.while(scalar.lessUnsigned(at, tailEnd), () => {
    const a = f.define('i32', scalar.load(TAILS_AT, at));
    const b = f.define('i32', scalar.load(TAILS_AT + 4, at));
    const p = f.define('v128', probability(normal, v128.load32Lane1(WORDS_AT, b, v128.loadSplat32(WORDS_AT, a))));
    const below = f.define('v128', f64x2.less(p, pool.pair(0.5)));
    const end = f.define('v128', v128.select(p, f64x2.sub(pool.pair(1), p), below));
    const r = f.define('v128', f64x2.sqrt(f64x2.neg(logarithm(f, pool, end))));
    const z = f.define('v128', rational(f, pool, NEAR_TOP, NEAR_BOTTOM, f64x2.sub(r, pool.pair(1.6))));
    const far = f.define('v128', f64x2.greater(r, pool.pair(5)));
    f.if(v128.anyTrue(far), () => {
      f.assign(z, v128.select(rational(f, pool, FAR_TOP, FAR_BOTTOM, f64x2.sub(r, pool.pair(5))), z, far));
    });
    const sample = f.define('v128', sampleOf(normal, v128.select(f64x2.neg(z), z, below)));
    f.emit(v128.store64Lane0(SAMPLES_AT, scalar.add(a, a), sample));
    f.emit(v128.store64Lane1(SAMPLES_AT, scalar.add(b, b), sample));
    f.assign(at, scalar.add(at, i32(8)));
  });
}

function probability({ pool, base, span }: Normal, words: Code): Code {
  return f64x2.add(base, f64x2.mul(span, unitPair(pool, words)));
}

function sampleOf({ from, to, mean, std }: Normal, z: Code): Code {
  return f64x2.add(mean, f64x2.mul(std, f64x2.min(f64x2.max(z, from), to)));
}

/** The quotient of two polynomials, by the same scheme as the plain function. */
function rational(f: FunctionBody, pool: ConstantPool, top: Polynomial, bottom: Polynomial, x: Code): Code {
  const x1 = f.define('v128', x);
  const x2 = f.define('v128', f64x2.mul(x1, x1));
  const x4 = f.define('v128', f64x2.mul(x2, x2));
  return f64x2.div(polynomial(pool, top, [x1, x2, x4]), polynomial(pool, bottom, [x1, x2, x4]));
}

/** Estrin's scheme for up to eight coefficients, from the argument's powers 1, 2 and 4. */
function polynomial(pool: ConstantPool, c: Polynomial, [x1, x2, x4]: readonly [Code, Code, Code]): Code {
  const line = (constant: number, slope: number): Code =>
    f64x2.add(pool.pair(constant), f64x2.mul(pool.pair(slope), x1));
  const low = f64x2.add(line(c[0], c[1]), f64x2.mul(line(c[2], c[3]), x2));
  const high = f64x2.add(line(c[4], c[5]), f64x2.mul(line(c[6], c[7]), x2));
  return f64x2.add(low, f64x2.mul(high, x4));
}

/** The logarithm of positive normal float64, step by step as the plain function takes them. */
function logarithm(f: FunctionBody, pool: ConstantPool, x: Code): Code {
  const biased = f.define('v128', i64x2.shiftRight(x, i32(52)));
  const e = f.define(
    'v128',
    f64x2.fromSigned(i32x4.sub(shuffle32(biased, biased, [0, 2, 0, 2]), i32x4.splat(i32(1023)))),
  );
  const m = f.define('v128', v128.or(v128.and(x, pool.bits(0xffffffff, 0xfffff)), pool.pair(1)));
  const root = pool.pair(Math.SQRT2);
  const s = f.define('v128', f64x2.div(f64x2.sub(m, root), f64x2.add(m, root)));
  const z1 = f.define('v128', f64x2.mul(s, s));
  const z2 = f.define('v128', f64x2.mul(z1, z1));
  const z4 = f.define('v128', f64x2.mul(z2, z2));
  const twice = f.define('v128', f64x2.mul(pool.pair(2), s));
  const last = f64x2.add(pool.pair(ARTANH_LAST[0]), f64x2.mul(pool.pair(ARTANH_LAST[1]), z1));
  const series = f64x2.add(polynomial(pool, ARTANH, [z1, z2, z4]), f64x2.mul(last, f64x2.mul(z4, z4)));
  const tail = f64x2.mul(z1, series);
  const low = f64x2.add(f64x2.mul(twice, tail), f64x2.mul(e, pool.pair(LN2_LOW)));
  return f64x2.add(f64x2.mul(e, pool.pair(LN2_HIGH)), f64x2.add(pool.pair(LN_SQRT2), f64x2.add(twice, low)));
}

// The laws of dims: a table of named rows; each holds for all integers for which its left side has a value.
import { type Raw, raw } from './raw.ts';

/** Names of symbols, and whole numbers that the law is stated for. */
export interface LawCase {
  readonly a: Raw;
  readonly b: Raw;
  readonly c: Raw;
  /** A positive number. */
  readonly m: number;
  /** A positive number. */
  readonly n: number;
}

/** One law: both sides become one object, and have the same value wherever the left one has a value. */
export interface Law {
  readonly name: string;
  /** The law in the grammar of dims, `m` and `n` positive numbers. */
  readonly text: string;
  readonly left: (of: LawCase) => Raw;
  readonly right: (of: LawCase) => Raw;
  /** False for the numbers that the law is not stated for. */
  readonly holds?: (of: LawCase) => boolean;
}

const add = (...args: Raw[]): Raw => raw('add', ...args);
const sub = (a: Raw, b: Raw): Raw => raw('sub', a, b);
const neg = (a: Raw): Raw => raw('neg', a);
const mul = (...args: Raw[]): Raw => raw('mul', ...args);
const div = (a: Raw, b: Raw): Raw => raw('floordiv', a, b);
const ceil = (a: Raw, b: Raw): Raw => raw('ceildiv', a, b);
const mod = (a: Raw, b: Raw): Raw => raw('mod', a, b);
const min = (...args: Raw[]): Raw => raw('min', ...args);
const max = (...args: Raw[]): Raw => raw('max', ...args);
const broadcast = (...args: Raw[]): Raw => raw('broadcast', ...args);

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Sums and products: a ring of polynomials. */
const RING: readonly Law[] = [
  { name: 'sums commute', text: 'a + b = b + a', left: ({ a, b }) => add(a, b), right: ({ a, b }) => add(b, a) },
  {
    name: 'sums associate',
    text: '(a + b) + c = a + (b + c)',
    left: ({ a, b, c }) => add(add(a, b), c),
    right: ({ a, b, c }) => add(a, add(b, c)),
  },
  { name: 'a difference with itself vanishes', text: 'a - a = 0', left: ({ a }) => sub(a, a), right: () => 0 },
  { name: 'products commute', text: 'a*b = b*a', left: ({ a, b }) => mul(a, b), right: ({ a, b }) => mul(b, a) },
  {
    name: 'products associate',
    text: '(a*b)*c = a*(b*c)',
    left: ({ a, b, c }) => mul(mul(a, b), c),
    right: ({ a, b, c }) => mul(a, mul(b, c)),
  },
  {
    name: 'products distribute over sums',
    text: 'a*(b + c) = a*b + a*c',
    left: ({ a, b, c }) => mul(a, add(b, c)),
    right: ({ a, b, c }) => add(mul(a, b), mul(a, c)),
  },
];

/** Floor and ceiling division. */
const DIVISION: readonly Law[] = [
  { name: 'division by one', text: 'a//1 = a', left: ({ a }) => div(a, 1), right: ({ a }) => a },
  {
    name: 'a negative divisor changes both signs',
    text: 'a//(-m) = (-a)//m',
    left: ({ a, m }) => div(a, -m),
    right: ({ a, m }) => div(neg(a), m),
  },
  {
    name: 'whole multiples leave a division',
    text: '(a + m*b)//m = a//m + b',
    left: ({ a, b, m }) => div(add(a, mul(m, b)), m),
    right: ({ a, b, m }) => add(div(a, m), b),
  },
  {
    name: 'whole multiples leave a symbolic division',
    text: '(a*b + c)//b = a + c//b',
    left: ({ a, b, c }) => div(add(mul(a, b), c), b),
    right: ({ a, b, c }) => add(a, div(c, b)),
  },
  {
    name: 'a factor of dividend and divisor cancels',
    text: '(a*c)//(b*c) = a//b',
    left: ({ a, b, c }) => div(mul(a, c), mul(b, c)),
    right: ({ a, b }) => div(a, b),
  },
  {
    name: 'a number of dividend and divisor cancels',
    text: '(n*a + n - 1)//(n*m) = a//m',
    left: ({ a, m, n }) => div(add(mul(n, a), n - 1), n * m),
    right: ({ a, m }) => div(a, m),
  },
  {
    name: 'divisions compose',
    text: '(a//m)//n = a//(m*n)',
    left: ({ a, m, n }) => div(div(a, m), n),
    right: ({ a, m, n }) => div(a, m * n),
  },
  {
    name: 'a division by a number composes with a symbolic one',
    text: '(a//b)//m = a//(m*b)',
    left: ({ a, b, m }) => div(div(a, b), m),
    right: ({ a, b, m }) => div(a, mul(m, b)),
  },
  {
    name: 'a sum with a division composes',
    text: '(a//m + b)//n = (a + m*b)//(m*n)',
    left: ({ a, b, m, n }) => div(add(div(a, m), b), n),
    right: ({ a, b, m, n }) => div(add(a, mul(m, b)), m * n),
  },
  {
    name: 'ceiling is floor of the shifted',
    text: 'ceildiv(a, m) = (a + m - 1)//m',
    left: ({ a, m }) => ceil(a, m),
    right: ({ a, m }) => div(add(a, m - 1), m),
  },
  {
    name: 'ceiling is the mirrored floor',
    text: 'ceildiv(a, b) = -((-a)//b)',
    left: ({ a, b }) => ceil(a, b),
    right: ({ a, b }) => neg(div(neg(a), b)),
  },
  {
    name: 'ceilings compose',
    text: 'ceildiv(ceildiv(a, m), n) = ceildiv(a, m*n)',
    left: ({ a, m, n }) => ceil(ceil(a, m), n),
    right: ({ a, m, n }) => ceil(a, m * n),
  },
  {
    name: 'floor and ceiling halves',
    text: 'a - a//2 = ceildiv(a, 2)',
    left: ({ a }) => sub(a, div(a, 2)),
    right: ({ a }) => ceil(a, 2),
  },
  {
    name: "Hermite's identity",
    text: 'a//m + (a + 1)//m + ... + (a + m - 1)//m = a',
    left: ({ a, m }) => add(...numbers(m).map((i) => div(add(a, i), m))),
    right: ({ a }) => a,
  },
  {
    name: "Hermite's identity in steps",
    text: 'a//(2*m) + (a + m)//(2*m) = a//m',
    left: ({ a, m }) => add(div(a, 2 * m), div(add(a, m), 2 * m)),
    right: ({ a, m }) => div(a, m),
  },
];

/** Remainders. */
const REMAINDER: readonly Law[] = [
  {
    name: 'a remainder is what a division leaves',
    text: 'a % b = a - b*(a//b)',
    left: ({ a, b }) => mod(a, b),
    right: ({ a, b }) => sub(a, mul(b, div(a, b))),
  },
  {
    name: 'quotient and remainder make the whole',
    text: 'm*(a//m) + a % m = a',
    left: ({ a, m }) => add(mul(m, div(a, m)), mod(a, m)),
    right: ({ a }) => a,
  },
  {
    name: 'whole multiples leave a remainder',
    text: '(a + c*b) % b = a % b',
    left: ({ a, b, c }) => mod(add(a, mul(c, b)), b),
    right: ({ a, b }) => mod(a, b),
  },
  {
    name: 'a remainder of a remainder',
    text: '(a % (n*m)) % m = a % m',
    left: ({ a, m, n }) => mod(mod(a, n * m), m),
    right: ({ a, m }) => mod(a, m),
  },
  {
    name: 'a multiple leaves no remainder',
    text: '(m*a + m*b) % m = 0',
    left: ({ a, b, m }) => mod(add(mul(m, a), mul(m, b)), m),
    right: () => 0,
  },
  {
    name: 'a remainder never reaches its divisor',
    text: '(a % m)//m = 0',
    left: ({ a, m }) => div(mod(a, m), m),
    right: () => 0,
  },
];

/** Minimum and maximum. */
const EXTREMES: readonly Law[] = [
  {
    name: 'minima associate and commute',
    text: 'min(min(a, b), c) = min(b, c, a)',
    left: ({ a, b, c }) => min(min(a, b), c),
    right: ({ a, b, c }) => min(b, c, a),
  },
  {
    name: 'maxima associate and commute',
    text: 'max(max(a, b), c) = max(b, c, a)',
    left: ({ a, b, c }) => max(max(a, b), c),
    right: ({ a, b, c }) => max(b, c, a),
  },
  { name: 'a minimum with itself', text: 'min(a, a) = a', left: ({ a }) => min(a, a), right: ({ a }) => a },
  {
    name: 'a shifted operand loses',
    text: 'min(a, a + m) = a',
    left: ({ a, m }) => min(a, add(a, m)),
    right: ({ a }) => a,
  },
  {
    name: 'a shifted operand wins',
    text: 'max(a, a + m) = a + m',
    left: ({ a, m }) => max(a, add(a, m)),
    right: ({ a, m }) => add(a, m),
  },
  {
    name: 'a minimum absorbs a maximum',
    text: 'min(a, max(a, b)) = a',
    left: ({ a, b }) => min(a, max(a, b)),
    right: ({ a }) => a,
  },
  {
    name: 'a maximum absorbs a minimum',
    text: 'max(a, min(a, b)) = a',
    left: ({ a, b }) => max(a, min(a, b)),
    right: ({ a }) => a,
  },
  {
    name: 'sums distribute over minima',
    text: 'min(a, b) + c = min(a + c, b + c)',
    left: ({ a, b, c }) => add(min(a, b), c),
    right: ({ a, b, c }) => min(add(a, c), add(b, c)),
  },
  {
    name: 'positive numbers distribute over maxima',
    text: 'm*max(a, b) = max(m*a, m*b)',
    left: ({ a, b, m }) => mul(m, max(a, b)),
    right: ({ a, b, m }) => max(mul(m, a), mul(m, b)),
  },
  {
    name: 'a minimum of negatives',
    text: 'min(-a, -b) = -max(a, b)',
    left: ({ a, b }) => min(neg(a), neg(b)),
    right: ({ a, b }) => neg(max(a, b)),
  },
  {
    name: 'minimum and maximum make the sum',
    text: 'min(a, b) + max(a, b) = a + b',
    left: ({ a, b }) => add(min(a, b), max(a, b)),
    right: ({ a, b }) => add(a, b),
  },
];

/** Broadcasting. */
const BROADCAST: readonly Law[] = [
  {
    name: 'broadcasting associates and commutes',
    text: 'broadcast(broadcast(a, b), c) = broadcast(b, c, a)',
    left: ({ a, b, c }) => broadcast(broadcast(a, b), c),
    right: ({ a, b, c }) => broadcast(b, c, a),
  },
  { name: 'a size with itself', text: 'broadcast(a, a) = a', left: ({ a }) => broadcast(a, a), right: ({ a }) => a },
  { name: 'one gives way', text: 'broadcast(a, 1) = a', left: ({ a }) => broadcast(a, 1), right: ({ a }) => a },
  {
    name: 'a number decides',
    text: 'broadcast(a, m) = m',
    left: ({ a, m }) => broadcast(a, m),
    right: ({ m }) => m,
    holds: ({ m }) => m !== 1,
  },
];

/** Every law, in the order of the documentation. */
export const LAWS: readonly Law[] = [...RING, ...DIVISION, ...REMAINDER, ...EXTREMES, ...BROADCAST];

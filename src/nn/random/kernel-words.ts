// The part of the sample kernel that draws Philox words, four blocks at a time.
import { WORDS_AT } from './kernel-memory.ts';
import { MULTIPLIER_0, MULTIPLIER_1, WEYL_0, WEYL_1 } from './philox.ts';
import { type Code, FunctionBody, i32, i32x4, scalar, shuffle32, v128 } from './wasm-assembler.ts';

/** `words(low, high, key0, key1, end)`: writes the words of the blocks from [low, high] on, 16 at a time, up to `end` bytes. */
export function wordsBody(): FunctionBody {
  const f = new FunctionBody();
  const [low, high, key0, key1, end] = [
    f.parameter('i32'),
    f.parameter('i32'),
    f.parameter('i32'),
    f.parameter('i32'),
    f.parameter('i32'),
  ];
  const variable = (value: Code): Code => f.define('v128', value);
  const splat = (value: Code): Code => variable(i32x4.splat(value));
  const [m0, m1, weyl0, weyl1] = [
    splat(i32(MULTIPLIER_0)),
    splat(i32(MULTIPLIER_1)),
    splat(i32(WEYL_0)),
    splat(i32(WEYL_1)),
  ];
  const [zero, four, highs] = [splat(i32(0)), splat(i32(4)), splat(high)];
  const counter = variable(i32x4.add(i32x4.splat(low), i32x4.constant([0, 1, 2, 3])));
  const [c0, c1, c2, c3] = [variable(zero), variable(zero), variable(zero), variable(zero)];
  const [k0, k1, even, odd, lows] = [variable(zero), variable(zero), variable(zero), variable(zero), variable(zero)];
  const at = f.define('i32', i32(0));
  const round = f.define('i32', i32(0));
  f.while(scalar.lessUnsigned(at, end), () => {
    f.assign(c0, counter);
    f.assign(c1, highs);
    f.assign(c2, zero);
    f.assign(c3, zero);
    f.assign(k0, i32x4.splat(key0));
    f.assign(k1, i32x4.splat(key1));
    f.assign(round, i32(0));
    f.while(scalar.lessUnsigned(round, i32(10)), () => {
      f.assign(even, i32x4.productLow(c0, m0));
      f.assign(odd, i32x4.productHigh(c0, m0));
      f.assign(lows, shuffle32(even, odd, [0, 2, 4, 6]));
      f.assign(c3, v128.xor(v128.xor(shuffle32(even, odd, [1, 3, 5, 7]), c3), k1));
      f.assign(even, i32x4.productLow(c2, m1));
      f.assign(odd, i32x4.productHigh(c2, m1));
      f.assign(c0, v128.xor(v128.xor(shuffle32(even, odd, [1, 3, 5, 7]), c1), k0));
      f.assign(c1, shuffle32(even, odd, [0, 2, 4, 6]));
      f.assign(c2, c3);
      f.assign(c3, lows);
      f.assign(k0, i32x4.add(k0, weyl0));
      f.assign(k1, i32x4.add(k1, weyl1));
      f.assign(round, scalar.add(round, i32(1)));
    });
    transposeInto(f, at, [c0, c1, c2, c3], [even, odd, k0, k1]);
    f.assign(counter, i32x4.add(counter, four));
    f.assign(at, scalar.add(at, i32(64)));
  });
  return f;
}

/** Writes the words of four blocks one block after the other. */
function transposeInto(
  f: FunctionBody,
  at: Code,
  [c0, c1, c2, c3]: readonly [Code, Code, Code, Code],
  [a, b, c, d]: readonly [Code, Code, Code, Code],
): void {
  f.assign(a, shuffle32(c0, c1, [0, 4, 1, 5]));
  f.assign(b, shuffle32(c2, c3, [0, 4, 1, 5]));
  f.assign(c, shuffle32(c0, c1, [2, 6, 3, 7]));
  f.assign(d, shuffle32(c2, c3, [2, 6, 3, 7]));
  f.emit(v128.store(WORDS_AT, at, shuffle32(a, b, [0, 1, 4, 5])));
  f.emit(v128.store(WORDS_AT + 16, at, shuffle32(a, b, [2, 3, 6, 7])));
  f.emit(v128.store(WORDS_AT + 32, at, shuffle32(c, d, [0, 1, 4, 5])));
  f.emit(v128.store(WORDS_AT + 48, at, shuffle32(c, d, [2, 3, 6, 7])));
}

// The parts of the sample kernel that turn words into uniform samples, and float64 samples into float32.
import { type ConstantPool, SAMPLES_AT, WORDS_AT } from './kernel-memory.ts';
import { type Code, FunctionBody, f64x2, i32, scalar, shuffle32, v128 } from './wasm-assembler.ts';

/** `(u + 0.5) * 2^-32` of the lower two words. */
export function unitPair(pool: ConstantPool, words: Code): Code {
  return f64x2.mul(f64x2.add(f64x2.fromUnsigned(words), pool.pair(0.5)), pool.pair(2 ** -32));
}

/** `uniform(end, low, span)`: turns the words up to byte `end`, 16 bytes at a time, into uniform samples. */
export function uniformBody(pool: ConstantPool): FunctionBody {
  const f = new FunctionBody();
  const [end, low, span] = [f.parameter('i32'), f.parameter('f64'), f.parameter('f64')];
  const lows = f.define('v128', f64x2.splat(low));
  const spans = f.define('v128', f64x2.splat(span));
  const words = f.define('v128', lows);
  const at = f.define('i32', i32(0));
  const sample = (pair: Code): Code => f64x2.add(lows, f64x2.mul(spans, unitPair(pool, pair)));
  f.while(scalar.lessUnsigned(at, end), () => {
    f.assign(words, v128.load(WORDS_AT, at));
    f.emit(v128.store(SAMPLES_AT, scalar.add(at, at), sample(words)));
    f.emit(v128.store(SAMPLES_AT + 16, scalar.add(at, at), sample(shuffle32(words, words, [2, 3, 2, 3]))));
    f.assign(at, scalar.add(at, i32(16)));
  });
  return f;
}

/** `narrow(end)`: rounds the float64 samples to float32 in place, up to byte `end` of the float32, 16 bytes at a time. */
export function narrowBody(): FunctionBody {
  const f = new FunctionBody();
  const end = f.parameter('i32');
  const at = f.define('i32', i32(0));
  const wide = (offset: number): Code => f64x2.demote(v128.load(SAMPLES_AT + offset, scalar.add(at, at)));
  f.while(scalar.lessUnsigned(at, end), () => {
    f.emit(v128.store(SAMPLES_AT, at, shuffle32(wide(0), wide(16), [0, 1, 4, 5])));
    f.assign(at, scalar.add(at, i32(16)));
  });
  return f;
}

// Assembled modules run: constants of every length, control flow, exports.
import { describe, expect, test } from 'vitest';
import { assembleModule, FunctionBody, i32, scalar } from '../../../src/nn/random/wasm-assembler.ts';

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly run: (argument: number) => void;
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
};

/** Runs a function with one int32 argument; returns the first words of its memory. */
function run(body: FunctionBody, argument: number, count: number): number[] {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assembleModule({ run: body })));
  exports.run(argument);
  return [...new Int32Array(exports.memory.buffer, 0, count)];
}

describe('assembleModule', () => {
  test('keeps int32 constants of every encoded length', () => {
    const values = [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8192, -8193, 2 ** 20, 2 ** 31 - 1, -(2 ** 31)];
    const body = new FunctionBody();
    body.parameter('i32');
    for (const [index, value] of values.entries()) body.emit(scalar.store(index * 4, i32(0), i32(value)));
    expect(run(body, 0, values.length)).toEqual(values);
  });

  test('repeats while a condition holds, and not at all where it never does', () => {
    const body = new FunctionBody();
    const end = body.parameter('i32');
    const sum = body.define('i32', i32(100));
    const at = body.define('i32', i32(0));
    body.while(scalar.lessUnsigned(at, end), () => {
      body.assign(at, scalar.add(at, i32(1)));
      body.assign(sum, scalar.add(sum, at));
    });
    body.emit(scalar.store(0, i32(0), sum));
    expect([0, 1, 4].map((argument) => run(body, argument, 1)[0])).toEqual([100, 101, 110]);
  });

  test('does what stands under a condition only where it is not 0', () => {
    const body = new FunctionBody();
    const argument = body.parameter('i32');
    body.if(argument, () => body.emit(scalar.store(4, i32(0), i32(7))));
    expect([0, 1, -5].map((value) => run(body, value, 2))).toEqual([
      [0, 0],
      [0, 7],
      [0, 7],
    ]);
  });

  test('numbers many variables behind the parameters', () => {
    const body = new FunctionBody();
    const argument = body.parameter('i32');
    const variables = Array.from({ length: 200 }, (_, i) => body.define('i32', i32(i)));
    body.emit(scalar.store(0, i32(0), scalar.add(variables[199] ?? argument, argument)));
    expect(run(body, 1000, 1)).toEqual([1199]);
  });
});

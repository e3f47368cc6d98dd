// The static types of the builder: element types follow the schema, and wrong attributes do not compile.
import { describe, expectTypeOf, test } from 'vitest';
import { op } from '../../src/build/op.ts';
import type { Value } from '../../src/ir/graph.ts';

/** Types only: what the callbacks hold is checked by the compiler and never run. */
const typed = (_check: (x: Value<'float32'>, i: Value<'int64'>, b: Value<'bool'>, wide: Value) => void): void => {};

describe('op', () => {
  test('gives the result the element type of the operands', () => {
    typed((x, i, b, wide) => {
      expectTypeOf(op.Add(x, x)).toEqualTypeOf<Value<'float32'>>();
      expectTypeOf(op.Add(i, 1)).toEqualTypeOf<Value<'int64'>>();
      expectTypeOf(op.Where(b, x, 0)).toEqualTypeOf<Value<'float32'>>();
      expectTypeOf(op.Concat([i, [1]], { axis: 0 })).toEqualTypeOf<Value<'int64'>>();
      expectTypeOf(op.Conv(x, x, undefined, { strides: [2, 2] })).toEqualTypeOf<Value<'float32'>>();
      expectTypeOf(op.Relu(wide)).toEqualTypeOf<Value>();
      expectTypeOf(op.Add(x, wide)).toEqualTypeOf<Value>();
    });
  });

  test('knows results of one element type', () => {
    typed((x, i) => {
      expectTypeOf(op.Shape(x)).toEqualTypeOf<Value<'int64'>>();
      expectTypeOf(op.Equal(x, x)).toEqualTypeOf<Value<'bool'>>();
      expectTypeOf(op.ArgMax(x)).toEqualTypeOf<Value<'int64'>>();
      expectTypeOf(op.MatMulInteger(i, i)).toEqualTypeOf<Value<'int32'>>();
    });
  });

  test('takes the element type of a result from the attribute that names it', () => {
    typed((x) => {
      expectTypeOf(op.Cast(x, { to: 'float16' })).toEqualTypeOf<Value<'float16'>>();
      expectTypeOf(op.EyeLike(x)).toEqualTypeOf<Value<'float32'>>();
      expectTypeOf(op.EyeLike(x, { dtype: 'int64' })).toEqualTypeOf<Value<'int64'>>();
      expectTypeOf(op.RandomNormal({ shape: [2] })).toEqualTypeOf<Value<'float32'>>();
      expectTypeOf(op.QuantizeLinear(x, x)).toEqualTypeOf<Value<'uint8'>>();
    });
  });

  test('returns tuples, and as many outputs as are asked for', () => {
    typed((x) => {
      expectTypeOf(op.TopK(x, 3)).toEqualTypeOf<readonly [Values: Value<'float32'>, Indices: Value<'int64'>]>();
      expectTypeOf(op.MaxPool(x, { kernel_shape: [2, 2] })).toEqualTypeOf<Value<'float32'>>();
      const pooled = op.MaxPool(x, { kernel_shape: [2, 2], outputs: 2 });
      expectTypeOf(pooled).toEqualTypeOf<readonly [Y: Value<'float32'>, Indices: Value<'int64'>]>();
      expectTypeOf(op.LSTM(x, x, x)[2]).toEqualTypeOf<Value<'float32'>>();
      expectTypeOf(
        op.LSTM(x, x, x, undefined, undefined, undefined, undefined, undefined, { outputs: 1 }),
      ).toEqualTypeOf<Value<'float32'>>();
      expectTypeOf(op.Split(x, [1, 2])).toEqualTypeOf<readonly Value<'float32'>[]>();
    });
  });

  test('rejects attributes that the operator does not have or that are of another kind', () => {
    typed((x) => {
      // @ts-expect-error Softmax has no axes
      op.Softmax(x, { axes: [1] });
      // @ts-expect-error the axis of Concat is required
      op.Concat([x, x]);
      // @ts-expect-error auto_pad takes one of four strings
      op.Conv(x, x, undefined, { auto_pad: 'SAME' });
      // @ts-expect-error an element type is a name
      op.Cast(x, { to: 'float' });
      // @ts-expect-error MaxPool has two outputs at the most
      op.MaxPool(x, { kernel_shape: [2, 2], outputs: 3 });
    });
  });
});

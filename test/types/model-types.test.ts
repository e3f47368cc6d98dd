// The static types of definitions: element types and sizes pass from declarations to values, and wrong ones do not compile.
import {
  type Batch,
  type BoundModel,
  type CompiledModel,
  type DefinedModel,
  dense,
  type GraphBuilder,
  type Layer,
  model,
  type Parameter,
  type SizeSpec,
  type TensorSpec,
  tensor,
  type Value,
} from 'dimwise';
import { describe, expectTypeOf, test } from 'vitest';

/** Types only: what the callbacks hold is checked by the compiler and never run. */
const typed = (
  _check: (g: GraphBuilder, x: Value<'float32', readonly ['n', 4]>, net: DefinedModel) => void,
): void => {};

describe('graph().input', () => {
  test('carries the element type and the sizes', () => {
    typed((g) => {
      expectTypeOf(g.input('x', 'float32', ['batch', 20])).toEqualTypeOf<Value<'float32', readonly ['batch', 20]>>();
      expectTypeOf(g.input('i', 'int64', ['?', null])).toEqualTypeOf<Value<'int64', readonly ['?', null]>>();
      expectTypeOf(g.input('x', 'float32', ['batch']).dtype).toEqualTypeOf<'float32'>();
      expectTypeOf(g.input('s', 'string')).toEqualTypeOf<Value<'string', readonly SizeSpec[]>>();
    });
  });

  test('rejects what is no element type and what is no size', () => {
    typed((g) => {
      // @ts-expect-error there is no such element type
      g.input('x', 'float', [1]);
      // @ts-expect-error a size is a number, a text or null
      g.input('x', 'float32', [true]);
      // @ts-expect-error a shape is a list
      g.input('x', 'float32', 4);
    });
  });
});

describe('tensor', () => {
  test('carries the element type and the sizes', () => {
    expectTypeOf(tensor('int64', ['batch', 'seq'])).toEqualTypeOf<TensorSpec<'int64', readonly ['batch', 'seq']>>();
  });
});

describe('Value', () => {
  test('is wide by default: exact types fit where a value is asked for, not the other way round', () => {
    typed((_g, x) => {
      expectTypeOf(x).toExtend<Value>();
      expectTypeOf(x).toExtend<Value<'float32'>>();
      expectTypeOf<Value>().not.toExtend<Value<'float32'>>();
      expectTypeOf<Value<'int64'>>().not.toExtend<Value<'float32'>>();
      expectTypeOf<Value<'float32'>>().not.toExtend<Value<'float32', readonly ['n', 4]>>();
    });
  });

  test('cannot be written to', () => {
    typed((_g, x) => {
      // @ts-expect-error the element type is what inference found
      x.dtype = 'float32';
      // @ts-expect-error sizes are what inference found
      x.shape = [];
    });
  });
});

describe('layers', () => {
  test('take and give values', () => {
    typed((_g, x) => {
      expectTypeOf(dense(3)).toExtend<Layer>();
      expectTypeOf(dense(3)(x)).toEqualTypeOf<Value>();
      // @ts-expect-error a layer takes a value
      dense(3)([1, 2, 3]);
      // @ts-expect-error the number of units is a number
      dense('3');
      // @ts-expect-error dense has no such option
      dense(3, { unit: 3 });
    });
  });
});

describe('the three states', () => {
  test('are three types, and each has the ways on that it has', () => {
    typed((_g, _x, net) => {
      expectTypeOf(model(dense(3))).toEqualTypeOf<DefinedModel>();
      expectTypeOf(net.initialize()).toEqualTypeOf<DefinedModel>();
      expectTypeOf(net.bind([2, 20])).toEqualTypeOf<BoundModel>();
      expectTypeOf(net.bind([2, 20]).compile()).toEqualTypeOf<CompiledModel>();
      expectTypeOf([net.state, net.bind([2]).state, net.bind([2]).compile().state] as const).toEqualTypeOf<
        readonly ['defined', 'bound', 'compiled']
      >();
      expectTypeOf(net.parameters()).toEqualTypeOf<ReadonlyMap<string, Parameter>>();
      // @ts-expect-error a defined model must be bound first
      net.compile();
      // @ts-expect-error a bound model must be compiled first
      net.bind([2]).bytes();
    });
  });

  test('take batches as sizes, tensors or both by name', () => {
    expectTypeOf<readonly ['batch', 20]>().toExtend<Batch>();
    expectTypeOf<{ x: number[]; y: { type: 'int64'; dims: number[] } }>().toExtend<Batch>();
    expectTypeOf<TensorSpec>().toExtend<Batch>();
    expectTypeOf<'batch'>().not.toExtend<Batch>();
    expectTypeOf<readonly boolean[]>().not.toExtend<Batch>();
  });
});

describe('model', () => {
  test('tells its function what the inputs are', () => {
    expectTypeOf(model).toBeFunction();
    const fc = dense(3);
    model((x) => {
      expectTypeOf(x).toEqualTypeOf<Value>();
      return fc(x);
    });
  });
});

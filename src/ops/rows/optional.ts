// A value or none: Optional, OptionalGetElement, OptionalHasElement.
import { makeContent } from '../../ir/content.ts';
import type { InferContext, OperatorRow } from '../../ir/operator.ts';
import { UNKNOWN_TYPE, type ValueType } from '../../ir/type.ts';
import { fill, view } from '../costs/movement.ts';

/** Optional (since 15): an optional that holds the input, or an empty one of the type that `type` names. `T -> optional(T)`. */
const Optional: OperatorRow = {
  name: 'Optional',
  cost: view,
  infer: (cx) => {
    if (cx.has(0)) return [{ kind: 'optional', element: cx.type(0) }];
    const type = cx.attribute('type');
    if (!type) return cx.fail('ATTRIBUTE_MISSING', 'Optional needs an input or attribute type', { expected: 'type' });
    return [{ kind: 'optional', element: type.kind === 'type_proto' ? type.value : UNKNOWN_TYPE }];
  },
  examples: [
    { inputs: ['float32[b, s]'], outputs: ['optional(float32[b, s])'] },
    { inputs: ['seq(float32[b, s])'], outputs: ['optional(seq(float32[b, s]))'] },
    { inputs: [], fails: 'ATTRIBUTE_MISSING' },
  ],
};

/** OptionalGetElement (since 15; a plain value passes since 18): what an optional holds. `optional(T) -> T`. */
const OptionalGetElement: OperatorRow = {
  name: 'OptionalGetElement',
  cost: view,
  infer: (cx) => {
    const type = cx.type(0);
    if (type.kind === 'optional') return [type.element];
    return [passes(cx, type)];
  },
  content: (cx) => [cx.type(0).kind === 'tensor' ? cx.content(0) : undefined],
  examples: [
    { inputs: ['optional(float32[b, s])'], outputs: ['float32[b, s]'] },
    { inputs: ['float32[b, s]'], outputs: ['float32[b, s]'] },
    { inputs: ['float32[b, s]'], opset: 15, fails: 'KIND_MISMATCH' },
  ],
};

function passes(cx: InferContext, type: ValueType): ValueType {
  if (type.kind === 'unknown' || cx.version >= 18) return type;
  return cx.fail(
    'KIND_MISMATCH',
    `${cx.op}-${cx.version} takes ${cx.inputName(0)} as an optional, got a ${type.kind}`,
    {
      expected: 'optional',
      actual: type.kind,
    },
  );
}

/** OptionalHasElement (since 15; a plain value or none since 18): whether there is a value. `optional(T) -> bool[]`. */
const OptionalHasElement: OperatorRow = {
  name: 'OptionalHasElement',
  cost: fill,
  infer: (cx) => {
    if (cx.has(0) && cx.type(0).kind !== 'optional') passes(cx, cx.type(0));
    return [cx.tensor([], 'bool')];
  },
  content: (cx) => {
    if (!cx.has(0)) return [makeContent('bool', [], [false])];
    const { kind } = cx.type(0);
    return [kind === 'optional' || kind === 'unknown' ? undefined : makeContent('bool', [], [true])];
  },
  examples: [
    { inputs: ['optional(float32[b, s])'], outputs: ['bool[]'] },
    { inputs: ['float32[b, s]'], outputs: ['bool[] = true'] },
    { inputs: [], outputs: ['bool[] = false'] },
    { inputs: ['float32[b, s]'], opset: 15, fails: 'KIND_MISMATCH' },
  ],
};

/** The family. */
export const OPTIONAL_ROWS: readonly OperatorRow[] = [Optional, OptionalGetElement, OptionalHasElement];

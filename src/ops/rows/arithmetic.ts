// Arithmetic of two inputs: `[..., a] op [..., b] -> [..., broadcast(a, b)]`.
import { dimOf, intOf, intScalar, type Scalar } from '../../ir/content.ts';
import { DTYPES, type DType, isFloatDType, isIntegerDType } from '../../ir/dtype.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import type { Shape } from '../../ir/type.ts';
import {
  addElements,
  divideElements,
  multiplyElements,
  powerElements,
  subtractElements,
} from '../rules/element-rules.ts';
import { binaryRow } from '../rules/elementwise-row.ts';
import { andBits, floorModulo, orBits, truncatedModulo, xorBits } from '../rules/integer-elements.ts';
import { addedSpan, subtractedSpan } from '../rules/span.ts';

/** Cases of the forms before opset 7, where one attribute allows broadcasting and another one places B. */
const LEGACY: readonly OperatorExample[] = [
  {
    inputs: ['float32[n, 3, h, w]', 'float32[3]'],
    attributes: { broadcast: 1, axis: 1 },
    opset: 6,
    outputs: ['float32[n, 3, h, w]'],
  },
  {
    inputs: ['float32[a, b]', 'float32[a, c]'],
    opset: 6,
    outputs: ['float32[a, b]'],
    constraints: ['b == c'],
  },
  { inputs: ['float32[n, 3]', 'float32[]'], attributes: { broadcast: 1 }, opset: 6, outputs: ['float32[n, 3]'] },
  { inputs: ['float32[n, 3]', 'float32[3]'], opset: 6, fails: 'SHAPE_MISMATCH' },
  { inputs: ['float32[n, 3]', 'float32[4]'], attributes: { broadcast: 1 }, opset: 6, fails: 'SHAPE_MISMATCH' },
];

/** The exponent as an element of the base's type, where it is an integer or the base is a float. */
function exponent(base: DType, element: Scalar): Scalar {
  const value = intOf(element);
  if (isIntegerDType(base)) {
    return typeof element === 'number' && Number.isSafeInteger(element) ? intScalar(element) : dimOf(element);
  }
  return typeof value === 'number' ? value : element;
}

const power = (cx: InferContext, dtype: DType, a: Scalar, b: Scalar): Scalar =>
  powerElements(cx, dtype, a, exponent(dtype, b));

const modulo = (cx: InferContext, dtype: DType, a: Scalar, b: Scalar): Scalar => {
  if (!isIntegerDType(dtype)) return undefined;
  return (cx.int('fmod', 0) === 0 ? floorModulo : truncatedModulo)(cx, dtype, a, b);
};

/** Integers divided by a known 0: ONNX Runtime refuses such a model, or a run of it that has elements. */
function refuseZero(cx: InferContext, shape: Shape | undefined): void {
  const dtype = cx.dtype(0);
  if (dtype === 'undefined' || !isIntegerDType(dtype)) return;
  const zero = cx.content(1)?.elements.findIndex((element) => Number(intOf(element) ?? 1) === 0) ?? -1;
  // Without elements nothing is divided.
  if (zero < 0 || !shape?.every((dim) => cx.facts.range(dim).min > 0)) return;
  cx.fail('OP_INVALID', `${cx.op}: element ${zero} of ${cx.inputName(1)} is 0, and integers have no quotient by 0`, {
    expected: 'a divisor other than 0',
    actual: '0',
  });
}

const REMAINDER = binaryRow('Mod', {
  dtype: 'int64',
  element: modulo,
  check: refuseZero,
  examples: [
    { inputs: ['int64[3] = [s, -7, 7]', 'int64[3] = [4, 4, -4]'], outputs: ['int64[3] = [s % 4, 1, -1]'] },
    {
      inputs: ['int64[3] = [s, -7, 7]', 'int64[3] = [4, 4, -4]'],
      attributes: { fmod: 1 },
      outputs: ['int64[3] = [s % 4, -3, 3]'],
    },
    { inputs: ['int64[n]', 'int64[] = 0'], fails: 'OP_INVALID' },
    { inputs: ['float32[n]', 'float32[n]'], attributes: { fmod: 1 }, outputs: ['float32[n]'] },
    { inputs: ['float32[n]', 'float32[n]'], opset: 28, outputs: ['float32[n]'] },
    { inputs: ['float32[n]', 'float32[n]'], fails: 'ATTRIBUTE_INVALID' },
  ],
});

/** Mod (since 10): a - b * floor(a / b), with fmod a - b * trunc(a / b), which floats must have before 28. */
const MOD: OperatorRow = {
  ...REMAINDER,
  infer: (cx) => {
    const dtype = cx.dtype(0);
    if (cx.version < 28 && dtype !== 'undefined' && isFloatDType(dtype) && cx.int('fmod', 0) !== 1) {
      cx.fail('ATTRIBUTE_INVALID', `Mod of ${dtype} needs fmod 1`, {
        expected: '1',
        actual: String(cx.int('fmod', 0)),
      });
    }
    return REMAINDER.infer(cx);
  },
};

/** `a` times or divided by 2 to the power `b`, for unsigned types; signed ones, which newer versions take, shift by any number. */
const shift = (cx: InferContext, dtype: DType, a: Scalar, b: Scalar): Scalar => {
  const by = intOf(b);
  if (by === undefined || DTYPES[dtype].kind !== 'uint' || by >= DTYPES[dtype].bits) return undefined;
  const factor = intScalar(2n ** BigInt(by));
  return (cx.string('direction') === 'RIGHT' ? divideElements : multiplyElements)(cx, dtype, a, factor);
};

const BITWISE = [
  ['BitwiseAnd', andBits, '[8, 10]'],
  ['BitwiseOr', orBits, '[14, -1]'],
  ['BitwiseXor', xorBits, '[6, -11]'],
] as const;

/** The family: name (since-version) and formula of each row. */
export const ARITHMETIC_ROWS: readonly OperatorRow[] = [
  // Add (1): a + b
  binaryRow('Add', {
    element: addElements,
    span: addedSpan,
    examples: [
      ...LEGACY,
      { inputs: ['int64[2] = [s, -1]', 'int64[] = 1'], outputs: ['int64[2] = [s + 1, 0]'] },
      { inputs: ['int8[1] = [127]', 'int8[1] = [1]'], outputs: ['int8[1] = [-128]'] },
      { inputs: ['int64[] = 9223372036854775807', 'int64[] = 1'], outputs: ['int64[] = -9223372036854775808'] },
    ],
  }),
  // Sub (1): a - b
  binaryRow('Sub', {
    element: subtractElements,
    span: subtractedSpan,
    examples: [...LEGACY, { inputs: ['int64[2] = [s, t]', 'int64[2] = [t, t]'], outputs: ['int64[2] = [s - t, 0]'] }],
  }),
  // Mul (1): a * b
  binaryRow('Mul', {
    element: multiplyElements,
    examples: [
      ...LEGACY,
      { inputs: ['int64[3] = [s, s, ?]', 'int64[3] = [t, 2, 0]'], outputs: ['int64[3] = [s*t, 2*s, 0]'] },
      {
        inputs: ['int32[] = s', 'int32[] = 4'],
        outputs: ['int32[] = 4*s'],
        bounds: ['s <= 536870911'],
      },
    ],
  }),
  // Div (1): a / b, integers truncated toward zero
  binaryRow('Div', {
    element: divideElements,
    check: refuseZero,
    examples: [
      ...LEGACY,
      { inputs: ['int64[3] = [s, -7, 7]', 'int64[3] = [4, 2, -2]'], outputs: ['int64[3] = [s // 4, -3, -3]'] },
      {
        inputs: ['int64[2] = [s - 5, -s]', 'int64[2] = [4, 4]'],
        outputs: ['int64[2] = [max(s - 5, 0) // 4 - max(5 - s, 0) // 4, -(s // 4)]'],
      },
      { inputs: ['int64[2] = [s, 1]', 'int64[2] = [4, 0]'], fails: 'OP_INVALID' },
      { inputs: ['int64[0]', 'int64[] = 0'], outputs: ['int64[0]'] },
      { inputs: ['float32[2]', 'float32[] = 0'], outputs: ['float32[2]'] },
      { inputs: ['float32[2] = [1, 7]', 'float32[] = 2'], outputs: ['float32[2] = [0.5, 3.5]'] },
    ],
  }),
  // Pow (1): a ^ b; since 12 the exponent has its own element type
  binaryRow('Pow', {
    element: power,
    examples: [
      { inputs: ['int64[2] = [s, 3]', 'int64[2] = [2, 4]'], outputs: ['int64[2] = [s*s, 81]'] },
      { inputs: ['float32[n]', 'int64[]'], outputs: ['float32[n]'] },
      { inputs: ['float32[3] = [3, 16, 2]', 'float32[3] = [2, 0.5, 1.5]'], outputs: ['float32[3] = [9, 4, ?]'] },
    ],
  }),
  MOD,
  // BitShift (11): a * 2^b or a // 2^b
  binaryRow('BitShift', {
    dtype: 'uint8',
    refused: 'float32',
    attributes: { direction: 'LEFT' },
    element: shift,
    examples: [
      {
        inputs: ['uint64[2] = [s, 200]', 'uint64[] = 2'],
        attributes: { direction: 'RIGHT' },
        outputs: ['uint64[2] = [s // 4, 50]'],
      },
      {
        inputs: ['uint8[2] = [3, 200]', 'uint8[] = 1'],
        attributes: { direction: 'LEFT' },
        outputs: ['uint8[2] = [6, 144]'],
      },
    ],
  }),
  // BitwiseAnd, BitwiseOr, BitwiseXor (18): bit by bit
  ...BITWISE.map(([name, element, result]) =>
    binaryRow(name, {
      dtype: 'int32',
      refused: 'float32',
      element,
      examples: [{ inputs: ['int32[2] = [12, -1]', 'int32[] = 10'], outputs: [`int32[2] = ${result}`] }],
    }),
  ),
];

// Known elements are what ONNX Runtime computes, wrapping, rounding and the ends of integer types included.
import { describe, expect, test } from 'vitest';
import { intOf, type Scalar } from '../../src/ir/content.ts';
import { DTYPES, type DType, isIntegerDType } from '../../src/ir/dtype.ts';
import type { OperatorExample } from '../../src/ir/operator.ts';
import { findRow } from '../../src/ops/rows.ts';
import { readInputs, runExample } from './run-example.ts';
import { runOnOrt } from './run-on-ort.ts';

const COUNT = 64;

/** A multiplicative congruential generator, modulus 2^31 - 1 and multiplier 48271 (Park and Miller, 1993). */
class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }

  /** Small numbers, the ends of the type, and numbers in between. */
  integer(dtype: DType): bigint {
    const { bits, kind } = DTYPES[dtype];
    const [least, most] =
      kind === 'uint' ? [0n, 2n ** BigInt(bits) - 1n] : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
    const kinds = [
      () => BigInt(this.below(20) - 10),
      () => most - BigInt(this.below(3)),
      () => least + BigInt(this.below(3)),
      () => BigInt(this.below(100_000)) * BigInt(this.below(100_000)) * BigInt(this.below(1000)),
    ];
    const value = kinds[this.below(kinds.length)]?.() ?? 0n;
    return value < least ? least : value > most ? most : value;
  }

  float(): number {
    const kinds = [
      () => this.below(20) - 10,
      () => (this.below(2000) - 1000) / 8,
      () => (this.below(100_000) - 50_000) / 7,
      () => this.below(1e9) * this.below(1e6),
    ];
    return Math.fround(kinds[this.below(kinds.length)]?.() ?? 0);
  }

  /** The text of a tensor of known elements; `nonZero` for divisors. */
  tensor(dtype: DType, nonZero = false): string {
    const one = (): string => {
      if (dtype === 'bool') return String(this.below(2) === 1);
      const value = isIntegerDType(dtype) ? this.integer(dtype) : this.float();
      return nonZero && Number(value) === 0 ? '1' : String(value);
    };
    return `${dtype}[${COUNT}] = [${Array.from({ length: COUNT }, one).join(', ')}]`;
  }
}

type Row = readonly [op: string, dtypes: readonly DType[], operands: 1 | 2, attributes?: OperatorExample['attributes']];

const INTEGERS: readonly DType[] = ['int64', 'int32', 'int8', 'uint8', 'uint32', 'uint64'];
const NUMBERS: readonly DType[] = [...INTEGERS, 'float32', 'float64'];
const FLOATS: readonly DType[] = ['float32', 'float64'];

const ROWS: readonly Row[] = [
  ...['Add', 'Sub', 'Mul', 'Min', 'Max', 'Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'].map(
    (op): Row => [op, NUMBERS, 2],
  ),
  // A quotient of the least integer by -1 stops ONNX Runtime, so that signed types divide by what they draw elsewhere.
  ['Div', ['uint8', 'uint32', 'uint64', ...FLOATS], 2],
  ['Mod', ['uint8', 'uint32', 'int8'], 2],
  ['Mod', ['uint8', 'uint32', 'uint64'], 2, { fmod: 1 }],
  ...['Abs', 'Sign'].map((op): Row => [op, NUMBERS, 1]),
  ['Neg', ['int64', 'int32', 'int8', ...FLOATS], 1],
  ...['Floor', 'Ceil', 'Round', 'Sqrt', 'Reciprocal', 'IsNaN'].map((op): Row => [op, FLOATS, 1]),
  ...['ReduceSum', 'ReduceProd', 'ReduceMax', 'ReduceMin'].map((op): Row => [op, ['int64', 'int32'], 1]),
  ...['ReduceMean', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSum'].map(
    (op): Row => [op, ['int64', 'int32'], 1],
  ),
  ...['And', 'Or', 'Xor'].map((op): Row => [op, ['bool'], 2]),
  ['Not', ['bool'], 1],
  ...(['float32', 'float64', 'int8', 'int32', 'int64', 'uint8', 'uint32', 'uint64', 'bool'] as const).map(
    (to): Row => ['Cast', [...NUMBERS, 'bool'], 1, { to: DTYPES[to].onnx }],
  ),
];

const CASES = ROWS.flatMap(([op, dtypes, operands, attributes]) =>
  dtypes.map((dtype) => ({
    op,
    dtype,
    operands,
    attributes,
    title: `${op} ${JSON.stringify(attributes ?? {})} of ${dtype}`,
  })),
);

describe('content', () => {
  test.each(CASES)('$title is what ONNX Runtime computes', async ({ op, dtype, operands, attributes = {} }) => {
    const row = findRow('', op);
    if (!row) throw new Error(`no row ${op}`);
    const draws = new Draws(1 + CASES.findIndex((one) => one.op === op && one.dtype === dtype));
    const inputs = [
      draws.tensor(dtype),
      ...(operands === 2 ? [draws.tensor(dtype, op === 'Div' || op === 'Mod')] : []),
    ];
    const one = { row, example: { inputs, attributes } };
    const run = runExample(one, readInputs(one.example), { given: false });
    expect(run.diagnostics).toEqual([]);
    const outcome = await runOnOrt(one, run.inputs, run.node);
    if ('refused' in outcome) throw new Error(outcome.refused);
    const [output] = outcome.outputs;
    const known = run.node.outputs[0]?.content?.elements ?? [];
    const claimed = known.map((element, i) => [i, textOf(element)] as const).filter(([, text]) => text !== undefined);
    // What overflows in a reduction is not claimed; each other operator must claim something.
    expect(claimed.length > 0 || op.startsWith('Reduce')).toBe(true);
    expect(claimed.filter(([i, text]) => text !== textOf(numberOf(output?.data[i])))).toEqual([]);
  });
});

const numberOf = (value: unknown): Scalar =>
  typeof value === 'number' || typeof value === 'bigint' ? value : undefined;

/** An element as text, the same for a truth value and its number, and for both zeros. */
function textOf(element: Scalar): string | undefined {
  const known = intOf(element) ?? element;
  if (typeof known === 'object' || known === undefined) return undefined;
  return typeof known === 'bigint' ? String(known) : String(Number(known) + 0);
}

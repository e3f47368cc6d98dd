// ONNX Runtime's own inference agrees with the worked cases of operators that it has no kernel for on the CPU.
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/dim/evaluate.ts';
import type { OperatorRow } from '../../src/ir/operator.ts';
import { staticShape, type ValueType } from '../../src/ir/type.ts';
import type { TypeText } from '../../src/ir/type-text.ts';
import { operatorRows } from '../../src/ops/rows.ts';
import { type Binding, bindInputs, bindingsOf, isBound, refinedInputs } from './bind-run.ts';
import { type DeclaredOutput, isRuntimeOnly, refusal } from './infer-on-ort.ts';
import { type Case, type ExampleRun, inputSymbols, readInputs, runExample } from './run-example.ts';
import { runOnOrt } from './run-on-ort.ts';

const MOST = 9;

/** Operators without a kernel on the CPU for which ONNX Runtime 1.30 infers no shape either: nothing judges their rows. */
const NOT_INFERRED: readonly string[] = [
  'ComplexMul',
  'ComplexMulConj',
  'DequantizeBFP',
  'Irfft',
  // Where the machine lacks AVX-512; elsewhere it runs.
  'MatMulFpQ4',
  'ReduceSumInteger',
  'Rfft',
];

interface Outcome {
  readonly mistakes: string[];
  /** Whether any case ran, so that its numbers judge it. */
  runs: boolean;
  /** How many wrong declarations were refused. */
  refused: number;
}

/** Asks about each case of a row under two bindings. */
async function judge(row: OperatorRow): Promise<Outcome> {
  const outcome: Outcome = { mistakes: [], runs: false, refused: 0 };
  for (const example of row.examples) {
    if (!example.outputs) continue;
    const one: Case = { row, example };
    const run = runExample(one, readInputs(example), { given: true });
    for (const binding of someBindings(one, run)) {
      const inputs = bindInputs(refinedInputs(run), binding);
      const ran = await runOnOrt(one, inputs, run.node);
      if (!('refused' in ran)) outcome.runs = true;
      else if (inputs.every(isStatic)) await ask(one, run, { binding, outcome });
    }
  }
  return outcome;
}

/** Bindings to small sizes where there are some. */
function someBindings(one: Case, run: ExampleRun): readonly Binding[] {
  if (inputSymbols(refinedInputs(run)).length === 0) return [() => undefined];
  const small = bindingsOf(one, run, MOST);
  return small.length > 0 ? small : bindingsOf(one, run);
}

/** Whether an input can be declared. */
function isStatic(input: TypeText | null): boolean {
  if (!input) return true;
  const { type } = input;
  return (type.kind === 'tensor' || type.kind === 'sparse') && staticShape(type.shape) !== undefined;
}

interface Question {
  readonly binding: Binding;
  readonly outcome: Outcome;
}

/** The row's answer must be taken; each wrong one, its first known size raised by one, counts where it is refused. */
async function ask(one: Case, run: ExampleRun, { binding, outcome }: Question): Promise<void> {
  const inputs = bindInputs(refinedInputs(run), binding);
  const answers = run.node.outputs.map(({ type }) => declaredType(type, binding));
  const place = `${one.example.inputs.join('; ')} ${JSON.stringify(one.example.attributes ?? {})}`;
  const right = await refusal(one, { inputs, node: run.node }, answers);
  if (right !== undefined) outcome.mistakes.push(`${place}: ${right}`);
  for (const [i, answer] of answers.entries()) {
    const axis = answer?.shape.findIndex((size) => size !== null) ?? -1;
    if (!answer) continue;
    const wrong: DeclaredOutput =
      axis < 0
        ? { ...answer, shape: [...answer.shape, 7] }
        : { ...answer, shape: answer.shape.map((size, k) => (k === axis && size !== null ? size + 1 : size)) };
    if (await refusal(one, { inputs, node: run.node }, answers.with(i, wrong))) outcome.refused++;
  }
}

function declaredType(type: ValueType, binding: Binding): DeclaredOutput | undefined {
  if (type.kind !== 'tensor' || !type.shape) return undefined;
  // Where the schema leaves the element type to the declaration, this one is among those that it allows.
  const dtype = type.dtype === 'undefined' ? 'int32' : type.dtype;
  return { dtype, shape: type.shape.map((dim) => (isBound(dim, binding) ? evaluate(dim, binding) : null)) };
}

describe('the inference of ONNX Runtime', () => {
  const rows = operatorRows().flatMap((row) => (isRuntimeOnly(row) ? [[row.name, row] as const] : []));

  test.each(rows)('agrees with the cases of %s where it cannot run them', async (name, row) => {
    const { mistakes, runs, refused } = await judge(row);
    expect(mistakes).toEqual([]);
    // Where wrong answers pass too, the right one proves nothing.
    if (!runs) expect(refused > 0).toBe(!NOT_INFERRED.includes(name));
  });
});

// ONNX Runtime agrees with every worked case of every operator row: types, sizes, constraints and known elements.
import type { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { formatConstraint } from '../../src/dim/constraint.ts';
import type { Dim, SymbolDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { LAYER_DOMAIN } from '../../src/infer/infer-node.ts';
import { dimOf, intOf, type Scalar } from '../../src/ir/content.ts';
import type { Value } from '../../src/ir/graph.ts';
import type { OperatorRow } from '../../src/ir/operator.ts';
import { operatorRows } from '../../src/ops/rows.ts';
import { type Binding, bindInputs, bindingsOf, isBound, meets, refinedInputs } from './bind-run.ts';
import { isRuntimeOnly, NO_KERNEL } from './infer-on-ort.ts';
import { NOT_BOUND } from './not-bound.ts';
import { type Case, type ExampleRun, inputSymbols, readInputs, runExample, takesSizes } from './run-example.ts';
import { runOnOrt } from './run-on-ort.ts';

const MOST = 9;

/** Refusals that are no judgement: kinds that JavaScript cannot feed or fetch, and forms newer than ONNX Runtime 1.30 takes. */
const NO_JUDGEMENT = [/cannot be (fed|fetched)$/, /ValidateOpsetForDomain/, /is not a registered function/];

/** ONNX Runtime has operators of its own for one provider only; rows-inferred.test.ts judges those without a kernel on the CPU. */
const judgedElsewhere = (row: OperatorRow, text: string): boolean => isRuntimeOnly(row) && NO_KERNEL.test(text);

/** Operators of which ONNX Runtime 1.30 runs no case here, with the reason. */
const NOT_RUN: ReadonlyMap<string, string> = new Map([
  ['ImageDecoder', 'has no kernel'],
  ['com.microsoft.WhisperBeamSearch', "its kernel wants an encoder and a decoder in Whisper's form"],
  ['com.microsoft.SparseAttention', 'its kernel wants past and present in one buffer'],
]);

/** Operators whose kernels some machines lack, with what they want: judged where they run. */
const ON_SOME_MACHINES: ReadonlyMap<string, string> = new Map([['com.microsoft.MatMulFpQ4', 'AVX-512']]);

interface Judged {
  readonly mistakes: readonly string[];
  /** Bindings of cases that ran. */
  readonly runs: number;
  /** The most different bindings under which one symbolic case ran. */
  readonly bindings: number;
  readonly refusals: readonly string[];
}

async function judge(row: OperatorRow): Promise<Judged> {
  const mistakes: string[] = [];
  const refusals: string[] = [];
  let [runs, bindings] = [0, 0];
  for (const example of row.examples) {
    if (!example.outputs) continue;
    const one = { row, example };
    const run = runExample(one, readInputs(example), { given: true });
    const before = runs;
    for (const binding of someBindings(one, run)) {
      const outcome = await runOnOrt(one, bindInputs(refinedInputs(run), binding), run.node);
      if ('refused' in outcome) refusals.push(`${example.inputs}: ${outcome.refused}`);
      else {
        runs++;
        const found = compare(run, outcome.outputs, binding);
        mistakes.push(
          ...found.map((text) => `${example.inputs.join('; ')} ${JSON.stringify(example.attributes)}: ${text}`),
        );
      }
    }
    if (inputSymbols(refinedInputs(run)).length > 0) bindings = Math.max(bindings, runs - before);
  }
  return { mistakes, runs, bindings, refusals };
}

/** Bindings to small sizes where there are some. */
function someBindings(one: Case, run: ExampleRun): readonly Binding[] {
  if (inputSymbols(refinedInputs(run)).length === 0) return [() => undefined];
  const small = bindingsOf(one, run, MOST);
  return small.length > 0 ? small : bindingsOf(one, run);
}

/** What the run contradicts. A size that only the run tells is taken from its first place and must hold at the others. */
function compare(run: ExampleRun, outputs: readonly (Tensor | undefined)[], binding: Binding): string[] {
  const mistakes: string[] = [];
  const told = new Map<SymbolDim, number>();
  const sizes: Binding = (s) => binding(s) ?? told.get(s);
  run.node.outputs.forEach((value, i) => {
    const tensor = outputs[i];
    const holds = value.type.kind === 'sequence' || value.type.kind === 'optional';
    const type = holds ? value.type.element : value.type;
    if (!tensor || type.kind !== 'tensor') return;
    const { dtype, shape } = type;
    if (dtype !== 'undefined' && dtype !== tensor.type) mistakes.push(`output ${i} is ${tensor.type}, not ${dtype}`);
    if (shape && shape.length !== tensor.dims.length)
      mistakes.push(`output ${i} is [${tensor.dims}], not of rank ${shape.length}`);
    else shape?.forEach((dim, axis) => compareSize(dim, tensor.dims[axis] ?? -1, `output ${i} axis ${axis}`));
    mistakes.push(...compareElements(value, tensor, binding).map((text) => `output ${i} ${text}`));
  });
  const { facts } = run.graph;
  for (const constraint of [...facts.constraints(), ...facts.given()]) {
    if (!meets(constraint, sizes)) mistakes.push(`the run breaks ${formatConstraint(constraint)}`);
  }
  return mistakes;

  function compareSize(dim: Dim, real: number, place: string): void {
    if (dim.kind === 'symbol' && sizes(dim) === undefined) told.set(dim, real);
    else if (isBound(dim, sizes) && evaluate(dim, sizes) !== real) {
      mistakes.push(`${place} is ${real}, not ${evaluate(dim, sizes)}`);
    }
  }
}

/** Known elements that the run contradicts. */
function compareElements(value: Value, tensor: Tensor, binding: Binding): string[] {
  const elements = value.content?.elements ?? [];
  const mistakes: string[] = [];
  elements.forEach((element, k) => {
    const wanted = elementValue(element, binding);
    const found = tensor.data[k];
    const same = Object.is(wanted, Number(found)) || wanted === Number(found);
    if (wanted !== undefined && !same) mistakes.push(`element ${k} is ${found}, not ${wanted}`);
  });
  return mistakes;
}

function elementValue(element: Scalar, binding: Binding): number | undefined {
  const dim = dimOf(element);
  if (dim) return isBound(dim, binding) ? evaluate(dim, binding) : undefined;
  const known = intOf(element) ?? (typeof element === 'boolean' ? Number(element) : element);
  return typeof known === 'number' || typeof known === 'bigint' ? Number(known) : undefined;
}

describe('ONNX Runtime', () => {
  const rows = operatorRows().map((row) => [row.domain ? `${row.domain}.${row.name}` : row.name, row] as const);

  test.each(rows)('agrees with the cases of %s', async (name, row) => {
    const { mistakes, runs, bindings, refusals } = await judge(row);
    expect(mistakes).toEqual([]);
    if (runs === 0 && ON_SOME_MACHINES.has(name)) return;
    const elsewhere = row.domain === LAYER_DOMAIN || refusals.some((text) => judgedElsewhere(row, text));
    // An entry that is no longer needed is a fault as well.
    if (!elsewhere) expect(bindings < 2, refusals.join('\n')).toBe(NOT_BOUND.has(name) || !takesSizes(row));
    if (runs > 0) return;
    const judged = refusals.filter(
      (text) => !NO_JUDGEMENT.some((pattern) => pattern.test(text)) && !judgedElsewhere(row, text),
    );
    // What no longer runs is a fault of the case or of the row.
    if (!NOT_RUN.has(name)) expect(judged).toEqual([]);
  });
});

// Every row of a layer node does what its worked cases say, for symbols and for numbers in their place.
import { describe, expect, test } from 'vitest';
import { LAYER_ROWS } from '../../../src/nn/layer-rows.ts';
import { bindInputs, bindingsOf, expectEvaluated, refinedInputs } from '../../ops/bind-run.ts';
import { canonical, canonicalConstraint, describeRun } from '../../ops/describe-run.ts';
import { type Case, inputSymbols, readInputs, runExample } from '../../ops/run-example.ts';

const CASES: readonly Case[] = LAYER_ROWS.flatMap((row) => row.examples.map((example) => ({ row, example })));
const titled = (cases: readonly Case[]) =>
  cases.map((one) => [`${one.row.name}(${one.example.inputs.map((input) => input ?? '-').join('; ')})`, one] as const);
const GOOD = CASES.filter(({ example }) => example.outputs !== undefined);
const BAD = CASES.filter(({ example }) => example.fails !== undefined);
const isSymbolic = ({ example }: Case): boolean => inputSymbols(readInputs(example)).length > 0;

describe('LAYER_ROWS', () => {
  test('no layer has two rows', () => {
    const names = LAYER_ROWS.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test.each(LAYER_ROWS.map((row) => [row.name, row] as const))('%s has a symbolic case', (_, row) => {
    expect(row.examples.some((example) => example.outputs && isSymbolic({ row, example }))).toBe(true);
  });

  test.each(titled(GOOD))('%s gives the types of the case', (_, one) => {
    const { example } = one;
    const run = runExample(one, readInputs(example), { given: true });
    expect(run.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    const expected = example.outputs ?? [];
    const { outputs, constraints } = describeRun(run, expected);
    expect(outputs).toEqual(expected.map(canonical));
    expect(constraints.sort()).toEqual((example.constraints ?? []).map(canonicalConstraint).sort());
  });

  test.each(titled(BAD))('%s is refused', (_, one) => {
    const { diagnostics, node } = runExample(one, readInputs(one.example), { given: true });
    expect(diagnostics.map(({ code }) => code)).toEqual([one.example.fails]);
    expect(diagnostics[0]?.message).toContain(one.row.name);
    expect(node.outputs.every((output) => output.poisoned)).toBe(true);
  });

  test.each(titled(GOOD.filter(isSymbolic)))('%s holds for numbers too', (_, one) => {
    const run = runExample(one, readInputs(one.example), { given: true });
    for (const binding of bindingsOf(one, run)) {
      const bound = runExample(one, bindInputs(refinedInputs(run), binding), { given: false });
      expect(bound.diagnostics.map(({ message }) => message)).toEqual([]);
      expectEvaluated(run, bound, binding);
    }
  });
});

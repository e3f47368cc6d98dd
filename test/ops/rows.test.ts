// Every operator row does what its worked cases say, for symbols and for numbers in their place.
import { describe, expect, test } from 'vitest';
import type { OperatorRow } from '../../src/ir/operator.ts';
import { operatorRows } from '../../src/ops/rows.ts';
import { schemaVersions } from '../../src/ops/schema.ts';
import { bindInputs, bindingsOf, expectEvaluated, refinedInputs } from './bind-run.ts';
import { canonical, canonicalConstraint, describeRun } from './describe-run.ts';
import { type Case, inputSymbols, opsetOf, readInputs, runExample, takesSizes } from './run-example.ts';

const label = (row: OperatorRow): string => (row.domain ? `${row.domain}.${row.name}` : row.name);

function titleOf(one: Case): string {
  const { row, example } = one;
  const attributes = Object.entries({ ...example.attributes, ...example.bodies, ...example.captured }).map(
    ([name, value]) => `${name}=${JSON.stringify(value).replaceAll(/(?:\\n)?\s+/g, ' ')}`,
  );
  return `${label(row)}-${opsetOf(one)}(${[...example.inputs.map((input) => input ?? '-'), ...attributes].join('; ')})`;
}

const isSymbolic = ({ example }: Case): boolean =>
  example.outputs !== undefined && inputSymbols(readInputs(example)).length > 0;

const CASES: readonly Case[] = operatorRows().flatMap((row) => row.examples.map((example) => ({ row, example })));
const titled = (cases: readonly Case[]) => cases.map((one) => [titleOf(one), one] as const);
const GOOD = CASES.filter(({ example }) => example.outputs !== undefined);
const BAD = CASES.filter(({ example }) => example.fails !== undefined);
const ROWS = operatorRows().map((row) => [label(row), row] as const);

describe('operatorRows', () => {
  test('no operator has two rows', () => {
    const names = operatorRows().map(label);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test.each(ROWS)('%s is in the schema table', (_, row) => {
    expect(schemaVersions(row.domain ?? '', row.name).length).toBeGreaterThan(0);
  });

  test.each(ROWS)('%s has a symbolic and a failing case', (_, row) => {
    const { examples } = row;
    expect(examples.some((example) => isSymbolic({ row, example }))).toBe(takesSizes(row));
    expect(examples.some((example) => example.fails !== undefined)).toBe(true);
    expect(examples.every((example) => (example.fails === undefined) !== (example.outputs === undefined))).toBe(true);
  });
});

describe('infer', () => {
  test.each(titled(GOOD))('%s gives the types of the case', (_, one) => {
    const { example } = one;
    const run = runExample(one, readInputs(example), { given: true });
    expect(run.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
    const expected = example.outputs ?? [];
    const { outputs, constraints, bounds } = describeRun(run, expected);
    expect(outputs).toEqual(expected.map(canonical));
    const given = example.given?.map(canonicalConstraint);
    const recorded = constraints.filter((text) => !given?.includes(text));
    expect(recorded.sort()).toEqual((example.constraints ?? []).map(canonicalConstraint).sort());
    expect(bounds.sort()).toEqual((example.bounds ?? []).map(canonicalConstraint).sort());
  });

  test.each(titled(BAD))('%s is refused', (_, one) => {
    const { diagnostics, node } = runExample(one, readInputs(one.example), { given: true });
    // Attributes that are missing are all told.
    expect([...new Set(diagnostics.map(({ code }) => code))]).toEqual([one.example.fails]);
    expect(diagnostics[0]?.message).toContain(one.row.name);
    expect(node.outputs.every((output) => output.poisoned)).toBe(true);
  });

  test.each(titled(GOOD.filter(isSymbolic)))('%s holds for numbers too', (_, one) => {
    const run = runExample(one, readInputs(one.example), { given: true });
    const bindings = bindingsOf(one, run);
    const settled = inputSymbols(refinedInputs(run)).every((s) => run.graph.facts.simplify(s).kind === 'const');
    expect(bindings).toHaveLength(settled ? 1 : 2);
    for (const binding of bindings) {
      const bound = runExample(one, bindInputs(refinedInputs(run), binding), { given: false });
      expect(bound.diagnostics.map(({ message }) => message)).toEqual([]);
      expectEvaluated(run, bound, binding);
    }
  });
});

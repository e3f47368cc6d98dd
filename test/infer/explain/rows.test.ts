// Every operator's worked cases are explained, and each formula gives the size that inference found.
import { describe, expect, test } from 'vitest';
import { hasFresh, hasUnknown } from '../../../src/dim/dim.ts';
import { substitute } from '../../../src/dim/evaluate.ts';
import { formatDim } from '../../../src/dim/text.ts';
import { type ExplanationStep, explain } from '../../../src/infer/explain/explain.ts';
import { dimAt, sizesOf } from '../../../src/infer/explain/place.ts';
import { operatorRows } from '../../../src/ops/rows.ts';
import { readInputs, runExample } from '../../ops/run-example.ts';

interface Explained {
  readonly step: ExplanationStep;
  readonly label: string;
}

/** The first step for each size of each worked case, with the case's text. */
function explained(domain: string): readonly Explained[] {
  const found: Explained[] = [];
  for (const row of operatorRows()) {
    if ((row.domain ?? '') !== domain) continue;
    for (const example of row.examples) {
      if (!example.outputs) continue;
      const { node } = runExample({ row, example }, readInputs(example), { given: true });
      for (const output of node.outputs) {
        sizesOf(output).forEach((_, axis) => {
          const [step] = explain(output, axis).steps;
          if (step) found.push({ step, label: `${row.name}(${example.inputs.join('; ')}) axis ${axis}` });
        });
      }
    }
  }
  return found;
}

/** The size that the formula gives for the real sizes of its sources. */
function valueOf({ formula, markers, from }: ExplanationStep) {
  return (
    formula &&
    substitute(formula, (symbol) => {
      const place = from[markers.indexOf(symbol)];
      return place && dimAt(place);
    })
  );
}

describe.each([...new Set(operatorRows().map((row) => row.domain ?? ''))])('the sizes of domain "%s"', (domain) => {
  const cases = explained(domain);

  test('are what the formulas say', () => {
    const wrong = cases.filter(({ step }) => {
      const value = valueOf(step);
      const size = dimAt(step.place);
      if (!value || !size || hasFresh(value)) return false;
      return step.place.value.graph.facts.equal(value, size) !== 'true';
    });
    expect(wrong.map(({ label, step }) => `${label}: ${step.formula && formatDim(step.formula)}`)).toEqual([]);
  });

  test('have formulas wherever they are functions of sizes', () => {
    const symbolic = cases.filter(({ step }) => {
      const size = dimAt(step.place);
      return size && size.kind !== 'const' && !hasFresh(size) && !hasUnknown(size);
    });
    const without = symbolic.filter(({ step }) => step.formula === undefined);
    expect(without.map(({ label }) => label)).toEqual([]);
    expect(symbolic.length === 0 || symbolic.some(({ step }) => step.from.length > 0)).toBe(true);
  });
});

// Every operator's worked cases are explained, and each formula gives the size that inference found.
import { describe, expect, test } from 'vitest';
import { hasFresh, hasUnknown, type SymbolDim, symbolsOf } from '../../../src/dim/dim.ts';
import { substitute } from '../../../src/dim/evaluate.ts';
import { formatDim } from '../../../src/dim/text.ts';
import { type ExplanationStep, explain } from '../../../src/infer/explain/explain.ts';
import { dimAt, type Place, sizesOf } from '../../../src/infer/explain/place.ts';
import { bodiesOf } from '../../../src/ir/bodies.ts';
import { operatorRows } from '../../../src/ops/rows.ts';
import { readInputs, runExample } from '../../ops/run-example.ts';

interface Explained {
  readonly step: ExplanationStep;
  /** All steps, the first one among them. */
  readonly steps: readonly ExplanationStep[];
  readonly label: string;
}

/** The steps for each size of each worked case, with the case's text. */
function explained(domain: string): readonly Explained[] {
  const found: Explained[] = [];
  for (const row of operatorRows()) {
    if ((row.domain ?? '') !== domain) continue;
    for (const example of row.examples) {
      if (!example.outputs) continue;
      const { node } = runExample({ row, example }, readInputs(example), { given: true });
      for (const output of node.outputs) {
        sizesOf(output).forEach((_, axis) => {
          const { steps } = explain(output, axis);
          const [step] = steps;
          if (step) found.push({ step, steps, label: `${row.name}(${example.inputs.join('; ')}) axis ${axis}` });
        });
      }
    }
  }
  return found;
}

/** The symbols at a place. */
function symbolsAt(place: Place): readonly SymbolDim[] {
  const size = dimAt(place);
  return size ? [...symbolsOf(size)] : [];
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
    // A node with bodies tells the places only, in its inputs or in the bodies.
    const without = symbolic.filter(({ step: { node, formula, from } }) =>
      node && bodiesOf(node).length > 0 ? from.length === 0 : formula === undefined,
    );
    expect(without.map(({ label }) => label)).toEqual([]);
    expect(symbolic.length === 0 || symbolic.some(({ step }) => step.from.length > 0)).toBe(true);
  });

  test('lead from bodies back to inputs with all of their symbols', () => {
    const lost = cases.flatMap(({ step, steps, label }) => {
      const size = dimAt(step.place);
      if (!size || !step.node || bodiesOf(step.node).length === 0) return [];
      const known = new Set(steps.filter(({ kind }) => kind === 'input').flatMap(({ place }) => symbolsAt(place)));
      return [...symbolsOf(size)].filter((s) => s.role === 'named' && !known.has(s)).map((s) => `${label}: ${s.name}`);
    });
    expect(lost).toEqual([]);
  });
});

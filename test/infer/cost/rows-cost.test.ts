// The formula of a worked case, evaluated, is what the case costs with numbers in the place of its symbols.
import { describe, expect, test } from 'vitest';
import type { Count } from '../../../src/dim/count.ts';
import { constantCount } from '../../../src/dim/count.ts';
import { formatCount } from '../../../src/dim/count-text.ts';
import { evaluate } from '../../../src/dim/evaluate.ts';
import { evaluateCount, symbolsOfCount } from '../../../src/dim/evaluate-count.ts';
import { type Cost, costOf } from '../../../src/infer/cost/cost.ts';
import { LAYER_ROWS } from '../../../src/nn/layer-rows.ts';
import { operatorRows } from '../../../src/ops/rows.ts';
import { type Binding, bindInputs, bindingsOf, refinedInputs } from '../../ops/bind-run.ts';
import { type Case, inputSymbols, readInputs, runExample } from '../../ops/run-example.ts';

const CASES: readonly Case[] = [...operatorRows(), ...LAYER_ROWS]
  .flatMap((row) => row.examples.map((example) => ({ row, example })))
  .filter(({ example }) => example.outputs !== undefined);
const titled = CASES.map(
  (one) =>
    [
      `${one.row.domain ?? ''}.${one.row.name}(${one.example.inputs.join('; ')}) ${JSON.stringify(one.example.attributes ?? {})}`,
      one,
    ] as const,
);

/** The counts of a cost by name. */
function countsOf(cost: Cost): Record<string, Count> {
  const { macs, flops, read, written, peak } = cost;
  return { macs, flops, read, written, peak };
}

/** The value under a binding; undefined where a symbol is left that only data tells. */
function valueOf(
  count: Count,
  symbols: ReadonlySet<unknown>,
  binding: Binding,
  settle: (s: never) => number | undefined,
) {
  for (const symbol of symbolsOfCount(count))
    if (!symbols.has(symbol) && settle(symbol as never) === undefined) return undefined;
  return evaluateCount(count, (symbol) => binding(symbol) ?? settle(symbol as never));
}

describe('costOf', () => {
  let compared = 0;
  test.each(titled)('%s', (_, one) => {
    const run = runExample(one, readInputs(one.example), { given: true });
    run.graph.setOutputs(run.node.outputs);
    const cost = costOf(run.graph);
    const symbols = new Set<unknown>(inputSymbols(refinedInputs(run)));
    for (const binding of bindingsOf(one, run)) {
      const bound = runExample(one, bindInputs(refinedInputs(run), binding), { given: false });
      bound.graph.setOutputs(bound.node.outputs);
      const numbers = countsOf(costOf(bound.graph));
      const settle = (s: never): number | undefined => {
        const solved = run.graph.facts.simplify(s);
        try {
          return evaluate(solved, binding);
        } catch {
          return undefined;
        }
      };
      for (const [name, count] of Object.entries(countsOf(cost))) {
        const expected = numbers[name] && constantCount(numbers[name]);
        const value = valueOf(count, symbols, binding, settle);
        if (value === undefined || expected === undefined) continue;
        compared += 1;
        // Which branch is taken may depend on sizes; the formula is that of the one that does more.
        if (one.row.name === 'If' && value > expected) continue;
        expect(`${name} ${formatCount(count)}: ${value}`).toBe(`${name} ${formatCount(count)}: ${expected}`);
      }
    }
  });

  test('most formulas were compared', () => {
    expect(compared).toBeGreaterThan(CASES.length * 5);
  });
});

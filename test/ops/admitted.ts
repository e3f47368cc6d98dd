// Compares, size by size, what the contract of a case admits and promises with what ONNX Runtime does.
import { checkConstraint } from '../../src/dim/constraint.ts';
import type { SymbolDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import type { OperatorExample } from '../../src/ir/operator.ts';
import { findRow } from '../../src/ops/rows.ts';
import { type Binding, bindInputs, isBound } from './bind-run.ts';
import { type Case, type ExampleRun, inputSymbols, readInputs, runExample } from './run-example.ts';
import { runOnOrt } from './run-on-ort.ts';

/** Where contract and runtime differ. */
export interface Difference {
  readonly sizes: string;
  readonly contract: string;
  readonly runtime: string;
}

/** A case by the name of its operator. */
export interface NamedCase extends OperatorExample {
  readonly op: string;
}

/**
 * Infers a case once with its symbols and runs it with each combination of sizes.
 *
 * @param values the sizes that every symbol takes
 * @returns each combination that the contract admits and the runtime refuses, or the other way round, or whose sizes differ
 */
export async function differences({ op, ...example }: NamedCase, values: readonly number[]): Promise<Difference[]> {
  const row = findRow('', op);
  if (!row) throw new Error(`no row ${op}`);
  const one: Case = { row, example };
  const run = runExample(one, readInputs(example), { given: true });
  const free = inputSymbols(run.inputs);
  const found: Difference[] = [];
  for (let i = 0; i < values.length ** free.length; i++) {
    const sizes = new Map(
      free.map((s, k): [SymbolDim, number] => [s, values[Math.floor(i / values.length ** k) % values.length] ?? 0]),
    );
    const binding: Binding = (s) => sizes.get(s);
    const contract = promised(run, sizes, binding);
    const outcome = await runOnOrt(one, bindInputs(run.inputs, binding), run.node);
    const runtime = 'refused' in outcome ? 'refused' : outcome.outputs.map((o) => `[${o?.dims}]`).join(' ');
    if (contract !== runtime) {
      found.push({ sizes: [...sizes].map(([s, size]) => `${s.name}=${size}`).join(' '), contract, runtime });
    }
  }
  return found;
}

/** The sizes of the outputs where the contract admits the sizes of the inputs. */
function promised(run: ExampleRun, sizes: ReadonlyMap<SymbolDim, number>, binding: Binding): string {
  const { facts } = run.graph;
  if (run.diagnostics.length > 0) return 'refused';
  for (const [s, size] of sizes) {
    const { min, max } = facts.range(s);
    if (size < min || size > max) return 'refused';
  }
  if (!facts.constraints().every((constraint) => checkConstraint(constraint, binding))) return 'refused';
  const texts = run.node.outputs.map(({ type }) => {
    const shape = type.kind === 'tensor' ? type.shape : undefined;
    return `[${(shape ?? []).map((dim) => (isBound(dim, binding) ? evaluate(dim, binding) : '?')).join()}]`;
  });
  return texts.join(' ');
}

// Holds what authors state of sizes that depend on data against the outputs of a run.
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { evaluate } from '../dim/evaluate.ts';
import { formatDim } from '../dim/text.ts';
import type { ModelEdges } from './edges.ts';

/** Checks the sizes of outputs; only models that promise something of their runs are checked. */
export class OutputCheck {
  readonly #outputs: ReadonlyMap<string, readonly Dim[]>;
  readonly #promises: readonly string[];

  constructor({ contract, outputs, isOurs }: ModelEdges) {
    this.#promises = isOurs ? contract.constraints.flatMap(({ scope, expr }) => (scope === 'run' ? [expr] : [])) : [];
    const shapes = [...outputs].flatMap(([name, type]) =>
      type.kind === 'tensor' && type.shape ? [[name, type.shape] as const] : [],
    );
    this.#outputs = new Map(this.#promises.length > 0 ? shapes : []);
  }

  /** Whether there is anything to compare. */
  get isNeeded(): boolean {
    return this.#outputs.size > 0;
  }

  /**
   * Compares the outputs of a run with what the model states.
   *
   * @param sizes the sizes of the symbols of inputs in this run
   * @param results the sizes of the outputs by name
   * @throws OUTPUT_MISMATCH when a size is not as stated, all of them together
   */
  check(sizes: ReadonlyMap<string, number>, results: ReadonlyMap<string, readonly number[]>): void {
    const settled = new Map<SymbolDim, number>();
    const mistakes: Diagnostic[] = [];
    const sizeOf = (symbol: SymbolDim): number | undefined =>
      settled.get(symbol) ?? (symbol.role === 'named' ? sizes.get(symbol.name) : undefined);
    for (const [name, shape] of results) {
      this.#outputs.get(name)?.forEach((dim, axis) => {
        const size = shape[axis];
        if (size === undefined) return;
        // A size that nothing states may be any, and the same wherever it stands.
        if (dim.kind === 'symbol' && sizeOf(dim) === undefined) settled.set(dim, size);
        if ([...symbolsOf(dim)].some((symbol) => sizeOf(symbol) === undefined)) return;
        const wanted = evaluate(dim, sizeOf);
        if (wanted !== size) mistakes.push(this.#mismatch(`output "${name}" axis ${axis}`, dim, { wanted, size }));
      });
    }
    throwDiagnostics(mistakes);
  }

  #mismatch(where: string, dim: Dim, { wanted, size }: { readonly wanted: number; readonly size: number }): Diagnostic {
    const text = dim.kind === 'const' ? `${wanted}` : `${formatDim(dim)}, here ${wanted}`;
    return {
      code: 'OUTPUT_MISMATCH',
      message: `${where} is stated to be ${text}, this run gives ${size}`,
      origin: { site: captureSite() },
      expected: String(wanted),
      actual: String(size),
      related: this.#promises.map((expr) => ({ message: `the model asks of a run: ${expr}` })),
    };
  }
}

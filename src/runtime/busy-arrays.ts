// The arrays that runs under way write into: nobody else may write into them, or feed them, before the run has ended.
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import type { OrtData } from './ort.ts';
import { overlap, type ReadyOutput } from './output-arrays.ts';

/** Arrays by the outputs that are written into them. */
type Outputs = ReadonlyMap<string, ReadyOutput>;

/** Keeps the arrays of runs under way apart. */
export class BusyArrays {
  readonly #busy = new Set<Outputs>();

  /** Whether no run under way writes into an array of its caller. */
  get isEmpty(): boolean {
    return this.#busy.size === 0;
  }

  /**
   * A run starts.
   *
   * @param into the arrays that it writes into
   * @param feeds the arrays that it reads, by input
   * @throws OUTPUT_ARRAY, FEED_MISMATCH when a run under way writes into one of them; all mistakes together
   */
  enter(into: Outputs | undefined, feeds: Iterable<readonly [string, { readonly data: OrtData }]>): void {
    if (this.#busy.size > 0)
      throwDiagnostics([...this.#conflicts('OUTPUT_ARRAY', into ?? []), ...this.#conflicts('FEED_MISMATCH', feeds)]);
    if (into) this.#busy.add(into);
  }

  /** The run ends, well or not. */
  leave(into: Outputs | undefined): void {
    if (into) this.#busy.delete(into);
  }

  *#conflicts(
    code: 'OUTPUT_ARRAY' | 'FEED_MISMATCH',
    arrays: Iterable<readonly [string, { readonly data: OrtData }]>,
  ): Iterable<Diagnostic> {
    for (const [name, { data }] of arrays) {
      const written = [...this.#busy]
        .flatMap((outputs) => [...outputs])
        .find(([, output]) => overlap(output.data, data));
      if (!written) continue;
      const what = code === 'OUTPUT_ARRAY' ? `array for output "${name}"` : `feed of input "${name}"`;
      yield {
        code,
        message: `the ${what}: a run that has not ended writes its output "${written[0]}" there`,
        origin: { what: `${code === 'OUTPUT_ARRAY' ? 'output' : 'input'} "${name}"`, site: captureSite() },
        hint: 'wait for that run, or give each run arrays of its own',
      };
    }
  }
}

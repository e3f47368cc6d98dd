// Runs cases on one provider, in a process of its own that is started again where a case ends it.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CASE_PROGRAM } from './case-program.ts';
import { type RunCase, TF32_TOLERANCE } from './run-case.ts';

/** What became of a case. */
export interface CaseResult {
  readonly name: string;
  /** `unrun`: not even the CPU takes it, as a release may lack what is newer. */
  readonly outcome: 'right' | 'wrong' | 'failed' | 'unrun';
  /** The greatest distance of an output, as a share of its greatest number. */
  readonly apart?: number;
  readonly reason?: string;
}

/** Where cases run. */
export interface CasePlace {
  readonly provider: string;
  /** What `require` loads for ONNX Runtime. */
  readonly entry: string;
  /** Whether NVIDIA's libraries may round factors to TF32. */
  readonly allowsTf32: boolean;
}

/** Runs the cases in order. */
export async function runCases(cases: readonly RunCase[], place: CasePlace): Promise<readonly CaseResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dimwise-cases-'));
  try {
    const file = join(folder, 'cases.jsonl');
    appendFileSync(file, '');
    const least = place.allowsTf32 && place.provider !== 'cpu' ? TF32_TOLERANCE : 0;
    // Line by line: all models together are longer than a text may be.
    for (const one of cases) {
      appendFileSync(file, `${JSON.stringify({ ...one, tolerance: Math.max(one.tolerance, least) })}\n`);
    }
    const results: CaseResult[] = [];
    while (results.length < cases.length) {
      const death = await runFrom(results.length, file, place, results);
      const next = cases[results.length];
      if (next) results.push({ name: next.name, outcome: 'failed', reason: death });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs cases until they or their process end; why it ended. */
function runFrom(start: number, file: string, place: CasePlace, results: CaseResult[]): Promise<string> {
  const tf32 = place.allowsTf32 ? {} : { NVIDIA_TF32_OVERRIDE: '0' };
  const child = spawn(process.execPath, ['-e', CASE_PROGRAM, '--', place.entry, place.provider, file, String(start)], {
    env: { ...process.env, NODE_OPTIONS: '', ...tf32 },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{"name":')) results.push(JSON.parse(line));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(`it ends the process: ${signal ?? `exit code ${code}`}`));
  });
}

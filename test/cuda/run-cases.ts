// Runs cases on one provider, in a process of its own that is started again where a case ends it.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CASE_PROGRAM } from './case-program.ts';
import { type RunCase, TF32_TOLERANCE } from './run-case.ts';

/** What became of a case. */
export interface CaseResult {
  readonly name: string;
  /**
   * `elsewhere`: the numbers are right, but no node ran on the provider, so that nothing is proven of it; `unrun`: not even the CPU takes it.
   */
  readonly outcome: 'right' | 'elsewhere' | 'wrong' | 'failed' | 'unrun';
  /** The class of {@link UNRUN} that an unrun case belongs to. */
  readonly why?: string;
  /** The greatest distance of an output, as a share of its greatest number. */
  readonly apart?: number;
  /** Nodes that ran on the provider, by the profile of ONNX Runtime. */
  readonly on?: number;
  /** Nodes that ran on another one: the CPU. */
  readonly off?: number;
  readonly reason?: string;
}

/** Why ONNX Runtime's CPU takes a case of the list not, by class, and how many cases of version 1.30 are of each. */
export const UNRUN: Readonly<Record<string, readonly [reason: string, count: number]>> = {
  'no kernel': [
    'ONNX Runtime has no kernel for this operator, version or type on the CPU; some have one on CUDA only',
    95,
  ],
  'newer opset': ['the operator came with an opset that this release does not take', 4],
  'other types': ["ONNX Runtime's schema of the operator takes other types than the published one", 9],
  refused: [
    'the kernel asks for values or attributes that this case, fed with waves, does not have, or knows a part of the forms',
    41,
  ],
};

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
    const profiles = join(folder, 'profiles');
    mkdirSync(profiles);
    appendFileSync(file, '');
    const least = place.allowsTf32 && place.provider !== 'cpu' ? TF32_TOLERANCE : 0;
    // Line by line: all models together are longer than a text may be.
    for (const one of cases) {
      appendFileSync(file, `${JSON.stringify({ ...one, tolerance: Math.max(one.tolerance, least) })}\n`);
    }
    const results: CaseResult[] = [];
    while (results.length < cases.length) {
      const death = await runFrom({ start: results.length, file, profiles }, place, results);
      const next = cases[results.length];
      if (next) results.push({ name: next.name, outcome: 'failed', reason: death });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Start {
  /** The number of the first case. */
  readonly start: number;
  readonly file: string;
  readonly profiles: string;
}

/** Runs cases until they or their process end; why it ended. */
function runFrom({ start, file, profiles }: Start, place: CasePlace, results: CaseResult[]): Promise<string> {
  const tf32 = place.allowsTf32 ? {} : { NVIDIA_TF32_OVERRIDE: '0' };
  const args = ['-e', CASE_PROGRAM, '--', place.entry, place.provider, file, String(start), profiles];
  const child = spawn(process.execPath, args, {
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

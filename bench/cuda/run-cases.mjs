// Runs the packed cases on one provider, in a process of its own that is started again where a case ends it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Factors of 10 bits after the point, through some layers: as in the tests of the repository. */
const TF32_TOLERANCE = 2e-2;

/** Cases that end the process on the CPU of ONNX Runtime 1.29, which runs first; 1.30 gives the right numbers. */
const NEEDS_1_30 = new Set([
  'operators: com.microsoft.SkipLayerNormalization 0',
  'operators: com.microsoft.SkipSimplifiedLayerNormalization 0',
]);

/** A case that gives no result for so many milliseconds is ended. */
const PATIENCE = 300_000;

/**
 * Runs all cases in order.
 *
 * @param home the folder with `cases.jsonl`, `case-program.txt` and `node_modules`
 * @param names the names of the cases, in the file's order
 * @param place provider, and whether NVIDIA's libraries may round factors to TF32
 * @returns a result for each case: its name, `outcome` right, elsewhere (right, but no node ran on the provider), wrong,
 *   failed or unrun (not even the CPU takes it), `apart`, nodes `on` the provider and `off` it, `why` and `reason`
 */
export async function runCases(home, names, { provider, allowsTf32 }) {
  const results = [];
  const profiles = mkdtempSync(join(tmpdir(), 'dimwise-profiles-'));
  while (results.length < names.length) {
    const death = await runFrom(results, home, { provider, allowsTf32, profiles });
    const next = names[results.length];
    if (next === undefined) continue;
    const isKnown = NEEDS_1_30.has(next);
    const reason = isKnown ? `it needs ONNX Runtime 1.30: ${death}` : death;
    results.push({
      name: next,
      outcome: isKnown ? 'unrun' : 'failed',
      ...(isKnown ? { why: 'needs 1.30' } : {}),
      reason,
    });
  }
  rmSync(profiles, { recursive: true, force: true });
  if (provider === 'cpu' || !allowsTf32) return results;
  return results.map((one) =>
    one.outcome === 'wrong' && one.apart <= TF32_TOLERANCE
      ? { ...one, outcome: one.on > 0 ? 'right' : 'elsewhere' }
      : one,
  );
}

function runFrom(results, home, { provider, allowsTf32, profiles }) {
  const program = readFileSync(join(home, 'case-program.txt'), 'utf8');
  const entry = join(home, 'node_modules/onnxruntime-node/dist/index.js');
  const args = ['-e', program, '--', entry, provider, join(home, 'cases.jsonl'), String(results.length), profiles];
  const env = { ...process.env, NODE_OPTIONS: '', ...(allowsTf32 ? {} : { NVIDIA_TF32_OVERRIDE: '0' }) };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  createInterface({ input: child.stdout }).on('line', (line) => {
    timer.refresh();
    if (line.startsWith('{"name":')) results.push(JSON.parse(line));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve(`it ends the process: ${signal ?? `exit code ${code}`}`);
    });
  });
}

/** The names of the cases in a file of one case per line. */
export async function caseNames(home) {
  const { createReadStream } = await import('node:fs');
  const names = [];
  const lines = createInterface({ input: createReadStream(join(home, 'cases.jsonl')), crlfDelay: Infinity });
  for await (const line of lines) if (line !== '') names.push(/^\{"name":("(?:[^"\\]|\\.)*")/.exec(line)?.[1] ?? '""');
  return names.map((name) => JSON.parse(name));
}

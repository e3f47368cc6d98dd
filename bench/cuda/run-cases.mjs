// Runs the packed cases on one provider, in a process of its own that is started again where a case ends it.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const PATIENCE = 120_000;

/**
 * Runs all cases in order.
 *
 * @param home the folder with `cases.jsonl`, `case-program.txt` and `node_modules`
 * @param names the names of the cases, in the file's order
 * @param place provider, and whether NVIDIA's libraries may round factors to TF32
 * @param keep a file that has each result as soon as there is one; what it has already of the same pack is not run again
 * @param until the time, in milliseconds since 1970, at which the rest is left
 * @returns a result for each case that was come to: its name, `outcome` right, elsewhere (right, but no node ran on the provider), wrong,
 *   failed or unrun (not even the CPU takes it), `apart`, nodes `on` the provider and `off` it, `why` and `reason`
 */
export async function runCases(home, names, { provider, allowsTf32 }, { keep, pack, until = Infinity }) {
  const results = keptResults(keep, names, pack);
  const profiles = mkdtempSync(join(tmpdir(), 'dimwise-profiles-'));
  const add = (result) => {
    results.push(result);
    appendFileSync(keep, `${JSON.stringify(result)}\n`);
  };
  const place = { provider, allowsTf32, profiles, until };
  try {
    while (results.length < names.length && Date.now() < until) {
      const death = await runFrom(results.length, add, home, place);
      const next = names[results.length];
      if (next !== undefined && Date.now() < until) add(ended(next, death));
    }
  } finally {
    rmSync(profiles, { recursive: true, force: true });
  }
  if (provider === 'cpu' || !allowsTf32) return results;
  return results.map((one) =>
    one.outcome === 'wrong' && one.apart <= TF32_TOLERANCE
      ? { ...one, outcome: one.on > 0 ? 'right' : 'elsewhere' }
      : one,
  );
}

/** The result of a case that ends its process. */
function ended(name, death) {
  if (!NEEDS_1_30.has(name)) return { name, outcome: 'failed', reason: death };
  return { name, outcome: 'unrun', why: 'needs 1.30', reason: `it needs ONNX Runtime 1.30: ${death}` };
}

/** What an ended command has left, up to a line that was not written to its end; the file is made to hold just that. */
function keptResults(keep, names, pack) {
  const [first, ...lines] = readLines(keep);
  const found = [];
  for (const line of first?.pack === pack ? lines : []) {
    if (line?.name === undefined || line.name !== names[found.length]) break;
    found.push(line);
  }
  writeFileSync(keep, [{ pack }, ...found].map((one) => `${JSON.stringify(one)}\n`).join(''));
  return found;
}

function readLines(file) {
  try {
    return readFileSync(file, 'utf8').split('\n').map(parsed);
  } catch {
    return [];
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function runFrom(start, add, home, { provider, allowsTf32, profiles, until }) {
  const program = readFileSync(join(home, 'case-program.txt'), 'utf8');
  const entry = join(home, 'node_modules/onnxruntime-node/dist/index.js');
  const args = ['-e', program, '--', entry, provider, join(home, 'cases.jsonl'), String(start), profiles];
  const env = { ...process.env, NODE_OPTIONS: '', ...(allowsTf32 ? {} : { NVIDIA_TF32_OVERRIDE: '0' }) };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(kill, PATIENCE);
  const end = until === Infinity ? undefined : setTimeout(kill, until - Date.now());
  createInterface({ input: child.stdout }).on('line', (line) => {
    timer.refresh();
    if (line.startsWith('{"name":')) add(JSON.parse(line));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(end);
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

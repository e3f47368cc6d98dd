// Measures the bad files of test/onnx/hostile, each in a process of its own: time and memory until they are refused. `npm run bench:hostile`
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BYTES_CASES } from '../test/onnx/hostile/cases.ts';
import { FILE_CASES } from '../test/onnx/hostile/file-cases.ts';

/** What a child says. */
interface Measured {
  readonly code: string;
  readonly ms: number;
  readonly mebibytes: number;
}

const CHILD = fileURLToPath(new URL('../out/bench/hostile-child.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'dimwise-bench-'));
const found: (Measured & { readonly name: string; readonly wanted: string })[] = [];
try {
  const empty = measure(write('empty', new Uint8Array()));
  console.log(`machine: ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  console.log(`an empty file: ${text(empty)}`);
  for (const { name, code, bad } of BYTES_CASES) {
    found.push({ name, wanted: code, ...measure(write('model', bad())) });
  }
  FILE_CASES.forEach(({ name, code, bad }, i) => {
    const folder = join(root, String(i));
    mkdirSync(folder);
    found.push({ name, wanted: code, ...measure(bad(folder)) });
  });
} finally {
  rmSync(root, { recursive: true, force: true });
}
const wrong = found.filter(({ code, wanted }) => code !== wanted);
for (const { name, code, wanted } of wrong) console.log(`${name}: ${code}, not ${wanted}`);
console.log(`${found.length} bad files, ${wrong.length} with another code`);
for (const key of ['ms', 'mebibytes'] as const) {
  const [worst] = found.toSorted((a, b) => b[key] - a[key]);
  if (worst) console.log(`greatest ${key}: ${worst.name}, ${text(worst)}`);
}
const slow = found.filter(({ ms, mebibytes }) => ms >= 1000 || mebibytes >= 200);
for (const each of slow) console.log(`beyond a second or 200 MiB: ${each.name}, ${text(each)}`);
process.exitCode = wrong.length + slow.length > 0 ? 1 : 0;

function write(name: string, bytes: Uint8Array): string {
  const path = join(root, `${name}.onnx`);
  writeFileSync(path, bytes);
  return path;
}

function measure(path: string): Measured {
  return JSON.parse(
    execFileSync(process.execPath, [CHILD, path], {
      encoding: 'utf8',
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
}

function text({ ms, mebibytes }: Measured): string {
  return `${ms.toFixed(0)} ms, ${mebibytes.toFixed(0)} MiB`;
}

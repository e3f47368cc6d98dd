// Shape inference against onnx and ONNX Runtime's symbolic_shape_infer, in one run: real topologies, and chains of up to 1M nodes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChainKind, chainBytes } from './chains.ts';
import { type Engine, type Measured, merge, type Run } from './shapes-measure.ts';
import { reportModel, reportTargets } from './shapes-report.ts';
import { TOPOLOGIES, topologyBytes } from './topologies.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const python = process.env['PYTHON'] ?? 'python3';
const processes = Number(process.env['ROUNDS'] ?? 5);
/** Only models whose names contain this text. */
const only = process.env['ONLY'] ?? '';
/** A child that takes longer has not finished. */
const LIMIT_MS = 1000 * Number(process.env['LIMIT'] ?? 180);

/** As many for onnx as for dimwise, whose code gets faster while it runs. */
const repetitions = (nodes: number): number =>
  nodes >= 1e6 ? 1 : nodes >= 1e5 ? 6 : nodes >= 1e4 ? 20 : nodes > 0 ? 60 : 200;

/** How often a child infers after its first call: enough for medians, few where one takes long. */
const REPETITIONS: Readonly<Record<Engine, (nodes: number) => number>> = {
  dimwise: repetitions,
  onnx: repetitions,
  symbolic: (nodes) => (nodes >= 1e4 ? 0 : 2),
};

function child(engine: Engine, file: string, nodes: number): Run | string {
  const rounds = String(REPETITIONS[engine](nodes));
  const [command, args] =
    engine === 'dimwise'
      ? [process.execPath, ['--max-old-space-size=12288', here('../out/bench/shapes-child.js'), file, rounds]]
      : [python, [here('./peers/shape_infer.py'), engine, file, rounds]];
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT_MS });
  if (error && 'code' in error && error.code === 'ETIMEDOUT') return `not finished within ${LIMIT_MS / 1000} s`;
  const line = stdout?.trim().split('\n').at(-1);
  if (status === 0 && line?.startsWith('{')) return JSON.parse(line) as Run;
  return `failed: ${(stderr || String(error)).trim().split('\n').at(-1)}`;
}

/** Measures one model with all engines, their processes alternating, so that a slow minute of the machine falls on all of them. */
function measure(name: string, file: string, nodes: number): Measured {
  const runs: Record<Engine, Run[]> = { dimwise: [], onnx: [], symbolic: [] };
  const failures: Partial<Record<Engine, string>> = {};
  const rounds = nodes >= 1e5 ? Math.min(processes, 2) : processes;
  for (let round = 0; round < rounds; round++) {
    for (const engine of ['dimwise', 'onnx', 'symbolic'] as const) {
      if (failures[engine] || (engine === 'symbolic' && nodes >= 1e4 && round > 0)) continue;
      const run = child(engine, file, nodes);
      if (typeof run === 'string') failures[engine] = run;
      else runs[engine].push(run);
    }
  }
  return { name, nodes, bytes: statSync(file).size, failures, engines: merge(runs) };
}

function checkPython(): void {
  const { status } = spawnSync(python, ['-c', 'import onnx, onnxruntime, sympy'], { encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${python} lacks onnx, onnxruntime or sympy; name another with PYTHON=/path/to/python`);
  process.exit(2);
}

checkPython();
const folder = mkdtempSync(join(tmpdir(), 'dimwise-bench-'));
const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, ${memory}; Node ${process.version}; ${processes} processes of each engine, alternating`,
);
console.log(
  'milliseconds: median (quartiles) of inference of a graph that is loaded; "from bytes" includes reading; "first" is the first call of a process; of the topologies 100 more are warm-up for dimwise and onnx',
);
const all: Measured[] = [];
const lengths = [1e3, 1e4, 1e5, 1e6];
const models: { readonly name: string; readonly nodes: number; readonly bytes: () => Uint8Array }[] = [
  ...TOPOLOGIES.map((name) => ({ name, nodes: 0, bytes: () => topologyBytes(name) })),
  ...(['elementwise', 'mixed'] satisfies ChainKind[]).flatMap((kind) =>
    lengths.map((nodes) => ({ name: `${kind}-${nodes}`, nodes, bytes: () => chainBytes(kind, nodes) })),
  ),
];
for (const { name, nodes, bytes } of models.filter((each) => each.name.includes(only))) {
  const file = join(folder, 'model.onnx');
  writeFileSync(file, bytes());
  const measured = measure(name, file, nodes);
  all.push(measured);
  reportModel(measured);
}
rmSync(folder, { recursive: true });
reportTargets(all);

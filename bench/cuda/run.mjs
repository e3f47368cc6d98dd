// Runs on the GPU host: the doctor, the cases with TF32 and without, the benches, PyTorch; results as JSON and text.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { caseNames, runCases } from './run-cases.mjs';

const home = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { provider: { type: 'string' }, results: { type: 'string' }, steps: { type: 'string' } },
});
const { provider = 'cuda', results = 'results', steps = 'doctor cases bench torch' } = values;
const chosen = new Set(steps.split(/\s+/).filter(Boolean));
const summary = { provider, node: process.versions.node, steps: [] };

/** With TF32 and without; one pass where there is none. */
const PASSES =
  provider === 'cpu'
    ? [['cpu', false]]
    : [
        ['tf32', true],
        ['no-tf32', false],
      ];

/** The exit code of bench_torch.py without PyTorch or the device. */
const NO_TORCH = 3;

const OUTCOMES = ['right', 'elsewhere', 'wrong', 'failed', 'unrun'];

/** Models with sizes that PyTorch is timed at too (bench_torch.py). */
const MODELS = [
  ['resnet50', ['x=[batch,3,224,224]'], 'batch=1,8,32'],
  ['bert', ['sequence=128'], 'batch=1,8,32'],
  ['gpt2', ['sequence=128'], 'batch=1,8'],
];

/** Seconds that a step may take: together they stay below the ten minutes that some hosts give a command. */
const MOST_SECONDS = { doctor: 120, compile: 180, bench: 240, torch: 240 };

/** Runs a program; its exit code, or why it has none. One that takes longer than `seconds` is ended. */
function run(program, args, { out, env = {}, seconds = 600 } = {}) {
  const file = out === undefined ? 'ignore' : openSync(join(results, out), 'w');
  const child = spawn(program, args, {
    cwd: home,
    env: { ...process.env, ...env },
    stdio: ['ignore', file, 'inherit'],
  });
  return new Promise((resolve) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, seconds * 1000);
    const finish = (how) => {
      clearTimeout(timer);
      if (typeof file === 'number') closeSync(file);
      resolve(how);
    };
    child.on('error', (error) => finish(error.message));
    child.on('exit', (code, signal) => finish(isLate ? `more than ${seconds} s` : (signal ?? code)));
  });
}

const dimwise = (args, options) =>
  run(process.execPath, [join(home, 'node_modules/dimwise/dist/cli.js'), ...args], options);

const off = (allowsTf32) => (allowsTf32 || provider === 'cpu' ? {} : { NVIDIA_TF32_OVERRIDE: '0' });

function note(step, isWell, text, further = {}) {
  summary.steps.push({ step, isWell, text, ...further });
  // After each step: a command that is ended before its time leaves what it has.
  const lines = summary.steps.map((one) => `${one.isWell ? 'well  ' : 'FAILED'}  ${one.step}: ${one.text}\n`);
  writeFileSync(join(results, 'summary.json'), `${JSON.stringify(summary, null, 1)}\n`);
  writeFileSync(join(results, 'summary.txt'), lines.join(''));
  console.log(`${isWell ? 'well  ' : 'FAILED'}  ${step}: ${text}`);
}

async function doctor() {
  const args = ['doctor', '--provider', provider];
  const code = await dimwise([...args, '--json'], { out: 'doctor.json', seconds: MOST_SECONDS.doctor });
  await dimwise(args, { out: 'doctor.txt', seconds: MOST_SECONDS.doctor });
  note('doctor', code === 0, code === 0 ? `${provider} works` : `${provider} does not work: see doctor.txt`);
  return code === 0;
}

async function cases(works) {
  const names = await caseNames(home);
  for (const [pass, allowsTf32] of PASSES) {
    if (!works) {
      note(`cases ${pass}`, false, `${names.length} cases NOT RUN, for ${provider} does not work`);
      continue;
    }
    const found = await runCases(home, names, { provider, allowsTf32 });
    const of = (outcome) => found.filter((one) => one.outcome === outcome);
    writeFileSync(join(results, `cases-${pass}.json`), `${JSON.stringify(found, null, 1)}\n`);
    const lines = ['wrong', 'failed', 'elsewhere', 'unrun'].flatMap((outcome) =>
      of(outcome).map(({ name, apart, reason }) => `${outcome}\t${name}\t${reason ?? `apart ${apart}`}`),
    );
    writeFileSync(join(results, `cases-${pass}.txt`), `${lines.join('\n')}\n`);
    const counts = Object.fromEntries(OUTCOMES.map((each) => [each, of(each).length]));
    const { right, wrong, failed, elsewhere, unrun } = counts;
    const whys = new Map();
    for (const { why = 'unknown' } of of('unrun')) whys.set(why, (whys.get(why) ?? 0) + 1);
    const because = [...whys].map(([why, count]) => `${count} ${why}`);
    const text = `${right} right on ${provider}, ${elsewhere} right but with no node there, ${wrong} wrong, ${failed} failed, ${unrun} not run${because.length > 0 ? ` (${because.join(', ')})` : ''}`;
    const sum = (key) => found.reduce((total, one) => total + (one[key] ?? 0), 0);
    const nodes = { on: sum('on'), off: sum('off') };
    const isWell = right > 0 && wrong + failed === 0;
    note(`cases ${pass}`, isWell, `${text}; ${nodes.on} nodes there, ${nodes.off} on the CPU`, { ...counts, nodes });
  }
}

async function bench(works) {
  for (const [model, sizes, batches] of MODELS) {
    if (!works) {
      note(`bench ${model}`, false, `NOT RUN, for ${provider} does not work`);
      continue;
    }
    const file = join(results, `${model}.onnx`);
    const shape = sizes.filter((each) => each.includes('[')).flatMap((each) => ['--bind', each]);
    const made = ['compile', join(home, `examples/zoo/${model}.ts`), ...shape, '--seed', '0', '--target', 'ort@1.29'];
    const code = existsSync(file)
      ? 0
      : await dimwise([...made, '-o', file, '--quiet'], { seconds: MOST_SECONDS.compile });
    if (code !== 0) {
      note(`bench ${model}`, false, `it cannot be made: ${code}`);
      continue;
    }
    const binds = [...sizes.filter((each) => !each.includes('[')), provider === 'cpu' ? 'batch=1' : batches];
    const length = provider === 'cpu' ? ['--runs', '3', '--warmup', '1'] : ['--seconds', '5'];
    const args = ['bench', file, '--provider', provider, ...binds.flatMap((each) => ['--bind', each]), ...length];
    for (const [pass, allowsTf32] of PASSES) {
      const out = `bench-${model}-${pass}.json`;
      const ended = await dimwise([...args, '--json'], { out, env: off(allowsTf32), seconds: MOST_SECONDS.bench });
      note(`bench ${model} ${pass}`, ended === 0, ended === 0 ? out : `it ended with ${ended}`);
    }
  }
}

async function torch() {
  const device = provider === 'cpu' ? 'cpu' : 'cuda';
  const python = process.env.PYTHON ?? 'python3';
  const code = await run(python, [join(home, 'bench_torch.py'), device], {
    out: 'torch.json',
    seconds: MOST_SECONDS.torch,
  });
  if (code === 0) return note('torch', true, 'torch.json', { isRun: true });
  rmSync(join(results, 'torch.json'), { force: true });
  // A host without PyTorch has nothing to compare with, and that is no fault; one that has it and fails is at fault.
  const isAbsent = code === NO_TORCH || /ENOENT/.test(String(code));
  const why = isAbsent
    ? `no PyTorch for ${device}; the benches have nothing to be compared with`
    : `it ended with ${code}`;
  note('torch', isAbsent, `NOT RUN: ${why}`, { isRun: false });
}

/** Runs a step; one that throws is told, and the others go on. */
async function step(name, work) {
  if (!chosen.has(name)) return undefined;
  try {
    return await work();
  } catch (error) {
    note(name, false, String(error?.message ?? error));
    return false;
  }
}

if (provider !== 'cpu') chosen.add('doctor');
const works = chosen.has('doctor') ? await step('doctor', doctor) : true;
await step('cases', () => cases(works));
await step('bench', () => bench(works));
await step('torch', torch);
process.exitCode = summary.steps.every(({ isWell }) => isWell) ? 0 : 1;

// Runs on the GPU host: the doctor, the cases with TF32 and without, the benches, PyTorch; results as JSON and text.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare } from './compare.mjs';
import { caseNames, runCases } from './run-cases.mjs';
import { readJson, Summary } from './summary.mjs';

const home = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    provider: { type: 'string' },
    results: { type: 'string' },
    steps: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const { provider = 'cuda', results = 'results', steps = 'doctor cases bench torch' } = values;
const chosen = new Set(steps.split(/\s+/).filter(Boolean));
const pack = existsSync(join(home, '.packed')) ? readFileSync(join(home, '.packed'), 'utf8').trim() : '';
const summary = new Summary(results, { provider, node: process.versions.node, pack });
const note = (...parts) => summary.note(...parts);

/** When this command has to be over, in milliseconds since 1970. */
const until = values.seconds ? Date.now() + 1000 * Number(values.seconds) : Infinity;
let isFinished = true;

/** Whether there is time for more; says what is left where there is none. */
function hasTime(step) {
  if (until - Date.now() > LEAST_SECONDS * 1000) return true;
  leave(step, 'NOT RUN, for the time is up');
  return false;
}

function leave(step, text, further = {}) {
  isFinished = false;
  note(step, false, `${text}; the same command goes on`, further);
}

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

/** Models: inputs as they are compiled, sizes as they are run, and batches; PyTorch is timed at the same (bench_torch.py). */
const MODELS = [
  ['resnet50', ['x=[batch,3,height,width]'], ['height=224', 'width=224'], [1, 8, 32]],
  ['bert', [], ['sequence=128'], [1, 8, 32]],
  ['gpt2', [], ['sequence=128'], [1, 8]],
];

/** Seconds that a part of a step may take; --seconds shortens them. */
const MOST_SECONDS = { doctor: 120, compile: 180, bench: 120, torch: 300 };

/** Seconds below which nothing more is begun. */
const LEAST_SECONDS = 10;

/** Runs a program; its exit code, or why it has none. One that takes longer than `seconds` is ended. */
function run(program, args, { out, env = {}, seconds = 600 } = {}) {
  const file = out === undefined ? 'ignore' : openSync(join(results, out), 'w');
  const most = Math.max(1, Math.min(seconds, Math.floor((until - Date.now()) / 1000)));
  const child = spawn(program, args, {
    cwd: home,
    env: { ...process.env, ...env },
    stdio: ['ignore', file, 'inherit'],
  });
  return new Promise((resolve) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      // For want of this command's time, not of its own: another command may have more.
      if (most < seconds) isFinished = false;
      child.kill('SIGKILL');
    }, most * 1000);
    const finish = (how) => {
      clearTimeout(timer);
      if (typeof file === 'number') closeSync(file);
      resolve(how);
    };
    child.on('error', (error) => finish(error.message));
    child.on('exit', (code, signal) => finish(isLate ? `more than ${most} s` : (signal ?? code)));
  });
}

const dimwise = (args, options) =>
  run(process.execPath, [join(home, 'node_modules/dimwise/dist/cli.js'), ...args], options);

const off = (allowsTf32) => (allowsTf32 || provider === 'cpu' ? {} : { NVIDIA_TF32_OVERRIDE: '0' });

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
    if (summary.isDone(`cases ${pass}`)) continue;
    if (!hasTime(`cases ${pass}`)) continue;
    const keep = join(results, `cases-${pass}.jsonl`);
    const found = await runCases(home, names, { provider, allowsTf32 }, { keep, pack, until: until - 2000 });
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
    const told = `${text}; ${nodes.on} nodes there, ${nodes.off} on the CPU`;
    if (found.length < names.length) {
      leave(`cases ${pass}`, `${found.length} of ${names.length} in the time: ${told}`, { ...counts, nodes });
      continue;
    }
    note(`cases ${pass}`, isWell, told, { ...counts, nodes });
    rmSync(keep, { force: true });
  }
}

async function bench(works) {
  for (const [model, inputs, sizes, batches] of MODELS) {
    if (!works) {
      note(`bench ${model}`, false, `NOT RUN, for ${provider} does not work`);
      continue;
    }
    const wanted = (provider === 'cpu' ? [1] : batches).flatMap((batch) =>
      PASSES.map(([pass, allowsTf32]) => ({ batch, pass, allowsTf32, step: `bench ${model} batch ${batch} ${pass}` })),
    );
    const left = wanted.filter(({ step }) => !summary.isDone(step));
    if (left.length === 0 || !hasTime(`bench ${model}`)) continue;
    const file = await compiled(model, inputs);
    if (file === undefined) continue;
    const length = provider === 'cpu' ? ['--runs', '3', '--warmup', '1'] : ['--seconds', '5'];
    // A process for each size: one that the card has no memory for costs no other its numbers.
    for (const { batch, pass, allowsTf32, step: name } of left) {
      if (!hasTime(name)) continue;
      const binds = [...sizes, `batch=${batch}`].flatMap((each) => ['--bind', each]);
      const out = `bench-${model}-batch${batch}-${pass}.json`;
      const args = ['bench', file, '--provider', provider, ...binds, ...length, '--json'];
      const ended = await dimwise(args, { out, env: off(allowsTf32), seconds: MOST_SECONDS.bench });
      note(name, ended === 0, ended === 0 ? out : `it ended with ${ended}: see ${out}`);
    }
  }
}

/** The file of a model, made once; undefined where it cannot be made. */
async function compiled(model, inputs) {
  mkdirSync(join(home, 'models'), { recursive: true });
  const file = join(home, 'models', `${model}.onnx`);
  if (existsSync(file)) return file;
  const shape = inputs.flatMap((each) => ['--bind', each]);
  const made = ['compile', join(home, `examples/zoo/${model}.ts`), ...shape, '--seed', '0', '--target', 'ort@1.29'];
  const code = await dimwise([...made, '-o', file, '--quiet'], { seconds: MOST_SECONDS.compile });
  if (code === 0) return file;
  note(`bench ${model}`, false, `it cannot be made: ${code}`);
  return undefined;
}

async function torch() {
  if (!hasTime('torch')) return;
  const device = provider === 'cpu' ? 'cpu' : 'cuda';
  const python = process.env.PYTHON ?? 'python3';
  const out = resolve(results, 'torch.json');
  rmSync(out, { force: true });
  const code = await run(python, [join(home, 'bench_torch.py'), device, out], { seconds: MOST_SECONDS.torch });
  const count = readJson(out)?.results?.length ?? 0;
  if (code === 0) return note('torch', true, 'torch.json', { isRun: true });
  if (count > 0) return note('torch', false, `it ended with ${code}; torch.json has what came before`, { isRun: true });
  // A host without PyTorch has nothing to compare with, and that is no fault; one that has it and fails is at fault.
  const isAbsent = code === NO_TORCH || /ENOENT/.test(String(code));
  const why = isAbsent
    ? `no PyTorch for ${device}; the benches have nothing to be compared with`
    : `it ended with ${code}`;
  note('torch', isAbsent, `NOT RUN: ${why}`, { isRun: false });
}

/** What was run at another size is no comparison, and a fault of this program. */
function compared() {
  const { count, unequal } = compare(results);
  if (unequal.length > 0) note('compare', false, `other sizes than PyTorch's: ${unequal.join('; ')}`);
  else if (count > 0) note('compare', true, `${count} sizes: see compare.txt`);
}

/** Runs a step; one that throws is told, and the others go on. */
async function step(name, work) {
  if (!chosen.has(name) && name !== 'compare') return undefined;
  try {
    return await work();
  } catch (error) {
    note(name, false, String(error?.message ?? error));
    return false;
  }
}

if (provider !== 'cpu') chosen.add('doctor');
const works = (chosen.has('doctor') ? await step('doctor', doctor) : true) || process.env.DIMWISE_FORCE === '1';
await step('cases', () => cases(works));
await step('bench', () => bench(works));
await step('torch', torch);
if (chosen.has('bench') || chosen.has('torch')) await step('compare', compared);
process.exitCode = summary.finish(isFinished) ? 0 : 1;

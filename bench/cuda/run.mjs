// Runs on the GPU host: the doctor, the cases with TF32 and without, the benches, PyTorch; results as JSON and text.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
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

/** Models with sizes that PyTorch is timed at too (bench_torch.py). */
const MODELS = [
  ['resnet50', ['x=[batch,3,224,224]'], 'batch=1,8,32'],
  ['bert', ['sequence=128'], 'batch=1,8,32'],
  ['gpt2', ['sequence=128'], 'batch=1,8'],
];

function run(program, args, { out, env = {} } = {}) {
  const file = out === undefined ? 'ignore' : openSync(join(results, out), 'w');
  const child = spawn(program, args, {
    cwd: home,
    env: { ...process.env, ...env },
    stdio: ['ignore', file, 'inherit'],
  });
  return new Promise((resolve) => {
    const finish = (how) => {
      if (typeof file === 'number') closeSync(file);
      resolve(how);
    };
    child.on('error', (error) => finish(error.message));
    child.on('exit', (code, signal) => finish(signal ?? code));
  });
}

const dimwise = (args, options) =>
  run(process.execPath, [join(home, 'node_modules/dimwise/dist/cli.js'), ...args], options);

const off = (allowsTf32) => (allowsTf32 || provider === 'cpu' ? {} : { NVIDIA_TF32_OVERRIDE: '0' });

function note(step, isWell, text, further = {}) {
  summary.steps.push({ step, isWell, text, ...further });
  console.log(`${isWell ? 'well  ' : 'FAILED'}  ${step}: ${text}`);
}

async function doctor() {
  const args = ['doctor', '--provider', provider];
  const code = await dimwise([...args, '--json'], { out: 'doctor.json' });
  await dimwise(args, { out: 'doctor.txt' });
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
    const lines = ['wrong', 'failed', 'unrun'].flatMap((outcome) =>
      of(outcome).map(({ name, apart, reason }) => `${outcome}\t${name}\t${reason ?? `apart ${apart}`}`),
    );
    writeFileSync(join(results, `cases-${pass}.txt`), `${lines.join('\n')}\n`);
    const [right, wrong, failed, unrun] = ['right', 'wrong', 'failed', 'unrun'].map((each) => of(each).length);
    const text = `${right} right, ${wrong} wrong, ${failed} failed, ${unrun} that this release's CPU does not take either`;
    note(`cases ${pass}`, right > 0 && wrong + failed === 0, text, { right, wrong, failed, unrun });
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
    const code = existsSync(file) ? 0 : await dimwise([...made, '-o', file, '--quiet']);
    if (code !== 0) {
      note(`bench ${model}`, false, `it cannot be made: ${code}`);
      continue;
    }
    const binds = [...sizes.filter((each) => !each.includes('[')), provider === 'cpu' ? 'batch=1' : batches];
    const length = provider === 'cpu' ? ['--runs', '3', '--warmup', '1'] : ['--seconds', '5'];
    const args = ['bench', file, '--provider', provider, ...binds.flatMap((each) => ['--bind', each]), ...length];
    for (const [pass, allowsTf32] of PASSES) {
      const out = `bench-${model}-${pass}.json`;
      const ended = await dimwise([...args, '--json'], { out, env: off(allowsTf32) });
      note(`bench ${model} ${pass}`, ended === 0, ended === 0 ? out : `it ended with ${ended}`);
    }
  }
}

async function torch() {
  const device = provider === 'cpu' ? 'cpu' : 'cuda';
  const code = await run('python3', [join(home, 'bench_torch.py'), device], { out: 'torch.json' });
  // A host without PyTorch has nothing to compare with: that is no fault.
  note('torch', true, code === 0 ? 'torch.json' : `NOT RUN: no PyTorch for ${device} (${code})`, { isRun: code === 0 });
}

const needsProvider = chosen.has('doctor') || provider !== 'cpu';
const works = needsProvider ? await doctor() : true;
if (chosen.has('cases')) await cases(works);
if (chosen.has('bench')) await bench(works);
if (chosen.has('torch')) await torch();
writeFileSync(join(results, 'summary.json'), `${JSON.stringify(summary, null, 1)}\n`);
const lines = summary.steps.map(({ step, isWell, text }) => `${isWell ? 'well  ' : 'FAILED'}  ${step}: ${text}\n`);
writeFileSync(join(results, 'summary.txt'), lines.join(''));
process.exitCode = summary.steps.every(({ isWell }) => isWell) ? 0 : 1;

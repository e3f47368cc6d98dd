// What the doctor found, for people and for programs.

import type { Diagnosis } from '../node/doctor/doctor.ts';
import type { ProviderState } from '../node/doctor/provider-state.ts';
import type { SelfTest } from '../node/doctor/self-test.ts';
import { hasUtf8 } from './has-utf8.ts';
import { formatTable } from './table.ts';
import { wrapText } from './wrap-text.ts';

/** Columns of a terminal of the usual width. */
const WIDTH = 80;

/**
 * The report for a person, lines of 80 columns where names allow.
 *
 * @param hasColor whether it goes to a terminal: then ticks and crosses stand beside the words, where the terminal shows them
 */
export function doctorLines(diagnosis: Diagnosis, hasColor: boolean): readonly string[] {
  const { providers, tests, advice } = diagnosis;
  const marks =
    hasColor && hasUtf8(process.env) ? { good: '✓ ', bad: '✗ ', none: '  ' } : { good: '', bad: '', none: '' };
  const lines = [...installed(diagnosis), '', ...graphicsLines(diagnosis)];
  if (providers.length > 0) {
    const rows = providers.map((state) => {
      const [mark, word] = wordsOf(state, tests);
      return [state.provider, marks[mark] + word];
    });
    lines.push('', ...formatTable(['provider', 'state'], rows, hasColor));
    lines.push(...providers.flatMap((state) => reasonLines(state, tests)));
  }
  const numbers = tests.filter(({ create }) => create !== undefined);
  if (numbers.length > 0) {
    const header = ['self-test', 'from the CPU', 'from recorded', 'without TF32', 'allowed', 'create', 'run'];
    lines.push('', ...formatTable(header, numbers.map(testRow), hasColor));
  }
  if (advice.length > 0) lines.push('', 'What to do, in order');
  advice.forEach(({ what, commands }, i) => {
    lines.push(...wrapText(what, WIDTH, `  ${i + 1}. `, '     '));
    for (const command of commands) lines.push(`       ${command}`);
  });
  return lines;
}

/** Pairs of a name and what is said of it, in two columns. */
const pairs = (rows: readonly (readonly [name: string, text: string])[]): string[] =>
  rows.flatMap(([name, text]) => wrapText(text, WIDTH, name.padEnd(18), ' '.repeat(18)));

function installed({ node, dimwise, platform, arch, glibc, ort, copies }: Diagnosis): string[] {
  const rows: (readonly [string, string])[] = [
    ['dimwise', dimwise],
    ['Node', node],
    ['system', `${platform} ${arch}${glibc === undefined ? '' : `, glibc ${glibc}`}`],
  ];
  if (!ort) return pairs([...rows, ['onnxruntime-node', 'not installed']]);
  const native = ort.native === undefined || ort.native === ort.version ? '' : `, but its library is of ${ort.native}`;
  rows.push(['onnxruntime-node', `${ort.version}${native}, in ${ort.folder}`]);
  const { limits } = ort;
  if (limits) rows.push(['takes', `IR <= ${limits.ir}, opset <= ${limits.opset}, ai.onnx.ml <= ${limits.ml}`]);
  if (ort.glibc !== undefined) rows.push(['needs', `glibc >= ${ort.glibc}`]);
  for (const { folder, version } of copies) {
    if (folder !== ort.folder) rows.push(['another copy', `${version}, in ${folder}`]);
  }
  return pairs(rows);
}

function graphicsLines({ graphics: { driver, driverCuda, gpus, libraries } }: Diagnosis): string[] {
  const runs = driverCuda === undefined ? '' : `, runs CUDA up to ${driverCuda}`;
  return pairs([
    ['NVIDIA driver', driver === undefined ? 'not found' : `${driver}${runs}`],
    ...gpus.map(({ name, memory, capability }, i): readonly [string, string] => {
      const size = memory === undefined ? '' : `, ${Math.round(memory / 2 ** 30)} GiB`;
      return [`GPU ${i}`, `${name}${size}${capability === undefined ? '' : `, compute capability ${capability}`}`];
    }),
    ...libraries.map(({ name, version, path, isOnPath }): readonly [string, string] => [
      name.replace(/\.so.*$/, ''),
      `${version ?? name}, ${path}${isOnPath ? '' : ' (the loader does not look there)'}`,
    ]),
  ]);
}

/** Whether a provider works, in words; one that is tested works only where its numbers are right. */
function wordsOf({ provider, isBuiltIn, loads }: ProviderState, tests: readonly SelfTest[]) {
  const test = tests.find((each) => each.provider === provider);
  if (!isBuiltIn) return ['none', 'not in this build'] as const;
  if (!loads) return ['bad', 'does not load'] as const;
  return test && !test.passes ? (['bad', 'loads, but fails the self-test'] as const) : (['good', 'works'] as const);
}

function reasonLines({ provider, isBuiltIn, reason }: ProviderState, tests: readonly SelfTest[]): string[] {
  const failed = tests.find((each) => each.provider === provider && !each.passes)?.reason;
  const text = isBuiltIn ? (reason ?? failed) : undefined;
  return text === undefined ? [] : wrapText(`${provider}: ${text}`, WIDTH, '  ', '    ');
}

const share = (value: number | undefined): string =>
  value === undefined ? '' : value === 0 ? 'same' : value.toExponential(1);

const time = (value: number | undefined): string =>
  value === undefined ? '' : `${value < 10 ? value.toPrecision(2) : Math.round(value)} ms`;

const testRow = ({ provider, fromCpu, fromRecorded, withoutTf32, limit, create, run }: SelfTest): string[] => [
  provider,
  provider === 'cpu' ? '' : share(fromCpu),
  share(fromRecorded),
  share(withoutTf32),
  share(limit),
  time(create),
  time(run),
];

/** The diagnosis as one object for programs: what is not known is null. */
export function jsonDiagnosis(diagnosis: Diagnosis): object {
  const { node, dimwise, platform, arch, glibc, ort, copies, graphics, providers, tests, advice, isWell } = diagnosis;
  return {
    isWell,
    dimwise,
    node,
    system: { platform, arch, glibc: glibc ?? null },
    onnxruntime: ort
      ? {
          version: ort.version,
          native: ort.native ?? null,
          folder: ort.folder,
          glibc: ort.glibc ?? null,
          limits: ort.limits ?? null,
        }
      : null,
    copies,
    driver: { version: graphics.driver ?? null, cuda: graphics.driverCuda ?? null },
    gpus: graphics.gpus.map(({ name, memory, capability }) => ({
      name,
      memory: memory ?? null,
      capability: capability ?? null,
    })),
    libraries: graphics.libraries.map((each) => ({ ...each, version: each.version ?? null })),
    providers: providers.map(({ provider, isBuiltIn, loads, reason, libraries }) => ({
      name: provider,
      isBuiltIn,
      loads,
      reason: reason ?? null,
      missing: (libraries?.needed ?? []).filter(({ isOnPath }) => !isOnPath).map(({ name }) => name),
    })),
    tests: tests.map(jsonTest),
    advice,
  };
}

/** JSON has no infinity: numbers that cannot be compared are null, and the test does not pass. */
const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

const jsonTest = ({ provider, passes, reason, ...numbers }: SelfTest): object => ({
  provider,
  passes,
  fromCpu: finite(numbers.fromCpu),
  fromRecorded: finite(numbers.fromRecorded),
  withoutTf32: finite(numbers.withoutTf32),
  limit: numbers.limit,
  create: finite(numbers.create),
  run: finite(numbers.run),
  reason: reason ?? null,
});

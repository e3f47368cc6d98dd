// Installs the libraries of ONNX Runtime's CUDA provider, which onnxruntime-node's package is too small for.
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dimwiseError } from '../../base/errors.ts';
import { readFileHash } from './file-hash.ts';
import { versionsIn } from './library-text.ts';
import type { Machine } from './machine.ts';
import type { OrtPackage } from './ort-package.ts';

/** What fetching does. */
export interface FetchOptions {
  /** Only says what would be done. */
  readonly isDry: boolean;
  /** Replaces libraries that are there, and takes those of another release where there are none of this one. */
  readonly isForced: boolean;
  /** Hears each step. */
  readonly tell: (line: string) => void;
}

/** The libraries, CUDA's own at the end: where it is there, all are. */
const FILES = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_tensorrt.so',
  'libonnxruntime_providers_cuda.so',
] as const;

/** The npm package that carries the libraries, with the release of ONNX Runtime that each of its versions is of. */
export const CUDA_PACKAGE = {
  name: 'com.github.asus4.onnxruntime.linux-x64-gpu',
  folder: 'package/Plugins/Linux/x64',
  versions: new Map([['1.29.0', '0.4.9']]),
} as const;

/** What onnxruntime-node's own script downloads is a quarter of a gigabyte. */
const DOWNLOAD_TIMEOUT = 15 * 60_000;

/** By which road the libraries came: they were there, or onnxruntime-node's script or npm brought them. */
export type FetchRoad = 'installed' | 'script' | 'npm' | 'dry';

/**
 * Fetches the libraries of the CUDA provider: by onnxruntime-node's own install script, and where its host does not answer, out of
 * a package of the npm registry that carries those of the same release.
 *
 * @throws RUNTIME_MISSING when onnxruntime-node is not installed
 * @throws PROVIDER_FETCH when there are none for this platform or release, or neither road leads there
 */
export async function fetchCuda(
  machine: Machine,
  ort: OrtPackage | undefined,
  options: FetchOptions,
): Promise<FetchRoad> {
  if (!ort) throw dimwiseError({ code: 'RUNTIME_MISSING', message: 'onnxruntime-node is not installed' });
  const { tell, isDry, isForced } = options;
  if (machine.platform !== 'linux' || machine.arch !== 'x64') {
    throw refusal(`onnxruntime-node has CUDA on linux x64 only, and this is ${machine.platform} ${machine.arch}`);
  }
  const version = ort.native ?? ort.version;
  const there = installedVersion(ort);
  if (there === version && !isForced) {
    tell(`the CUDA provider of ONNX Runtime ${version} is installed in ${ort.libraries}`);
    return 'installed';
  }
  const script = join(ort.folder, 'script', 'install.js');
  const [packed] = choosePackage(version, isForced) ?? [];
  if (isDry) {
    tell(`would run: node ${script} --onnxruntime-node-install=cuda12`);
    tell(
      packed === undefined
        ? `where its host does not answer: no package of npm has the libraries of ONNX Runtime ${version}`
        : `where its host does not answer: npm pack ${CUDA_PACKAGE.name}@${packed}, and copy of it ${FILES.join(', ')}`,
    );
    tell(`into ${ort.libraries}`);
    return 'dry';
  }
  if (await byScript(machine, ort, script, options)) return 'script';
  await byNpm(machine, ort, version, options);
  return 'npm';
}

/** The release of the CUDA provider that is there; undefined where none is, or it does not say. */
const installedVersion = ({ libraries }: OrtPackage): string | undefined =>
  versionsIn(join(libraries, 'libonnxruntime_providers_cuda.so')).ort;

const refusal = (message: string, hint?: string) =>
  dimwiseError({ code: 'PROVIDER_FETCH', message, ...(hint === undefined ? {} : { hint }) });

async function byScript(machine: Machine, ort: OrtPackage, script: string, { tell }: FetchOptions): Promise<boolean> {
  tell(`running onnxruntime-node's install script for CUDA 12`);
  const before = installedVersion(ort);
  const { code, stdout, stderr } = await machine.run(process.execPath, [script, '--onnxruntime-node-install=cuda12'], {
    cwd: ort.folder,
    // The script heeds this variable before its own option: `skip` would make it do nothing.
    env: { NODE_OPTIONS: '', ONNXRUNTIME_NODE_INSTALL: 'cuda12' },
    timeout: DOWNLOAD_TIMEOUT,
  });
  const after = installedVersion(ort);
  if (code === 0 && after !== undefined && (before === undefined || after === (ort.native ?? ort.version))) {
    tell(`installed the CUDA provider of ONNX Runtime ${after} in ${ort.libraries}`);
    return true;
  }
  tell(
    code === 0
      ? 'it ended without the libraries and without an error'
      : `it failed: ${reasonOf(`${stderr}\n${stdout}`)}`,
  );
  return false;
}

/** The line of an error's text that says what went wrong. */
const reasonOf = (stderr: string): string => {
  const lines = stderr.split('\n').map((line) => line.trim());
  const errors = lines.filter(
    (line) => /\w*error:|ENOTFOUND|ECONN|EAI_AGAIN|refused|failed/i.test(line) && !line.startsWith('at '),
  );
  return errors[0] ?? lines.find((line) => line !== '' && !line.startsWith('node:')) ?? 'it does not say why';
};

/** The version of the package for a release, and the release; with force the newest one that there is. */
function choosePackage(version: string, isForced: boolean): readonly [packed: string, release: string] | undefined {
  const exact = CUDA_PACKAGE.versions.get(version);
  if (exact !== undefined) return [exact, version];
  const last = [...CUDA_PACKAGE.versions].at(-1);
  return isForced && last ? [last[1], last[0]] : undefined;
}

async function byNpm(machine: Machine, ort: OrtPackage, version: string, options: FetchOptions): Promise<void> {
  const { tell, isForced } = options;
  const chosen = choosePackage(version, isForced);
  if (!chosen) {
    const known = [...CUDA_PACKAGE.versions.keys()];
    throw refusal(
      `no package of npm has the CUDA provider of ONNX Runtime ${version}: there is that of ${known.join(', ')}`,
      `npm install onnxruntime-node@${known.at(-1)}, and fetch again; libraries of another release may end the process`,
    );
  }
  const [packed, release] = chosen;
  const folder = mkdtempSync(join(tmpdir(), 'dimwise-cuda-'));
  try {
    const archive = await download(machine, `${CUDA_PACKAGE.name}@${packed}`, folder, tell);
    const members = FILES.map((name) => `${CUDA_PACKAGE.folder}/${name}`);
    const { code, stderr } = await machine.run('tar', ['-xzf', archive, '-C', folder, ...members], {
      timeout: DOWNLOAD_TIMEOUT,
    });
    if (code !== 0) throw refusal(`tar cannot unpack ${CUDA_PACKAGE.name}: ${reasonOf(stderr)}`);
    const unpacked = join(folder, CUDA_PACKAGE.folder);
    const found = versionsIn(join(unpacked, FILES[2])).ort;
    if (found !== version && !isForced) {
      throw refusal(
        `the CUDA provider of ${CUDA_PACKAGE.name}@${packed} is of ONNX Runtime ${found ?? 'an unknown release'}, and onnxruntime-node is ${version}`,
        'libraries of another release may end the process; --force takes them all the same',
      );
    }
    for (const name of FILES) place(join(unpacked, name), join(ort.libraries, name));
    tell(`installed the CUDA provider of ONNX Runtime ${found ?? release} in ${ort.libraries}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Downloads a package by npm, which checks it against the registry; its own checksum is then asked for and compared once more. */
async function download({ run }: Machine, spec: string, folder: string, tell: (line: string) => void): Promise<string> {
  tell(`asking npm for ${spec}`);
  const asked = await run('npm', ['view', spec, 'dist.integrity', '--json'], { cwd: folder, timeout: 60_000 });
  const integrity = /sha512-[\w+/]+=*/.exec(asked.stdout)?.[0];
  if (asked.code !== 0 || integrity === undefined)
    throw refusal(`npm does not know ${spec}: ${reasonOf(asked.stderr)}`);
  const packing = ['pack', spec, '--pack-destination', folder, '--json', '--ignore-scripts'];
  const packed = await run('npm', packing, { cwd: folder, timeout: DOWNLOAD_TIMEOUT });
  const name = /"filename":\s*"([^"/\\]+)"/.exec(packed.stdout)?.[1];
  if (packed.code !== 0 || name === undefined || !existsSync(join(folder, name))) {
    throw refusal(`npm cannot download ${spec}: ${reasonOf(packed.stderr)}`);
  }
  const hash = `sha512-${await readFileHash(join(folder, name), 'sha512', 'base64')}`;
  if (hash === integrity) return join(folder, name);
  throw refusal(`what npm downloaded of ${spec} has the checksum ${hash}, and the registry says ${integrity}`);
}

/** Copies beside the target and renames: a process that loads it finds the old one or the new one. */
function place(from: string, to: string): void {
  const beside = `${to}.${process.pid}.new`;
  try {
    copyFileSync(from, beside);
    renameSync(beside, to);
  } catch (cause) {
    rmSync(beside, { force: true });
    const message = cause instanceof Error ? cause.message : String(cause);
    throw dimwiseError({ code: 'PROVIDER_FETCH', message: `${to} cannot be written: ${message}`, cause });
  }
}

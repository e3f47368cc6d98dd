// Looks at the package onnxruntime-node: its version, its native libraries, what they need, and whether there are several copies.
import { dirname, join } from 'node:path';
import { ORT_RELEASES, type RuntimeLimits } from '../../ir/target.ts';
import { ortEntry } from '../../runtime/ort-entry.ts';
import { newest, versionsIn } from './library-text.ts';
import type { Machine } from './machine.ts';

/** One installed onnxruntime-node. */
export interface OrtPackage {
  /** The folder of the package. */
  readonly folder: string;
  /** What `require` loads. */
  readonly entry: string;
  /** The version in its package.json. */
  readonly version: string;
  /** The folder of the native libraries for this platform. */
  readonly libraries: string;
  /** The version of the native library, as it says itself; undefined where it cannot be read. */
  readonly native: string | undefined;
  /** The least glibc that its libraries need: `2.27`; undefined where they do not say. */
  readonly glibc: string | undefined;
  /** What models it takes; undefined for a release that dimwise does not know. */
  readonly limits: RuntimeLimits | undefined;
}

const NAME = 'onnxruntime-node';

/**
 * The package that sessions load, or the one in a folder.
 *
 * @param folder the folder of a package; the one that dimwise loads by default
 * @returns undefined where it is not installed
 */
export function findOrtPackage(machine: Machine, folder?: string): OrtPackage | undefined {
  const entry = folder === undefined ? ortEntry() : join(folder, 'dist', 'index.js');
  if (entry === undefined) return undefined;
  const home = machine.realPath(dirname(dirname(entry)));
  const version = versionIn(machine, home);
  if (version === undefined) return undefined;
  const libraries = join(home, 'bin', 'napi-v6', machine.platform, machine.arch);
  const files = machine.list(libraries).map((name) => join(libraries, name));
  const native = files.find((file) => /(^|[\\/])(lib)?onnxruntime\.(so|dll|[\d.]*dylib)[\d.]*$/.test(file));
  const told = new Map(files.filter((file) => !/providers_/.test(file)).map((file) => [file, versionsIn(file)]));
  return {
    folder: home,
    entry: join(home, 'dist', 'index.js'),
    version,
    libraries,
    native: native === undefined ? undefined : told.get(native)?.ort,
    glibc: newest([...told.values()].flatMap(({ glibc }) => glibc ?? [])),
    limits: ORT_RELEASES.get(version.split('.').slice(0, 2).join('.')),
  };
}

function versionIn({ readText }: Machine, folder: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readText(join(folder, 'package.json')) ?? '{}');
    return name === NAME && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Another copy of the package. */
export interface OrtCopy {
  readonly folder: string;
  readonly version: string;
}

/**
 * All copies that a program started here may load: those of the folders above, and those that packages there have for themselves.
 *
 * @param starts the folders from which is looked upwards
 */
export function findOrtCopies(machine: Machine, starts: readonly string[]): readonly OrtCopy[] {
  const found = new Map<string, string>();
  const look = (modules: string): void => {
    const folder = machine.realPath(join(modules, NAME));
    const version = found.has(folder) ? undefined : versionIn(machine, folder);
    if (version !== undefined) found.set(folder, version);
  };
  for (const modules of new Set(starts.flatMap(foldersAbove).map((folder) => join(folder, 'node_modules')))) {
    look(modules);
    for (const name of machine.list(modules)) {
      const inside = join(modules, name);
      const packages = name.startsWith('@') ? machine.list(inside).map((each) => join(inside, each)) : [inside];
      for (const each of packages) look(join(each, 'node_modules'));
    }
  }
  return [...found].map(([folder, version]) => ({ folder, version }));
}

function foldersAbove(start: string): string[] {
  const above = dirname(start);
  return above === start ? [start] : [start, ...foldersAbove(above)];
}

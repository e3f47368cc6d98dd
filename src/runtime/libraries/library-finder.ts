// Finds shared libraries where the loader of Linux looks for them, and where they often lie without being found.
import { type ElfNeeds, elfNeeds } from './elf-needs.ts';

/** The part of a file system and an environment that the search needs; tests make their own. */
export interface LibraryWorld {
  readonly exists: (path: string) => boolean;
  /** The names in a folder; none where it cannot be read. */
  readonly list: (folder: string) => readonly string[];
  /** Opens a file for reading at places; undefined where it cannot be read. */
  readonly withFile: <T>(
    path: string,
    read: (readAt: (offset: number, length: number) => Uint8Array) => T,
  ) => T | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Libraries that the loader's cache knows, by name: `ldconfig -p`. */
  readonly cached: () => ReadonlyMap<string, string>;
}

/** Where a library is. */
export interface FoundLibrary {
  readonly path: string;
  /** Whether the loader finds it there by itself. */
  readonly isOnPath: boolean;
}

/** The folders of the loader when nothing else says so (ld.so(8)), with those that Debian and Red Hat add. */
const DEFAULT_FOLDERS = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
];

/** Looks for libraries as the loader does for one library that needs them. */
export class LibraryFinder {
  readonly #world: LibraryWorld;
  readonly #needs = new Map<string, ElfNeeds | undefined>();
  #aside: readonly string[] | undefined;

  constructor(world: LibraryWorld) {
    this.#world = world;
  }

  /** What a library needs; undefined where it cannot be read. */
  needsOf(path: string): ElfNeeds | undefined {
    if (!this.#needs.has(path)) this.#needs.set(path, this.#world.withFile(path, elfNeeds));
    return this.#needs.get(path);
  }

  /** Where a library is that another one needs, or that is asked for by name alone; undefined where it is nowhere. */
  find(name: string, neededBy?: string): FoundLibrary | undefined {
    const { exists, cached, environment } = this.#world;
    const origin = neededBy === undefined ? '' : folderOf(neededBy);
    const runPath = neededBy === undefined ? [] : (this.needsOf(neededBy)?.runPath ?? []);
    const fromOrigin = runPath.map((folder) => folder.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, origin));
    const fromEnvironment = (environment.LD_LIBRARY_PATH ?? '').split(/[:;]/).filter(Boolean);
    for (const folder of [...fromEnvironment, ...fromOrigin]) {
      if (exists(`${folder}/${name}`)) return { path: `${folder}/${name}`, isOnPath: true };
    }
    const known = cached().get(name);
    if (known !== undefined && exists(known)) return { path: known, isOnPath: true };
    for (const folder of DEFAULT_FOLDERS) {
      if (exists(`${folder}/${name}`)) return { path: `${folder}/${name}`, isOnPath: true };
    }
    const beside = this.#besides().find((folder) => exists(`${folder}/${name}`));
    return beside === undefined ? undefined : { path: `${beside}/${name}`, isOnPath: false };
  }

  /** Folders where CUDA, cuDNN and TensorRT lie that the loader does not know: toolkits and packages of Python. */
  #besides(): readonly string[] {
    this.#aside ??= [...this.#toolkits(), ...this.#pythonPackages()];
    return this.#aside;
  }

  #toolkits(): string[] {
    const { list, environment } = this.#world;
    const homes = [environment.CUDA_PATH, environment.CUDA_HOME].filter((home) => home !== undefined && home !== '');
    const installed = list('/usr/local').filter((name) => /^(cuda|TensorRT)/i.test(name));
    return [...homes, ...installed.map((name) => `/usr/local/${name}`)].flatMap((home) => [
      `${home}/lib64`,
      `${home}/lib`,
      `${home}/targets/x86_64-linux/lib`,
    ]);
  }

  #pythonPackages(): string[] {
    const { list, environment } = this.#world;
    const prefixes = [environment.VIRTUAL_ENV, environment.CONDA_PREFIX, '/usr/local', '/usr', '/opt/conda'];
    const packages = prefixes.flatMap((prefix) =>
      prefix === undefined || prefix === ''
        ? []
        : list(`${prefix}/lib`)
            .filter((name) => name.startsWith('python3'))
            .flatMap((name) => [`${prefix}/lib/${name}/site-packages`, `${prefix}/lib/${name}/dist-packages`]),
    );
    return packages.flatMap((folder) => [
      ...list(`${folder}/nvidia`).flatMap((name) => [`${folder}/nvidia/${name}/lib`]),
      ...list(folder).flatMap((name) => (/^tensorrt(_\w+)?_libs$/.test(name) ? [`${folder}/${name}`] : [])),
    ]);
  }
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

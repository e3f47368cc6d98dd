// Says which library keeps an execution provider from loading, which ONNX Runtime itself writes to the native error stream only.
import type { Provider } from '../provider.ts';
import type { LibraryFinder } from './library-finder.ts';

/** A library that a provider needs, directly or through others. */
export interface NeededLibrary {
  readonly name: string;
  readonly neededBy: string;
  /** Where it was found; undefined where it is nowhere. */
  readonly path: string | undefined;
  /** Whether the loader finds it by itself. */
  readonly isOnPath: boolean;
}

/** What was found of the libraries of one provider. */
export interface ProviderLibraries {
  /** The provider's own library. */
  readonly library: string;
  readonly isInstalled: boolean;
  readonly needed: readonly NeededLibrary[];
}

/** The providers that come in libraries of their own; the others are part of ONNX Runtime's. */
const IN_LIBRARIES: readonly Provider[] = ['cuda', 'tensorrt'];

/** What comes with the driver of the GPU, not with CUDA. */
const DRIVER = 'libcuda.so.1';

/** Libraries are followed from one to the next up to so many. */
const MOST_LIBRARIES = 256;

/**
 * The libraries that an execution provider needs, and where they are.
 *
 * @param folder the folder of onnxruntime-node's native files
 * @returns undefined for providers that have no library of their own
 */
export function providerLibraries(
  provider: Provider,
  folder: string,
  finder: LibraryFinder,
): ProviderLibraries | undefined {
  if (!IN_LIBRARIES.includes(provider)) return undefined;
  const library = `${folder}/libonnxruntime_providers_${provider}.so`;
  if (!finder.needsOf(library)) return { library, isInstalled: false, needed: [] };
  const needed = new Map<string, NeededLibrary>();
  const queue = [library];
  for (const by of queue) {
    for (const name of finder.needsOf(by)?.needed ?? []) {
      if (needed.has(name) || needed.size >= MOST_LIBRARIES) continue;
      const found = finder.find(name, by);
      needed.set(name, { name, neededBy: by, path: found?.path, isOnPath: found?.isOnPath ?? false });
      if (found) queue.push(found.path);
    }
  }
  return { library, isInstalled: true, needed: [...needed.values()] };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Why the libraries do not load, in one sentence; undefined where the loader finds them all. */
export function missingInWords({ library, isInstalled, needed }: ProviderLibraries): string | undefined {
  if (!isInstalled) return `its library ${library} is not installed`;
  const missing = needed.filter(({ isOnPath }) => !isOnPath);
  if (missing.length === 0) return undefined;
  const nowhere = missing.filter(({ path }) => path === undefined);
  const [first] = nowhere.length > 0 ? nowhere : missing;
  if (!first) return undefined;
  const more = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
  const fact = `${nameOf(first.neededBy)} needs ${first.name}, which`;
  if (first.path === undefined)
    return `${fact} is not installed${more}${first.name === DRIVER ? ': it is part of the NVIDIA driver' : ''}`;
  return `${fact} is at ${first.path}${more}, where the loader does not look: set LD_LIBRARY_PATH=${foldersOf(missing).join(':')}`;
}

/** The folders of libraries that were found beside the loader's path. */
export function foldersOf(libraries: readonly NeededLibrary[]): readonly string[] {
  const folders = libraries.flatMap(({ path, isOnPath }) =>
    path === undefined || isOnPath ? [] : [path.slice(0, path.lastIndexOf('/'))],
  );
  return [...new Set(folders)];
}

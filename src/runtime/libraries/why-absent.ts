// Why an execution provider cannot load on this machine, by its libraries.
import { ortLibraries } from '../ort-entry.ts';
import type { Provider } from '../provider.ts';
import type { LibraryFinder } from './library-finder.ts';
import { missingInWords, type ProviderLibraries, providerLibraries } from './provider-libraries.ts';
import { machineFinder } from './this-machine.ts';

/** The libraries of a provider that lie in a folder; undefined for one without its own, and where libraries are not looked for. */
export function librariesIn(
  provider: Provider,
  folder: string | undefined,
  finder: LibraryFinder | undefined,
): ProviderLibraries | undefined {
  return finder && folder !== undefined ? providerLibraries(provider, folder, finder) : undefined;
}

/** The command that installs the libraries of the CUDA and TensorRT providers. */
const INSTALL = 'dimwise doctor --fetch-cuda installs it';

/** Why the libraries of a provider do not load here, in one sentence; undefined where nothing is known to be missing. */
export function whyAbsent(provider: Provider): string | undefined {
  const libraries = librariesIn(provider, ortLibraries(), machineFinder());
  const missing = libraries && missingInWords(libraries);
  if (missing === undefined) return undefined;
  return libraries?.isInstalled ? `${missing} (dimwise doctor tells what to install)` : `${missing} (${INSTALL})`;
}

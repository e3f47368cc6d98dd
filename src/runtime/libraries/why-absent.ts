// Why an execution provider cannot load on this machine, by its libraries.
import { ortLibraries } from '../ort-entry.ts';
import type { Provider } from '../provider.ts';
import { missingInWords, type ProviderLibraries, providerLibraries } from './provider-libraries.ts';
import { machineFinder } from './this-machine.ts';

/** The libraries of a provider on this machine; undefined for one without its own, and where libraries are not looked for. */
export function librariesHere(provider: Provider): ProviderLibraries | undefined {
  const [finder, folder] = [machineFinder(), ortLibraries()];
  return finder && folder !== undefined ? providerLibraries(provider, folder, finder) : undefined;
}

/** Why the libraries of a provider do not load here, in one sentence; undefined where nothing is known to be missing. */
export function whyAbsent(provider: Provider): string | undefined {
  const libraries = librariesHere(provider);
  return libraries && missingInWords(libraries);
}

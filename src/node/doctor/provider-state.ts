// What can be said of each execution provider: whether ONNX Runtime is built with it, whether it loads, and why not.

import { missingInWords, type ProviderLibraries } from '../../runtime/libraries/provider-libraries.ts';
import { librariesIn } from '../../runtime/libraries/why-absent.ts';
import { type ProviderProbe, probeProvider } from '../../runtime/probe-provider.ts';
import { type Provider, RUN_PROVIDERS } from '../../runtime/provider.ts';
import type { Machine } from './machine.ts';
import type { OrtPackage } from './ort-package.ts';

/** One provider as it was found. */
export interface ProviderState {
  readonly provider: Provider;
  /** Whether onnxruntime-node is built with it on this platform. */
  readonly isBuiltIn: boolean;
  /** Whether it ran a model of one node. */
  readonly loads: boolean;
  /** Why it does not load; undefined where it does. */
  readonly reason: string | undefined;
  /** Its libraries, for a provider that has some of its own, where they are looked for. */
  readonly libraries: ProviderLibraries | undefined;
}

/** What the doctor asks of ONNX Runtime; tests hand in their own. */
export interface ProviderQuestions {
  /** The names of the providers that it is built with; undefined where it does not tell. */
  readonly backends: () => Promise<readonly string[] | undefined>;
  readonly probe: (provider: Provider) => Promise<Pick<ProviderProbe, 'works' | 'reason'>>;
}

/** Asks the onnxruntime-node of a folder, in processes of its own. */
export function questionsTo(machine: Machine, { entry }: OrtPackage, deviceId?: number): ProviderQuestions {
  const program =
    'const { listSupportedBackends: list } = require(process.argv[1]); console.log(JSON.stringify(list ? list().map((each) => each.name) : null))';
  return {
    backends: async () => {
      const { stdout } = await machine.run(process.execPath, ['-e', program, '--', entry], {
        env: { NODE_OPTIONS: '' },
      });
      return namesIn(stdout);
    },
    probe: (provider) => probeProvider(provider, { entry, deviceId }),
  };
}

function namesIn(stdout: string): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** Looks at every provider, one after the other: each trial starts a process. */
export async function findProviders(
  machine: Machine,
  ort: OrtPackage,
  { backends, probe }: ProviderQuestions,
): Promise<readonly ProviderState[]> {
  const names = await backends();
  const states: ProviderState[] = [];
  for (const provider of RUN_PROVIDERS) {
    const isBuiltIn = names?.includes(provider) ?? true;
    const libraries = isBuiltIn ? librariesIn(provider, ort.libraries, machine.finder) : undefined;
    const missing = libraries && missingInWords(libraries);
    if (!isBuiltIn) {
      const reason = `onnxruntime-node is built without it on ${machine.platform} ${machine.arch}`;
      states.push({ provider, isBuiltIn, loads: false, reason, libraries });
    } else if (libraries && !libraries.isInstalled) {
      states.push({ provider, isBuiltIn, loads: false, reason: missing, libraries });
    } else {
      const { works, reason } = await probe(provider);
      // The search names every library that is missing, the loader only the first.
      states.push({ provider, isBuiltIn, loads: works, reason: works ? undefined : (missing ?? reason), libraries });
    }
  }
  return states;
}

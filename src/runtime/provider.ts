// Execution providers: which are asked for, which can be had here, and why one was passed over.
import { type DimwiseError, dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { PROVIDERS, type TargetProvider } from '../ir/target.ts';
import type { Ort } from './ort.ts';

/** An execution provider that sessions can ask for. */
export type Provider = TargetProvider;

/** The providers that a session tries unless others are given. */
export const DEFAULT_PROVIDERS: readonly Provider[] = ['cuda', 'cpu'];

/** A provider that was asked for and could not be had. */
export interface Fallback {
  readonly wanted: Provider;
  readonly reason: string;
}

/**
 * Checks the providers that a caller names.
 *
 * @throws RUNTIME_PROVIDER when there are none, or one is unknown
 */
export function checkProviders(names: readonly string[]): readonly Provider[] {
  const known = names.filter((name): name is Provider => PROVIDERS.some((each) => each === name));
  if (known.length === names.length && known.length > 0) return known;
  const bad = names.find((name) => !known.some((each) => each === name));
  const near = bad === undefined ? undefined : nearest(bad, PROVIDERS);
  throw dimwiseError({
    code: 'RUNTIME_PROVIDER',
    message:
      bad === undefined
        ? 'a session needs at least one execution provider'
        : `there is no execution provider "${bad}"; dimwise knows ${PROVIDERS.join(', ')}`,
    expected: PROVIDERS.join(', '),
    actual: bad ?? 'none',
    hint: near ? `did you mean "${near}"?` : `providers: ['cuda', 'cpu']`,
  });
}

const INSTALL_CUDA = 'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12';

/**
 * Why a provider cannot be had here, as far as it shows before a session is made; undefined where it may be had. ONNX Runtime
 * itself drops a provider that it was not built with, and writes why a library does not load to the native stderr only.
 */
export function absenceOf(provider: Provider, ort: Ort): string | undefined {
  if (provider === 'cpu') return undefined;
  const backends = ort.listSupportedBackends?.().map(({ name }) => name);
  if (backends && !backends.includes(provider)) return `onnxruntime-node is built without ${provider} on this platform`;
  const library = missingLibrary(provider);
  return library && `its library ${library} is not installed (${INSTALL_CUDA})`;
}

/**
 * The library of a provider where it is known to be missing. Node's modules are asked for at run time, so that this file also
 * loads where there are none.
 */
function missingLibrary(provider: Provider): string | undefined {
  if (typeof process === 'undefined' || process.platform !== 'linux') return undefined;
  const { existsSync } = process.getBuiltinModule('node:fs');
  const { createRequire } = process.getBuiltinModule('node:module');
  const { dirname, join } = process.getBuiltinModule('node:path');
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  } catch {
    // The package is laid out in another way: ONNX Runtime itself will say what is missing.
    return undefined;
  }
  const folder = join(dirname(dirname(entry)), 'bin', 'napi-v6', process.platform, process.arch);
  const library = join(folder, `libonnxruntime_providers_${provider}.so`);
  return existsSync(folder) && !existsSync(library) ? library : undefined;
}

/** The error when none of the providers could be had. */
export function noProvider(fallbacks: readonly Fallback[], cause: unknown): DimwiseError {
  const reasons = fallbacks.map(({ wanted, reason }) => `${wanted}: ${reason}`).join('; ');
  return dimwiseError({
    code: 'RUNTIME_PROVIDER',
    message: `no execution provider that was asked for can be had: ${reasons}`,
    expected: fallbacks.map(({ wanted }) => wanted).join(', '),
    hint: "add 'cpu' to the providers, or install the libraries",
    cause,
  });
}

// Execution providers: which there are, and why one cannot be had here.
import type { Ort } from './ort.ts';

/** The execution providers that onnxruntime-node can have on one platform or another, the fastest first where several run a model. */
export const RUN_PROVIDERS = ['tensorrt', 'cuda', 'dml', 'coreml', 'qnn', 'webgpu', 'cpu'] as const;

/** An execution provider that sessions can ask for. */
export type Provider = (typeof RUN_PROVIDERS)[number];

/** Tells whether there is such a provider. */
export const isProvider = (name: string): name is Provider => RUN_PROVIDERS.some((each) => each === name);

/** Tells whether a provider takes the number of a device; others refuse it or ignore it. */
export const hasDevices = (provider: Provider): boolean =>
  provider === 'cuda' || provider === 'tensorrt' || provider === 'dml';

/** A provider that was asked for and could not be had. */
export interface Fallback {
  readonly wanted: Provider;
  readonly reason: string;
}

const INSTALL_CUDA = 'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12';

/**
 * Why a provider cannot be had here, as far as it shows before a session is made; undefined where it may be had. ONNX Runtime
 * itself drops a provider that it was not built with, and writes why a library does not load to the native stderr only.
 */
export function absenceOf(provider: Provider, ort: Pick<Ort, 'listSupportedBackends'>): string | undefined {
  if (provider === 'cpu') return undefined;
  const backends = ort.listSupportedBackends?.().map(({ name }) => name);
  if (backends && !backends.includes(provider)) return `onnxruntime-node is built without ${provider} on this platform`;
  const library = missingLibrary(provider);
  return library && `its library ${library} is not installed (${INSTALL_CUDA})`;
}

/** The providers that come in libraries of their own; the others are part of ONNX Runtime's. */
const IN_LIBRARIES: readonly Provider[] = ['cuda', 'tensorrt'];

/**
 * The library of a provider where it is known to be missing. Node's modules are asked for at run time, so that this file also
 * loads where there are none.
 */
function missingLibrary(provider: Provider): string | undefined {
  if (!IN_LIBRARIES.includes(provider) || typeof process === 'undefined' || process.platform !== 'linux')
    return undefined;
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

// Execution providers: which there are, and why one cannot be had here.
import { whyAbsent } from './libraries/why-absent.ts';
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

/**
 * Why a provider cannot be had here, as far as it shows before a session is made; undefined where it may be had. ONNX Runtime
 * itself drops a provider that it was not built with, and writes why a library does not load to the native stderr only.
 */
export function absenceOf(provider: Provider, ort: Pick<Ort, 'listSupportedBackends'>): string | undefined {
  if (provider === 'cpu') return undefined;
  const backends = ort.listSupportedBackends?.().map(({ name }) => name);
  if (backends && !backends.includes(provider)) return `onnxruntime-node is built without ${provider} on this platform`;
  return whyAbsent(provider);
}

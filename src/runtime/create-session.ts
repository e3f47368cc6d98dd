// Makes sessions: from a compiled model, from bytes, or from a file that the node layer has checked.
import { isOnnxModel } from '../../codegen/onnx/is-onnx-model.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { packModel } from '../../codegen/onnx/pack-model.ts';
import { joinParts, type Part, partsBytes, streamParts } from '../../codegen/onnx/proto/parts.ts';
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { warn } from '../base/warn.ts';
import { inWords } from '../build/in-words.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import { checkEdges, edgesOfBytes, edgesOfGraph, edgesOfModel, type ModelEdges } from './edges.ts';
import { loadOrt, type Ort, type OrtOptions, type OrtSession, ortMessage } from './ort.ts';
import { absenceOf, checkProviders, DEFAULT_PROVIDERS, type Fallback, noProvider, type Provider } from './provider.ts';
import { Session } from './session.ts';

/** The bytes of a model and of the files beside it. */
export interface ModelBytes {
  readonly bytes: Uint8Array;
  /** The files of its external data by the names that the model has for them. */
  readonly externalData?: Readonly<Record<string, Uint8Array>> | undefined;
}

/** What a session can be made of: a compiled model, a model of a file, or the bytes of an `.onnx` file. */
export type SessionSource = CompiledModel | OnnxModel | Uint8Array | ModelBytes;

/** Options of {@link createSession}. */
export interface SessionOptions {
  /** The execution provider, or several, the best first; `['cuda', 'cpu']` by default. */
  readonly providers?: Provider | readonly Provider[] | undefined;
  /** The GPU, 0 by default. */
  readonly deviceId?: number | undefined;
  /** Threads inside of one operator; all cores by default. */
  readonly threads?: number | undefined;
  /** How far ONNX Runtime rewrites the graph; `all` by default. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all' | undefined;
  /** Further settings of ONNX Runtime as it names them, values as text. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** A model as ONNX Runtime loads it, with its edges. */
export interface LoadableModel {
  /** The bytes, or the path of a file that was checked. */
  readonly model: Uint8Array | string;
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly edges: ModelEdges;
}

/**
 * Loads a model into ONNX Runtime. The first provider that can be had runs it; each that cannot is reported through the
 * warning handler and in `session.fallbacks`.
 *
 * @throws RUNTIME_MISSING when onnxruntime-node is not installed
 * @throws RUNTIME_PROVIDER when none of the providers can be had, or one is unknown
 * @throws RUNTIME_FAILED when ONNX Runtime refuses the model, or an input or output is of a type that it cannot pass
 * @throws ONNX_MALFORMED when bytes are no model
 * @throws EXTERNAL_DATA when weights of a model of a file are missing, too short, or out of reach
 * @example
 * const session = await createSession(net.bind([2, 20]).compile());
 * const { output } = await session.run({ x: batch });
 * @example
 * const session = await createSession(await openOnnx('lenet.onnx'), { providers: 'cpu' });
 */
export async function createSession(source: SessionSource, options: SessionOptions = {}): Promise<Session> {
  return openSession(isOnnxModel(source) ? await loadableModel(source) : loadable(source), options);
}

/** A model of a file, its external data in memory: what it is by now may be in no file. */
async function loadableModel(model: OnnxModel): Promise<LoadableModel> {
  const { parts, external } = packModel(model, { placement: 'move', fileName: 'weights' });
  const files = external ? [{ path: external.fileName, data: await gather(external.parts) }] : [];
  return { model: await gather(parts), externalData: files, edges: edgesOfModel(model) };
}

async function gather(parts: readonly Part[]): Promise<Uint8Array> {
  const all = new Uint8Array(partsBytes(parts));
  let at = 0;
  for await (const chunk of streamParts(parts)) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function loadable(source: Exclude<SessionSource, OnnxModel>): LoadableModel {
  if (typeof source !== 'object' || source === null) throw noSource(source);
  if (source instanceof Uint8Array) return { model: source, edges: edgesOfBytes(source) };
  if (isModelBytes(source)) {
    const files = Object.entries(source.externalData ?? {}).map(([path, data]) => ({ path, data }));
    return { model: source.bytes, externalData: files, edges: edgesOfBytes(source.bytes) };
  }
  if (isCompiled(source)) {
    const { parts, external } = source.emit();
    const files = external ? [{ path: external.fileName, data: joinParts(external.parts) }] : [];
    return { model: joinParts(parts), externalData: files, edges: edgesOfGraph(source.graph) };
  }
  throw noSource(source);
}

function noSource(source: unknown) {
  const given = inWords(source);
  return dimwiseError({
    code: 'NOT_BOUND',
    message: `a session is made of a compiled model, a model of openOnnx, or the bytes of an .onnx file, got ${given}`,
    origin: { site: captureSite() },
    expected: 'CompiledModel, OnnxModel or Uint8Array',
    actual: given,
    hint:
      typeof source === 'string'
        ? `open the file first: createSession(await openOnnx(${given}))`
        : 'call bind() and compile() first, or use run(model, feeds)',
  });
}

const isModelBytes = (source: object): source is ModelBytes => 'bytes' in source && source.bytes instanceof Uint8Array;

/** Told by its state, so that a model of another copy of dimwise is taken too. */
const isCompiled = (source: object): source is CompiledModel => 'state' in source && source.state === 'compiled';

/** Loads a model whose edges are known; used by the node layer for files. */
export async function openSession(loadable: LoadableModel, options: SessionOptions = {}): Promise<Session> {
  const wanted = options.providers ?? DEFAULT_PROVIDERS;
  const providers = checkProviders(typeof wanted === 'string' ? [wanted] : wanted);
  checkEdges(loadable.edges);
  const ort = await loadOrt();
  const fallbacks: Fallback[] = [];
  let failure: unknown;
  for (const provider of providers) {
    const absence = absenceOf(provider, ort);
    if (absence !== undefined) {
      fallbacks.push({ wanted: provider, reason: absence });
      continue;
    }
    try {
      const session = await create(ort, loadable, provider, options);
      for (const fallback of fallbacks) reportFallback(fallback, provider);
      return new Session({ ort, session, edges: loadable.edges, provider, fallbacks });
    } catch (error) {
      if (provider === 'cpu' || !isProviderFailure(error)) throw refused(loadable.edges, error);
      failure = error;
      fallbacks.push({ wanted: provider, reason: ortMessage(error) });
    }
  }
  throw noProvider(fallbacks, failure);
}

function create(ort: Ort, loadable: LoadableModel, provider: Provider, options: SessionOptions): Promise<OrtSession> {
  const { deviceId, threads, optimization, extra } = options;
  const { model, externalData } = loadable;
  const settings: OrtOptions = {
    executionProviders: [provider === 'cpu' || deviceId === undefined ? provider : { name: provider, deviceId }],
    ...(externalData && externalData.length > 0 ? { externalData } : {}),
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(optimization === undefined ? {} : { graphOptimizationLevel: optimization }),
    ...(extra === undefined ? {} : { extra }),
    // Errors come as exceptions too; warnings are of initializers that ONNX Runtime's own rewriting made unread.
    logSeverityLevel: 4,
  };
  return ort.InferenceSession.create(model, settings);
}

/** Tells an error of loading the provider from an error of the model. */
function isProviderFailure(error: unknown): boolean {
  return /AppendExecutionProvider|Failed to load (shared )?library|CUDA failure|CUDNN failure|backend not found|no available backend/i.test(
    ortMessage(error),
  );
}

const reported = new Set<string>();

/** Warns of a fallback, of each reason once in a process. */
function reportFallback({ wanted, reason }: Fallback, provider: Provider): void {
  const key = `${wanted} ${provider} ${reason}`;
  if (reported.has(key)) return;
  reported.add(key);
  warn({
    code: 'RUNTIME_PROVIDER',
    message: `the model runs on ${provider}, because ${wanted} cannot be had: ${reason}`,
    expected: wanted,
    actual: provider,
    hint: `ask for { providers: ['${provider}'] } where that is meant`,
  });
}

function refused(edges: ModelEdges, cause: unknown) {
  return dimwiseError({
    code: 'RUNTIME_FAILED',
    message: `ONNX Runtime refuses ${edges.name}: ${ortMessage(cause)}`,
    origin: { site: captureSite() },
    actual: ortMessage(cause),
    cause,
  });
}

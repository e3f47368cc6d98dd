// Makes sessions: from a compiled model, from bytes, or from a file that the node layer has checked.
import type { EmittedModel } from '../../codegen/onnx/emitted-model.ts';
import { isOnnxModel } from '../../codegen/onnx/is-onnx-model.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { packModel } from '../../codegen/onnx/pack-model.ts';
import { joinParts, type Part, partsBytes, streamParts } from '../../codegen/onnx/proto/parts.ts';
import { dimwiseError } from '../base/errors.ts';
import { captureSite } from '../base/origin.ts';
import { inWords } from '../build/in-words.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import { checkEdges, edgesOfBytes, edgesOfGraph, edgesOfModel, type ModelEdges } from './edges.ts';
import { checkExternalData } from './external-data.ts';
import { type OpenedProvider, openOnProvider } from './open-provider.ts';
import { loadOrt, type Ort, type OrtOptions, ortMessage } from './ort.ts';
import { type ProviderPlan, planProviders } from './policy.ts';
import { probeProvider } from './probe-provider.ts';
import { ownPrefix } from './profile.ts';
import { absenceOf, hasDevices, type Provider } from './provider.ts';
import { Session } from './session.ts';
import { checkSessionOptions, ortOptions, type SessionOptions } from './session-options.ts';

/** The bytes of a model and of the files beside it. */
export interface ModelBytes {
  readonly bytes: Uint8Array;
  /** The files of its external data by the names that the model has for them. */
  readonly externalData?: Readonly<Record<string, Uint8Array>> | undefined;
}

/** What a session can be made of: a compiled model, a model of a file, or the bytes of an `.onnx` file. */
export type SessionSource = CompiledModel | OnnxModel | Uint8Array | ModelBytes;

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
 * @throws EXTERNAL_DATA when weights outside of the model are missing, too short, or out of reach
 * @example
 * const session = await createSession(net.bind([2, 20]).compile());
 * const { output } = await session.run({ x: batch });
 * @example
 * const session = await createSession(await openOnnx('lenet.onnx'), { providers: 'cpu' });
 */
export async function createSession(source: SessionSource, options: SessionOptions = {}): Promise<Session> {
  return openSession(await loadableOf(source), options);
}

/** A source as ONNX Runtime loads it. */
export async function loadableOf(source: SessionSource): Promise<LoadableModel> {
  return isOnnxModel(source) ? loadableModel(source) : loadable(source);
}

/** A model of a file, its external data in memory: what it is by now may be in no file. */
async function loadableModel(model: OnnxModel): Promise<LoadableModel> {
  const { parts, external } = underAnyName(packModel(model, { placement: 'move', fileName: 'weights' }));
  const files = external ? [{ path: external.name, data: await gather(external.parts) }] : [];
  const bytes = await gather(parts);
  return { model: bytes, externalData: files, edges: edgesOfModel(model, external ? undefined : bytes) };
}

/** A model whose weights, in memory, need no name of their own: that of a file is of all their bytes, which would be read for it alone. */
function underAnyName(emitted: EmittedModel) {
  const { external } = emitted;
  if (!external) return { parts: emitted.parts, external };
  const name = external.provisionalName;
  return { parts: emitted.withWeightsIn(name).parts, external: { name, parts: external.parts } };
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
  if (source instanceof Uint8Array) return loadableBytes(source, {});
  if (isModelBytes(source)) return loadableBytes(source.bytes, source.externalData ?? {});
  if (isCompiled(source)) {
    const { parts, external } = underAnyName(source.emit());
    const files = external ? [{ path: external.name, data: joinParts(external.parts) }] : [];
    return { model: joinParts(parts), externalData: files, edges: edgesOfGraph(source.graph) };
  }
  throw noSource(source);
}

function loadableBytes(model: Uint8Array, externalData: NonNullable<ModelBytes['externalData']>): LoadableModel {
  const edges = edgesOfBytes(model);
  checkExternalData(edges, externalData);
  return { model, externalData: Object.entries(externalData).map(([path, data]) => ({ path, data })), edges };
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
  const plan = planSession(loadable, options);
  const ort = await loadOrt();
  const prefix = options.profile && ownPrefix(options.profile);
  const opened = await openModel(ort, { loadable, options, plan, prefix });
  return new Session({ ort, ...opened, edges: loadable.edges, nonFinite: options.nonFinite, profile: prefix });
}

/** Checks all that can be checked of a session before ONNX Runtime is there. @throws SESSION_OPTION, RUNTIME_PROVIDER, RUNTIME_FAILED */
export function planSession(loadable: LoadableModel, options: SessionOptions): ProviderPlan {
  checkSessionOptions(options);
  const plan = planProviders(options.providers);
  checkDevice(plan, options.deviceId);
  checkEdges(loadable.edges);
  return plan;
}

/** What {@link openModel} opens, and how. */
export interface ModelOpening {
  readonly loadable: LoadableModel;
  readonly options: SessionOptions;
  readonly plan: ProviderPlan;
  /** Where ONNX Runtime writes a profile. */
  readonly prefix?: string | undefined;
}

/**
 * Opens a model on the best provider that can be had.
 *
 * @param ort ONNX Runtime of this process, or of another one
 */
export function openModel(
  ort: Pick<Ort, 'InferenceSession' | 'listSupportedBackends'>,
  opening: ModelOpening,
): Promise<OpenedProvider> {
  const { loadable, options, plan, prefix } = opening;
  const settings = { ...ortOptions(options, plan), ...externalDataOf(loadable), ...profileSettings(prefix) };
  return openOnProvider(plan, {
    create: (providers) =>
      ort.InferenceSession.create(loadable.model, {
        ...settings,
        executionProviders: providers.map((provider) => withDevice(provider, options.deviceId)),
      }),
    absenceOf: (provider) => absenceOf(provider, ort),
    probe: async (provider) => (await probeProvider(provider, { deviceId: options.deviceId })).reason,
    refused: (cause) => refused(loadable.edges, cause),
  });
}

/** @throws SESSION_OPTION when a device is asked for and no provider has devices */
function checkDevice({ candidates }: ProviderPlan, deviceId: number | undefined): void {
  if (deviceId === undefined || candidates.some(({ provider }) => hasDevices(provider))) return;
  throw dimwiseError({
    code: 'SESSION_OPTION',
    message: `deviceId is of cuda, tensorrt and dml; ${candidates.map(({ provider }) => provider).join(' and ')} would ignore it`,
    origin: { site: captureSite() },
    actual: 'deviceId',
    hint: 'leave out deviceId',
  });
}

function externalDataOf({ externalData }: LoadableModel): Pick<OrtOptions, 'externalData'> {
  return externalData && externalData.length > 0 ? { externalData } : {};
}

const profileSettings = (prefix: string | undefined): Partial<OrtOptions> =>
  prefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: prefix };

const withDevice = (name: Provider, deviceId: number | undefined) =>
  !hasDevices(name) || deviceId === undefined ? name : { name, deviceId };

function refused(edges: ModelEdges, cause: unknown) {
  return dimwiseError({
    code: 'RUNTIME_FAILED',
    message: `ONNX Runtime refuses ${edges.name}: ${ortMessage(cause)}`,
    origin: { site: captureSite() },
    actual: ortMessage(cause),
    cause,
  });
}

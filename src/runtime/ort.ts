// The only place that knows onnxruntime-node: loads it when it is first needed, and states the part of it that is used.
import { dimwiseError } from '../base/errors.ts';

/** The data of a tensor of ONNX Runtime. */
export type OrtData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/** A tensor of ONNX Runtime. */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: OrtData;
}

/** The outputs of a run: their names, or for each a tensor that it is written into, or null. */
export type OrtFetches = readonly string[] | Readonly<Record<string, OrtTensor | null>>;

/** A session of ONNX Runtime. */
export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OrtTensor>>, fetches: OrtFetches): Promise<Record<string, OrtTensor>>;
  /** Writes the profile; the name of the file is not told. */
  endProfiling(): void;
  release(): Promise<void>;
}

/** Settings of a session as ONNX Runtime takes them. */
export interface OrtOptions {
  readonly executionProviders: readonly (string | { readonly name: string; readonly deviceId: number })[];
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly intraOpNumThreads?: number;
  readonly interOpNumThreads?: number;
  readonly executionMode?: 'sequential' | 'parallel';
  readonly enableCpuMemArena?: boolean;
  readonly enableMemPattern?: boolean;
  readonly enableProfiling?: boolean;
  readonly profileFilePrefix?: string;
  readonly logSeverityLevel?: number;
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The part of the package that is used. */
export interface Ort {
  readonly InferenceSession: { create(model: string | Uint8Array, options: OrtOptions): Promise<OrtSession> };
  readonly Tensor: new (type: string, data: OrtData, dims: readonly number[]) => OrtTensor;
  listSupportedBackends?(): readonly { readonly name: string }[];
}

/** A tensor as onnxruntime-common keeps it. */
interface HeldTensor extends OrtTensor {
  cpuData?: OrtData;
}

/**
 * Makes a tensor of ONNX Runtime. Where the engine has a Float16Array (Node 24), onnxruntime-common puts the words of float16 into one, and
 * onnxruntime-node reads nothing of it ("not enough space"): the words are put back.
 */
export function ortTensor(
  { Tensor }: Pick<Ort, 'Tensor'>,
  { dtype, data, shape }: { readonly dtype: string; readonly data: OrtData; readonly shape: readonly number[] },
): OrtTensor {
  const tensor: HeldTensor = new Tensor(dtype, data, shape);
  if (dtype === 'float16' && !(tensor.data instanceof Uint16Array)) tensor.cpuData = data;
  return tensor;
}

/** The data of a tensor that a run gave; float16 are words, also where the engine has a Float16Array. */
export function ortData({ type, data }: OrtTensor): OrtData {
  if (type !== 'float16' || data instanceof Uint16Array || !ArrayBuffer.isView(data)) return data;
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
}

/** Imports the package; tests hand in one that fails. */
export type ImportOrt = () => Promise<object>;

let loaded: Promise<Ort> | undefined;

/**
 * Loads onnxruntime-node, once.
 *
 * @throws RUNTIME_MISSING when the package is not installed
 * @throws RUNTIME_FAILED when it is installed and does not start
 */
export function loadOrt(importOrt?: ImportOrt): Promise<Ort> {
  if (importOrt) return load(importOrt);
  loaded ??= load(() => import('onnxruntime-node'));
  // A package that is installed later is found by the next call.
  loaded.catch(() => (loaded = undefined));
  return loaded;
}

async function load(importOrt: ImportOrt): Promise<Ort> {
  let module: object;
  try {
    module = await importOrt();
  } catch (cause) {
    throw isMissing(cause) ? missing(cause) : broken(cause);
  }
  // The package is CommonJS: depending on the loader its members stand on the namespace or on its default.
  const members = 'default' in module && isObject(module.default) ? module.default : module;
  return members as Ort;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function isMissing(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return (
    (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') &&
    cause instanceof Error &&
    cause.message.includes('onnxruntime-node')
  );
}

function missing(cause: unknown) {
  return dimwiseError({
    code: 'RUNTIME_MISSING',
    message: 'running needs the package onnxruntime-node, which is not installed',
    expected: 'onnxruntime-node',
    hint: 'npm install onnxruntime-node (where its download fails: npm install --onnxruntime-node-install=skip onnxruntime-node)',
    cause,
  });
}

function broken(cause: unknown) {
  return dimwiseError({
    code: 'RUNTIME_FAILED',
    message: `onnxruntime-node is installed, but does not start: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: 'install it again for this platform and this version of Node',
    cause,
  });
}

/** The message of an error of ONNX Runtime, without the place in its own source that stands in front. */
export function ortMessage(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).trim();
  if (!text.startsWith('/onnxruntime_src')) return text;
  const open = text.indexOf('(');
  let depth = 0;
  for (let i = open; i >= 0 && i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) {
      const rest = text
        .slice(i + 1)
        .replace(/^ const\b/, '')
        .replace(/^::<lambda\([^)]*\)>/, '')
        .trim();
      return rest || text;
    }
  }
  return text;
}

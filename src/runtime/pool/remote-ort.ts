// ONNX Runtime in a worker, as far as sessions need it: what opens models here opens them there.
import { dimwiseError } from '../../base/errors.ts';
import type { Ort, OrtOptions, OrtSession } from '../ort.ts';
import type { Frame } from './frame.ts';
import type { LinkRequest, WorkerLink } from './link.ts';

/** The part of ONNX Runtime that opens models. */
export type RemoteOrt = Pick<Ort, 'InferenceSession' | 'listSupportedBackends'>;

/**
 * Loads ONNX Runtime in a worker.
 *
 * @param entry the file that is loaded
 * @throws RUNTIME_FAILED when it does not load there
 */
export async function remoteOrt(link: WorkerLink, entry: string): Promise<RemoteOrt> {
  let head: Frame['head'];
  try {
    ({ head } = await ask(link, { head: { op: 'load', entry }, bodies: [] }));
  } catch (cause) {
    throw dimwiseError({
      code: 'RUNTIME_FAILED',
      message: `onnxruntime-node does not start in a worker: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'install it again for this platform and this version of Node',
      cause,
    });
  }
  const names = Array.isArray(head['backends']) ? head['backends'].map(String) : undefined;
  return {
    InferenceSession: { create: (model, options) => create(link, model, options) },
    ...(names ? { listSupportedBackends: () => names.map((name) => ({ name })) } : {}),
  };
}

async function create(link: WorkerLink, model: string | Uint8Array, options: OrtOptions): Promise<OrtSession> {
  const { externalData = [], ...rest } = options;
  const head = { op: 'create', options: rest, files: externalData.map(({ path }) => path) };
  const bodies = externalData.map(({ data }) => [data]);
  if (typeof model === 'string') await ask(link, { head: { ...head, path: model }, bodies: [[], ...bodies] });
  else await ask(link, { head, bodies: [[model], ...bodies] });
  return REMOTE_SESSION;
}

/** The session stays in its worker; only what was opened, not this object, runs there. */
const REMOTE_SESSION: OrtSession = {
  inputNames: [],
  outputNames: [],
  run: () => Promise.reject(misused()),
  release: () => Promise.resolve(),
  endProfiling: () => {},
};

const misused = () =>
  dimwiseError({ code: 'INTERNAL_INVARIANT', message: 'a session of another process was run in this one' });

/** What a worker answers; an error with ONNX Runtime's own message where it fails. */
export async function ask(link: WorkerLink, request: LinkRequest): Promise<Frame> {
  const frame = await link.request(request);
  const { error } = frame.head;
  if (error !== undefined) throw new RemoteFailure(String(error));
  return frame;
}

/** What ONNX Runtime threw in a worker. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure';
}

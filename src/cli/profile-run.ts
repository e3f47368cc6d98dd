// Runs a model under ONNX Runtime's profiler, in a private folder that is gone afterwards.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allLimits, type OnnxLimits } from '../../codegen/onnx/limits.ts';
import type { ModelProto } from '../../codegen/onnx/proto/messages.ts';
import { readMessage } from '../node/read-model.ts';
import { openSession } from '../runtime/create-session.ts';
import { loadOrt } from '../runtime/ort.ts';
import type { Fallback, Provider } from '../runtime/provider.ts';
import type { MeasuredFeeds } from './measured-feeds.ts';
import { elementBytes } from './profile-bytes.ts';
import { ProfileMap } from './profile-map.ts';
import { ProfileSums, type ProfileTimes } from './profile-sums.ts';
import { readTrace, type TraceFacts } from './profile-trace.ts';
import type { Runnable } from './runnable.ts';

/** How a model is profiled. */
export interface ProfileCall {
  readonly runnable: Runnable;
  readonly feeds: MeasuredFeeds;
  readonly providers: readonly Provider[] | undefined;
  readonly threads: number | undefined;
  /** Runs beside the first one. */
  readonly runs: number;
  readonly limits: OnnxLimits;
}

/** What a profile found. */
export interface Profile {
  readonly provider: Provider;
  readonly fallbacks: readonly Fallback[];
  readonly times: ProfileTimes;
  readonly facts: TraceFacts;
  /** Bytes that go into each run and come out of it. */
  readonly bytes: { readonly fed: number; readonly given: number };
  /** Milliseconds from the bytes or the file to a session. */
  readonly load: number;
  /** Whether ONNX Runtime's own form of the graph was read, which leads joined nodes back to layers. */
  readonly isMapped: boolean;
}

/** A larger model is not written again only to learn the names of joined nodes. */
const MOST_REWRITTEN = 2 ** 29;

/**
 * Profiles a model.
 *
 * @throws what `createSession` and `Session.run` throw
 */
export async function profileRuns(call: ProfileCall): Promise<Profile> {
  // Only this user can read it: a trace has the names and sizes of a model.
  const folder = await mkdtemp(join(tmpdir(), 'dimwise-profile-'));
  try {
    return await profileIn(folder, call);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function profileIn(
  folder: string,
  { runnable, feeds, providers, threads, runs, limits }: ProfileCall,
): Promise<Profile> {
  const options = { ...(providers ? { providers } : {}), ...(threads === undefined ? {} : { threads }) };
  await loadOrt();
  const start = performance.now();
  const session = await openSession(runnable.loadable, { ...options, profile: { prefix: join(folder, 'trace') } });
  const load = performance.now() - start;
  const { provider, fallbacks } = session;
  let [trace, given] = ['', 0];
  try {
    for (let i = 0; i <= runs; i++) {
      const outputs = await session.run(feeds.feeds);
      given = Object.values(outputs).reduce((sum, { data }) => sum + elementBytes(data), 0);
    }
    trace = await session.endProfile();
  } finally {
    await session.dispose();
  }
  const optimized = await rewritten(folder, runnable, provider);
  const original = await originalOf(runnable, limits);
  const sums = new ProfileSums(new ProfileMap({ graph: runnable.graph, original, optimized }));
  const facts = await readTrace(trace, (run) => sums.add(run));
  const fed = Object.values(feeds.feeds).reduce((sum, { data }) => sum + elementBytes(data), 0);
  const isMapped = optimized !== undefined;
  return { provider, fallbacks, times: sums.times(), facts, bytes: { fed, given }, load, isMapped };
}

/** The message of a model from a file, in which nodes may have no names; ours all have one. */
async function originalOf({ kind, file }: Runnable, limits: OnnxLimits): Promise<ModelProto | undefined> {
  return kind === 'onnx' ? readMessage(file, allLimits(limits)) : undefined;
}

/** The model as ONNX Runtime rewrites it for a provider; undefined where it is too large or cannot be written. */
async function rewritten(folder: string, { loadable }: Runnable, provider: Provider): Promise<ModelProto | undefined> {
  const { model, externalData = [] } = loadable;
  const own = typeof model === 'string' ? (await stat(model)).size : model.length;
  if (externalData.reduce((sum, { data }) => sum + data.length, own) > MOST_REWRITTEN) return undefined;
  const path = join(folder, 'rewritten.onnx');
  const settings = {
    executionProviders: [provider],
    logSeverityLevel: 4,
    optimizedModelFilePath: path,
    // Weights are of no interest: all of some size go into another file, which nobody reads.
    extra: {
      'session.optimized_model_external_initializers_file_name': 'rewritten.data',
      'session.optimized_model_external_initializers_min_size_in_bytes': '1024',
    },
    ...(externalData.length > 0 ? { externalData } : {}),
  };
  try {
    const ort = await loadOrt();
    const session = await ort.InferenceSession.create(model, settings);
    await session.release();
    return await readMessage(path, allLimits());
  } catch {
    // The profile itself is good; joined nodes are told under what ONNX Runtime calls them.
    return undefined;
  }
}

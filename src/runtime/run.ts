// run(): a model in any state is brought as far as needed and run; its session is kept for the next time.
import { isOnnxModel } from '../../codegen/onnx/is-onnx-model.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { dimwiseError, throwDiagnostics } from '../base/errors.ts';
import { contractOf } from '../ir/contract.ts';
import { isDType } from '../ir/dtype.ts';
import { FeedCheck } from '../ir/feed-check.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import type { Batch, BatchInput } from '../model/batch.ts';
import type { BoundModel, CompileOptions } from '../model/bound-model.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import type { DefinedModel } from '../model/defined-model.ts';
import { checkFeeds, namedFeeds } from './check-feeds.ts';
import { createSession } from './create-session.ts';
import { type Feeds, readFeed } from './feed.ts';
import type { RunOutputs } from './run-outputs.ts';
import { RUN_RULES, type RunCallOptions, type Session } from './session.ts';
import { checkOptionRules, SESSION_RULES, type SessionOptions } from './session-options.ts';

/** A model in any state, or a model of a file. */
export type RunnableModel = DefinedModel | BoundModel | CompiledModel | OnnxModel;

/** A model that is not bound by its feeds. */
type ReadyModel = Exclude<RunnableModel, DefinedModel>;

/** Options of {@link run}. */
export interface RunOptions extends SessionOptions, RunCallOptions, CompileOptions {}

interface CachedSession {
  readonly session: Promise<Session>;
  /** What it was made with; others make it stale. */
  readonly weights: readonly TensorData[];
  readonly compile: CompileOptions;
}

const sessions = new WeakMap<ReadyModel, Map<string, CachedSession>>();

/**
 * Runs a model on feeds. A defined model is bound by the feeds first, a bound one compiled, and a model of a file runs as it is; the
 * session is kept with the model, and made anew when weights have changed.
 *
 * @param feeds one feed for each input by name, or the feed of the only input
 * @returns the outputs by name
 * @throws PARAM_NOT_INITIALIZED when initialize() was not called
 * @throws what `bind`, `compile`, {@link createSession} and `Session.run` throw
 * @example const { output } = await run(net.initialize(), [[1, 2, 3]]);
 * @example const { logits } = await run(await openOnnx('lenet.onnx'), { image });
 */
export async function run(model: RunnableModel, feeds: Feeds, options: RunOptions = {}): Promise<RunOutputs> {
  const { call, session: settings, compile } = sortOptions(options);
  const ready = isDefined(model) ? bindByFeeds(model, feeds) : model;
  const session = await sessionFor(ready, settings, compile);
  return session.run(feeds, call);
}

interface SortedOptions {
  readonly call: RunCallOptions;
  readonly session: SessionOptions;
  readonly compile: CompileOptions;
}

/** Each option by whom it is for. @throws SESSION_OPTION when one is unknown or takes another value */
function sortOptions(options: RunOptions): SortedOptions {
  checkOptionRules('run', options, {
    ...SESSION_RULES,
    ...RUN_RULES,
    target: () => undefined,
    pipeline: () => undefined,
  });
  const { outputs, target, pipeline, ...session } = options;
  return { call: { outputs }, session, compile: { target, pipeline } };
}

/** Frees the sessions that {@link run} keeps for a model; it can be run again. */
export async function dispose(model: RunnableModel): Promise<void> {
  const key = isDefined(model) ? model.bound : model;
  const kept = key && sessions.get(key);
  if (!kept) return;
  sessions.delete(key);
  await Promise.all([...kept.values()].map(({ session }) => session.then((open) => open.dispose())));
}

const isDefined = (model: RunnableModel): model is DefinedModel => 'state' in model && model.state === 'defined';

function sessionFor(model: ReadyModel, options: SessionOptions, compile: CompileOptions): Promise<Session> {
  const { target, pipeline } = compile;
  const name = JSON.stringify([options, typeof target === 'object' ? target.name : target]);
  const kept = sessions.get(model) ?? new Map<string, CachedSession>();
  sessions.set(model, kept);
  const weights = weightsOf(model);
  const known = kept.get(name);
  const isSame = known?.compile.pipeline === pipeline && known?.compile.target === target;
  if (known && isSame && weights.every((data, i) => data === known.weights[i])) return known.session;
  if (known) void known.session.then((session) => session.dispose()).catch(() => {});
  const source = 'state' in model && model.state === 'bound' ? model.compile(compile) : model;
  const session = createSession(source, options);
  kept.set(name, { session, weights, compile });
  // A failure is not kept: what was missing may be there the next time.
  session.catch(() => {
    if (kept.get(name)?.session === session) kept.delete(name);
  });
  return session;
}

/** The data of all parameters, the same objects as long as nobody changes them. @throws PARAM_NOT_INITIALIZED without data */
function weightsOf(model: ReadyModel): TensorData[] {
  // A model of a file never changes.
  if (isOnnxModel(model)) return [];
  return model.graph.parameters.flatMap(({ source }) => (source.kind === 'parameter' ? [source.cell.data()] : []));
}

/** The latest bind where the feeds fit it; otherwise the model is bound by the feeds. */
function bindByFeeds(model: DefinedModel, feeds: Feeds): BoundModel {
  const { bound } = model;
  if (bound) {
    const contract = contractOf(bound.graph);
    const { mistakes } = checkFeeds(feeds, contract, new FeedCheck(contract));
    if (mistakes.length === 0) return bound;
    // Another bind helps only where sizes do not fit.
    const isOfSizes = mistakes.every(({ code }) => code === 'FEED_MISMATCH' || code === 'RANK_MISMATCH');
    if (!isOfSizes || !isShaped(feeds, model)) throwDiagnostics(mistakes);
  }
  const names = model.inputs.map(({ name }) => name);
  const batch: Record<string, BatchInput> = {};
  for (const [name, feed] of namedFeeds(feeds, names)) {
    const declared = model.inputs.find((input) => input.name === name)?.spec;
    const reading = readFeed(feed);
    if (typeof reading === 'string') {
      throw dimwiseError({ code: 'FEED_MISMATCH', message: `the feed of input "${name}": ${reading}`, actual: name });
    }
    const { from, shape } = reading;
    if (!shape) throw unshapedBatch(name, reading.text);
    // Numbers take the declared element type; only a tensor that states its own can disagree with it.
    const stated = isDType(from) && declared?.shape === undefined ? from : (declared?.dtype ?? 'float32');
    batch[name] = { dtype: stated, shape };
  }
  return model.bind(batch satisfies Batch);
}

/** Whether each feed tells its own shape. */
function isShaped(feeds: Feeds, model: DefinedModel): boolean {
  const names = model.inputs.map(({ name }) => name);
  return [...namedFeeds(feeds, names).values()].every((feed) => {
    const reading = readFeed(feed);
    return typeof reading !== 'string' && reading.shape !== undefined;
  });
}

function unshapedBatch(name: string, text: string) {
  return dimwiseError({
    code: 'FEED_MISMATCH',
    message: `the feed of input "${name}": the model is not bound yet, and ${text} does not tell its shape`,
    origin: { what: `input "${name}"` },
    expected: 'a tensor or nested arrays',
    actual: text,
    hint: `bind the model first, or give the shape: { ${name}: { dims: [...], type: 'float32', data } }`,
  });
}

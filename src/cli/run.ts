// dimwise run: a model file or an .onnx file runs on feeds from files or random ones.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Float16Array } from '@petamoriken/float16';
import type { OnnxLimits } from '../../codegen/onnx/limits.ts';
import { dimwiseError, throwDiagnostics } from '../base/errors.ts';
import { loadSession } from '../node/load-session.ts';
import { readNpy, writeNpy } from '../node/npy.ts';
import { errorReason } from '../node/write-atomic.ts';
import { createSession } from '../runtime/create-session.ts';
import type { Feed } from '../runtime/feed.ts';
import type { Provider } from '../runtime/provider.ts';
import type { RunOutputs, RunTensor } from '../runtime/run-outputs.ts';
import type { Session } from '../runtime/session.ts';
import { type Bindings, type InputBinding, parseBind } from './bind-option.ts';
import type { CommandCall } from './command-row.ts';
import { boundSymbols, type InputSource, parseSources, randomFeed } from './feed-source.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { limitOption } from './limit-option.ts';
import { compileOpened, fileKind, type OpenOptions, openModel, refuseWeights } from './open-model.ts';
import { flagOption, listOption, type OptionValues, readOptions, seedOption, textOption } from './options.ts';
import { parseProvider } from './provider-option.ts';
import { randomShapes } from './random-feed.ts';
import { reportFailure } from './report.ts';
import { formatTable } from './table.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { type LoadedWeights, tellWeights, weightsMember, weightsOption } from './weights-option.ts';

/** Runs one file. */
export async function run({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [file = ''] = args;
  const read = readOptions(io, () => readRunOptions(file, options));
  if (typeof read === 'number') return read;
  const isJson = flagOption(options, 'json');
  const work = async (): Promise<ExitCode> => {
    let session: Session | undefined;
    try {
      const opened = await openSession(file, read.value);
      session = opened.session;
      if (!isJson) tellWeights(opened.weights, io);
      const outputs = await session.run(await feedsFor(session, read.value));
      const files = await writeOutputs(outputs, textOption(options, 'output'));
      if (isJson)
        io.out(JSON.stringify({ ...describe(file, session, outputs, files), ...weightsMember(opened.weights) }));
      else printOutputs(session, outputs, io);
      return EXIT.ok;
    } catch (error) {
      return reportFailure(file, error, io, isJson);
    } finally {
      await session?.dispose();
    }
  };
  return withConsole(io, isJson, () => withWarnings(io, work));
}

interface RunSettings extends OpenOptions {
  readonly kind: 'model' | 'onnx';
  readonly sources: readonly InputSource[];
  readonly providers: readonly Provider[] | undefined;
  readonly limits: OnnxLimits;
}

function readRunOptions(file: string, options: OptionValues): RunSettings {
  const provider = textOption(options, 'provider');
  return {
    kind: fileKind(file),
    bindings: parseBind(listOption(options, 'bind')),
    isStatic: flagOption(options, 'static'),
    seed: seedOption(options),
    weights: weightsOption(options),
    sources: parseSources(listOption(options, 'input')),
    providers: provider === undefined ? undefined : [parseProvider(provider)],
    limits: limitOption(options),
  };
}

interface OpenedSession {
  readonly session: Session;
  readonly weights: LoadedWeights | undefined;
}

async function openSession(file: string, { kind, providers, limits, ...open }: RunSettings): Promise<OpenedSession> {
  const session = providers ? { providers } : {};
  if (kind === 'onnx') {
    refuseWeights(file, open);
    return { session: await loadSession(file, { ...session, limits }), weights: undefined };
  }
  const { model, weights } = await openModel(file, { ...open, bindings: await allBindings(open) });
  return { session: await createSession(compileOpened(file, model, open.seed), session), weights };
}

/** A model file that is not bound by options is bound by the shapes of the files that are fed. */
async function allBindings({
  bindings,
  sources,
}: Omit<RunSettings, 'kind' | 'providers' | 'limits'>): Promise<Bindings> {
  const files = sources.filter(({ name }) => !bindings.inputs.some((binding) => binding.name === name));
  if (files.length < sources.length || files.some(({ file }) => file === undefined)) return bindings;
  const read = files.map(async ({ name, file = '' }): Promise<InputBinding> => {
    const { dtype, shape } = await readNpy(file);
    return { name, dtype, sizes: shape };
  });
  return { ...bindings, inputs: [...bindings.inputs, ...(await Promise.all(read))] };
}

async function feedsFor(session: Session, settings: RunSettings): Promise<Record<string, Feed>> {
  const names = [...session.inputs.keys()];
  const nameOf = (name: string | undefined): string => {
    if (name !== undefined) return name;
    if (names.length === 1) return names[0] ?? '';
    throw dimwiseError({
      code: 'FEED_UNKNOWN',
      message: `an input without a name stands for the only one; the inputs are ${names.join(', ')}`,
      expected: names.join(', '),
      hint: `--input ${names[0]}=...`,
    });
  };
  const feeds: Record<string, Feed> = {};
  const shapes = new Map<string, readonly number[]>();
  for (const { name, sizes } of settings.bindings.inputs) {
    if (sizes.every((size) => typeof size === 'number')) shapes.set(nameOf(name), sizes);
  }
  for (const { name, file } of settings.sources) {
    if (file === undefined) continue;
    const array = await readNpy(file);
    feeds[nameOf(name)] = array;
    shapes.set(nameOf(name), array.shape);
  }
  const symbols = boundSymbols(session.contract, settings, shapes);
  requireSources(
    names,
    settings.sources.map(({ name }) => nameOf(name)),
  );
  const random = settings.sources.filter(({ file }) => file === undefined).map(({ name }) => nameOf(name));
  const chosen = random.length > 0 ? randomShapes(session.contract, shapes, symbols) : shapes;
  for (const name of random)
    feeds[name] = randomFeed(session.contract, name, chosen.get(name) ?? [], settings.seed ?? 0);
  return feeds;
}

/** @throws FEED_MISSING for each input that no option names */
function requireSources(inputs: readonly string[], named: readonly string[]): void {
  // A misspelt name is told by the session, with the name that it is near to.
  if (named.some((name) => !inputs.includes(name))) return;
  const missing = inputs.filter((name) => !named.includes(name));
  throwDiagnostics(
    missing.map((name) => ({
      code: 'FEED_MISSING',
      message: `input "${name}" has no feed`,
      origin: { what: `input "${name}"` },
      expected: `--input ${name}=...`,
      hint: `--input ${name}=random, or a file of numpy: --input ${name}=FILE.npy`,
    })),
  );
}

/** Writes each output into a folder, which is made where it does not exist; the files by output. */
async function writeOutputs(
  outputs: RunOutputs,
  folder: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (folder === undefined) return {};
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const message = `the folder ${folder} cannot be made: ${errorReason(cause)}`;
    throw dimwiseError({ code: 'FILE_WRITE', message, hint: 'check the path of --output', cause });
  }
  const files: [string, string][] = [];
  for (const [name, tensor] of Object.entries(outputs)) {
    const path = join(folder, `${name.replace(/[^\w.-]+/g, '_')}.npy`);
    await writeNpy(path, { dtype: tensor.dtype, shape: tensor.shape, storage: storageOf(tensor) });
    files.push([name, path]);
  }
  return Object.fromEntries(files);
}

function storageOf({ data }: RunTensor) {
  if (!ArrayBuffer.isView(data)) return { kind: 'strings', values: data } as const;
  return { kind: 'bytes', bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) } as const;
}

/** The elements as plain values; those of float16 come as bits. */
function elementsOf({ dtype, data }: RunTensor, most = data.length): unknown[] {
  const some = data.slice(0, most);
  return Array.from<unknown>(dtype === 'float16' && some instanceof Uint16Array ? new Float16Array(some.buffer) : some);
}

/** The outputs as JSON: bigints as text, because numbers would be rounded. */
function describe(
  file: string,
  session: Session,
  outputs: RunOutputs,
  files: Readonly<Record<string, string>>,
): object {
  const described = Object.entries(outputs).map(([name, tensor]) => {
    const { dtype, shape } = tensor;
    const where = Object.hasOwn(files, name) ? { file: files[name] } : { data: elementsOf(tensor).map(jsonElement) };
    return [name, { dtype, shape, ...where }];
  });
  return { file, provider: session.provider, fallbacks: session.fallbacks, outputs: Object.fromEntries(described) };
}

/** JSON has no bigint, infinity and NaN: they go out as text. */
const jsonElement = (element: unknown): unknown =>
  typeof element === 'bigint' || (typeof element === 'number' && !Number.isFinite(element)) ? String(element) : element;

/** So many elements of each output are printed for a person. */
const SHOWN = 6;

function printOutputs(session: Session, outputs: RunOutputs, io: Io): void {
  const rows = Object.entries(outputs).map(([name, tensor]) => {
    const shown = elementsOf(tensor, SHOWN).map((each) =>
      typeof each === 'number' ? Number(each.toPrecision(5)) : each,
    );
    const rest = tensor.data.length > SHOWN ? ' ...' : '';
    return [name, `${tensor.dtype}[${tensor.shape.join(', ')}]`, shown.join(' ') + rest];
  });
  for (const line of formatTable(['output', 'type', 'elements'], rows, io.hasColor)) io.out(line);
  io.out(`ran on ${session.provider}`);
}

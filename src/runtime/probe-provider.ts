// Tries an execution provider in a process of its own, because why it does not load is written to the native error output only.

import { ortMessage } from './ort.ts';
import { ortEntry } from './ort-entry.ts';
import { hasDevices, type Provider } from './provider.ts';

/** What a trial of a provider gave. */
export interface ProviderProbe {
  readonly provider: Provider;
  /** Whether it ran a model of one node. */
  readonly works: boolean;
  /** Why not; undefined where it works. */
  readonly reason: string | undefined;
  /** What ONNX Runtime and the libraries wrote to the error output. */
  readonly log: string;
}

/** Options of {@link probeProvider}. */
export interface ProbeOptions {
  /** The GPU, 0 by default. */
  readonly deviceId?: number | undefined;
  /** The trial is given up after so many milliseconds; 30,000 by default: the first start of CUDA takes seconds. */
  readonly timeout?: number | undefined;
  /** What `require` loads; the onnxruntime-node that sessions have by default. */
  readonly entry?: string | undefined;
}

/** `y = x + x` for two float32, opset 13, IR 7. */
const TINY_MODEL = 'CAc6NAoOCgF4CgF4EgF5IgNBZGQSAFoPCgF4EgoKCAgBEgQKAggCYg8KAXkSCgoICAESBAoCCAJCBAoAEA0=';

/** The program of the trial: text, so that it runs from sources, from a bundle and under a loader alike. */
const PROGRAM = `
const [entry, name, deviceId, model] = process.argv.slice(1);
const answer = (result) => process.stdout.write('\\n' + JSON.stringify(result) + '\\n', () => process.exit(0));
(async () => {
  const { InferenceSession, Tensor } = require(entry);
  const executionProviders = [deviceId === '' ? name : { name, deviceId: Number(deviceId) }];
  const bytes = new Uint8Array(Buffer.from(model, 'base64'));
  const session = await InferenceSession.create(bytes, { executionProviders, logSeverityLevel: 2 });
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) });
  if (y.data[0] !== 2 || y.data[1] !== 4) throw new Error('it adds wrongly: 1 + 1, 2 + 2 give ' + [...y.data].join(', '));
  return { works: true };
})().then(answer, (error) => answer({ works: false, message: String(error && error.message || error) }));
`;

const probes = new Map<string, Promise<ProviderProbe>>();

/**
 * Tries a provider on a model of one node in a process of its own; the answer is kept for the life of this process.
 *
 * @returns the real reason where the provider does not load: the library that is missing, what the driver says
 */
export function probeProvider(provider: Provider, options: ProbeOptions = {}): Promise<ProviderProbe> {
  const key = JSON.stringify([provider, options]);
  const known = probes.get(key);
  if (known) return known;
  const probe = tryProvider(provider, options);
  probes.set(key, probe);
  return probe;
}

function tryProvider(provider: Provider, options: ProbeOptions): Promise<ProviderProbe> {
  const { deviceId, timeout = 30_000, entry = ortEntry() } = options;
  if (entry === undefined) return Promise.resolve(failed(provider, 'onnxruntime-node is not installed', ''));
  const { execFile } = process.getBuiltinModule('node:child_process');
  const { stripVTControlCharacters } = process.getBuiltinModule('node:util');
  // Options of this process, such as loaders, are nothing to the trial; Electron's binary is a Node only when it is told so.
  const env = { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' };
  const args = ['-e', PROGRAM, '--', entry, provider, hasDevices(provider) ? String(deviceId ?? '') : '', TINY_MODEL];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, timeout, windowsHide: true }, (error, stdout, stderr) => {
      const log = stripVTControlCharacters(stderr).trim();
      const answer = readAnswer(stdout);
      if (answer?.works) resolve({ provider, works: true, reason: undefined, log });
      else if (answer) resolve(failed(provider, reasonIn(log, ortMessage(answer.message)), log));
      else if (error?.killed) resolve(failed(provider, `it does not answer within ${timeout} ms`, log));
      else resolve(failed(provider, reasonIn(log, death(error)), log));
    });
  });
}

const failed = (provider: Provider, reason: string, log: string): ProviderProbe => ({
  provider,
  works: false,
  reason,
  log,
});

interface Answer {
  readonly works: boolean;
  readonly message: string;
}

/** The last line that is an answer: libraries may write to the output too. */
function readAnswer(stdout: string): Answer | undefined {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    const { works, message } = JSON.parse(line);
    return { works: works === true, message: String(message ?? '') };
  } catch {
    return undefined;
  }
}

function death(error: { readonly signal?: string | null | undefined; readonly message: string } | null): string {
  return error?.signal ? `the process that loads it dies of ${error.signal}` : (error?.message ?? 'no answer');
}

/**
 * The reason in what a trial wrote: the library that the loader misses where it says so, else what ONNX Runtime says.
 *
 * @param log the error output
 * @param message what ONNX Runtime threw
 */
export function reasonIn(log: string, message: string): string {
  const library = /Failed to load library (\S+) with error: (.+)/.exec(log);
  if (library) return loaderText(library[2] ?? '');
  const warning = /(?:Couldn't load|Could not load|Unable to load)[^\n]*/i.exec(log);
  const text = message.replace(/\s+/g, ' ').trim();
  return warning ? `${text} (${warning[0].trim()})` : text;
}

/** A message of the dynamic loader, which may name the same file twice. */
function loaderText(text: string): string {
  return text.trim().replace(/^(.+?): \1: /, '$1: ');
}

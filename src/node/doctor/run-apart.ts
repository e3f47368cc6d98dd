// Runs a model in a process of its own, so that a provider that ends its process does not end this one.
import { ortMessage } from '../../runtime/ort.ts';
import { reasonIn } from '../../runtime/probe-provider.ts';
import { hasDevices, type Provider } from '../../runtime/provider.ts';
import type { Machine } from './machine.ts';

/** A float32 tensor. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What is run where. */
export interface ApartRun {
  /** What `require` loads for ONNX Runtime. */
  readonly entry: string;
  readonly provider: Provider;
  readonly deviceId?: number | undefined;
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, Numbers>>;
  /** Whether CUDA may round factors of products to TF32, as it does by default. */
  readonly allowsTf32?: boolean | undefined;
}

/** What came of it: outputs and times in milliseconds, or why there are none. */
export type ApartResult =
  | { readonly outputs: Readonly<Record<string, Numbers>>; readonly create: number; readonly run: number }
  | { readonly reason: string };

/** The first start of CUDA takes seconds, and minutes where kernels are compiled for a new GPU. */
const TIMEOUT = 180_000;

/** The program: text, so that it runs from sources, from a bundle and under a loader alike. The second run is the one that is timed. */
const PROGRAM = `
const { InferenceSession, Tensor } = require(process.argv[1]);
const answer = (result) => process.stdout.write('\\n' + JSON.stringify(result) + '\\n', () => process.exit(0));
const parts = [];
process.stdin.on('data', (part) => parts.push(part)).on('end', async () => {
  try {
    const { model, providers, feeds } = JSON.parse(Buffer.concat(parts).toString());
    const given = Object.entries(feeds).map(([name, { shape, data }]) => [name, new Tensor('float32', Float32Array.from(data), shape)]);
    const start = performance.now();
    const session = await InferenceSession.create(new Uint8Array(Buffer.from(model, 'base64')), {
      executionProviders: providers, logSeverityLevel: 2,
    });
    const create = performance.now() - start;
    await session.run(Object.fromEntries(given));
    const again = performance.now();
    const results = await session.run(Object.fromEntries(given));
    const run = performance.now() - again;
    const outputs = Object.entries(results).map(([name, { dims, data }]) => [name, { shape: [...dims], data: [...data] }]);
    answer({ outputs: Object.fromEntries(outputs), create, run });
  } catch (error) {
    answer({ reason: String((error && error.message) || error) });
  }
});
`;

/** Runs a model of float32 inputs and outputs on one provider. */
export async function runApart({ run }: Pick<Machine, 'run'>, one: ApartRun): Promise<ApartResult> {
  const { provider, deviceId, model, feeds } = one;
  const first = hasDevices(provider) && deviceId !== undefined ? { name: provider, deviceId } : provider;
  const input = JSON.stringify({ model: Buffer.from(model).toString('base64'), providers: [first], feeds });
  const env: Record<string, string> = { NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' };
  // The switch that NVIDIA's libraries read; the provider's own one cannot be set from Node.
  if (one.allowsTf32 === false) env.NVIDIA_TF32_OVERRIDE = '0';
  const { stdout, stderr, code } = await run(process.execPath, ['-e', PROGRAM, '--', one.entry], {
    env,
    input,
    timeout: TIMEOUT,
  });
  const answer = lastLine(stdout);
  if (answer && !('reason' in answer)) return answer;
  const died = code === 0 ? 'no answer' : stderr.trim().split('\n').at(-1) || `exit code ${code}`;
  return { reason: reasonIn(stderr, ortMessage(answer?.reason ?? died)) };
}

function lastLine(stdout: string): ApartResult | undefined {
  try {
    // NaN and infinities come as null.
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '', (_, value) => value ?? Number.NaN);
  } catch {
    return undefined;
  }
}

// Loads the example server on this machine: npx jiti bench/load.ts [SECONDS]; tables for bench/RESULTS.md.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type CompiledModel, createPool, createSession, graph, op } from 'dimwise';
import { lenet } from '../examples/lenet.ts';
import { InferenceClient } from '../examples/serve/client.ts';
import { writeInferRequest } from '../examples/serve/protocol/client-messages.ts';
import { writeInferResponse } from '../examples/serve/protocol/infer-response.ts';
import { ServedModel } from '../examples/serve/served-model.ts';
import { InferenceServer } from '../examples/serve/server.ts';
import { encoder } from '../examples/transformer.ts';
import type { LoadPlan, LoadReport } from './load-client.ts';

/** Multiplies matrices as often as it is told, about a millisecond each time. */
const slow = (): CompiledModel =>
  graph((g) => {
    const times = g.input('times', 'int64', []);
    const matrix = (value: number) =>
      op.Expand(op.Constant({ value_float: value }), op.Constant({ value_ints: [256, 256] }));
    const [last = times] = op.Loop(times, true, [matrix(0.5)], {
      body: (_, condition, state) => [condition, op.MatMul(state, matrix(1 / 256))],
    });
    return { y: op.Slice(last, [0, 0], [1, 1]) };
  })
    .bind({ times: [] })
    .compile();

/** How late the loop of a server is while a model runs for about 300 ms, again and again. */
async function benchLongRuns(runs: number): Promise<void> {
  const pool = await createPool(slow(), { providers: 'cpu', workers: 1, threads: 1 });
  await using server = new InferenceServer({ models: [new ServedModel({ name: 'slow', pool })] });
  const address = await server.listen(0);
  const client = new InferenceClient(address);
  const times = { datatype: 'INT64', shape: [], data: BigInt64Array.of(300n) } as const;
  for (let i = 0; i < runs; i++) await client.infer('slow', { times });
  const text = await (await fetch(`${address}/metrics`)).text();
  const late = [...text.matchAll(/^nodejs_eventloop_lag_(p99|max)_seconds (\S+)$/gm)];
  const told = late.map(([, which, value]) => `${(Number(value) * 1000).toFixed(1)} ms (${which})`).join(', ');
  console.log(`${runs} runs of ${pool.stats.run.p50.toFixed(0)} ms each: loop late by ${told}`);
}

/** A model to load, with the shape of a request. */
export interface Loaded {
  readonly name: string;
  readonly compiled: CompiledModel;
  readonly shape: readonly number[];
}

/** The models of the bench: LeNet, and two layers of a transformer on 16 words. */
export const MODELS: readonly Loaded[] = [
  { name: 'lenet', compiled: lenet().initialize().bind(['batch', 1, 28, 28]).compile(), shape: [1, 1, 28, 28] },
  { name: 'encoder', compiled: encoder().initialize().bind(['batch', 'seq', 64]).compile(), shape: [1, 16, 64] },
];

/** Requests that differ, with the answers that a session of its own gives: the same bytes are expected of the server. */
export async function casesOf({ name, compiled, shape }: Loaded, count: number): Promise<LoadPlan['cases']> {
  await using session = await createSession(compiled, { providers: 'cpu', threads: 1 });
  const cases: LoadPlan['cases'][number][] = [];
  const size = shape.reduce((product, each) => product * each, 1);
  for (let i = 0; i < count; i++) {
    const data = Float32Array.from({ length: size }, (_, at) => Math.sin(at * (i + 1)));
    const { parts, headerLength = 0 } = writeInferRequest({ inputs: { x: { datatype: 'FP32', shape, data } } });
    const outputs = await session.run({ x: { dtype: 'float32', shape, data } });
    const request = { id: undefined, outputs: undefined, isBinary: true };
    const answer = writeInferResponse(outputs, { model: name, version: '1', request });
    const text = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString('base64');
    cases.push({ body: text(parts), headerLength, answer: text(answer.parts) });
  }
  return cases;
}

/** Runs a plan in a process of its own. */
export async function loadElsewhere(plan: LoadPlan): Promise<LoadReport> {
  const client = fileURLToPath(new URL('load-client.ts', import.meta.url));
  const jiti = fileURLToPath(new URL('../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
  const child = spawn(process.execPath, [jiti, client, '--plan'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(plan));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(text.trim().split('\n').at(-1) ?? '');
}

/** One gauge of a server, the sum over its labels. */
export async function gauge(address: string, name: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function bench(seconds: number): Promise<void> {
  console.log(`Node ${process.version}, ${availableParallelism()} cores; ${seconds} s each`);
  await benchLongRuns(10);
  for (const loaded of MODELS) {
    const cases = await casesOf(loaded, 16);
    const pool = await createPool(loaded.compiled, { providers: 'cpu', workers: 2, threads: 1, queue: 64 });
    await using server = new InferenceServer({ models: [new ServedModel({ name: loaded.name, pool })] });
    const address = await server.listen(0);
    const plan = { address, model: loaded.name, cases, duration: seconds * 1000 };
    const before = await gauge(address, 'process_resident');
    const closed = await loadElsewhere({ ...plan, concurrency: 32 });
    tell(`${loaded.name}, 32 callers`, closed);
    const open = await loadElsewhere({ ...plan, concurrency: 512, rate: 4 * closed.throughput });
    tell(`${loaded.name}, 4 times as many arrivals as it answered`, open);
    // All workers but one go on; its requests are told so, and no answer may be wrong.
    const killing = loadElsewhere({ ...plan, concurrency: 32 });
    const begin = performance.now();
    const kill = setInterval(() => {
      const victim = pool.stats.workers.find(({ state }) => state === 'busy')?.id;
      if (victim === undefined || performance.now() - begin < seconds * 500) return;
      process.kill(victim, 'SIGKILL');
      clearInterval(kill);
    }, 1);
    const killed = await killing;
    clearInterval(kill);
    tell(`${loaded.name}, a worker killed in mid-load`, killed);
    console.log(`  ${pool.stats.lost} requests lost with it, errors: ${killed.errors.join(' ') || 'none'}`);
    const after = await gauge(address, 'process_resident');
    const late = await gauge(address, 'nodejs_eventloop_lag_p99');
    const latest = await gauge(address, 'nodejs_eventloop_lag_max');
    const workers = await gauge(address, 'dimwise_worker_resident');
    console.log(
      `  server ${mb(before)} before, ${mb(after)} after, workers ${mb(workers)}; loop late by ${(late * 1000).toFixed(1)} ms (p99), ${(latest * 1000).toFixed(1)} ms at most`,
    );
  }
}

const mb = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

function tell(what: string, report: LoadReport): void {
  const { p50, p99, p999 } = report.latency;
  const times = [p50, p99, p999].map((each) => each.toFixed(1)).join(' / ');
  console.log(
    `${what}: ${report.sent} sent, ${report.right} right (${report.throughput.toFixed(0)}/s), ${report.wrong} wrong, ${report.lost} lost,` +
      ` refused ${JSON.stringify(report.refused)}; ${times} ms (p50 / p99 / p99.9)`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bench(Number(process.argv[2] ?? 5));

// Loads a server from a process of its own: requests arrive at a rate, whether or not answers come, and every answer is compared.
import { Agent, request } from 'node:http';

/** What a client is told. */
export interface LoadPlan {
  readonly address: string;
  readonly model: string;
  /** Bodies of requests that differ, in base64, with the answer that each must get. */
  readonly cases: readonly { readonly body: string; readonly headerLength: number; readonly answer: string }[];
  /** Requests in a second; undefined for as many as `concurrency` callers send one after the other. */
  readonly rate?: number | undefined;
  readonly concurrency: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** What became of all requests. */
export interface LoadReport {
  readonly sent: number;
  readonly right: number;
  readonly wrong: number;
  /** Connections that broke, or answers that did not come. */
  readonly lost: number;
  /** Answers that refuse, by status. */
  readonly refused: Readonly<Record<string, number>>;
  /** 503 without Retry-After. */
  readonly withoutRetry: number;
  /** The errors that were told, each text once. */
  readonly errors: readonly string[];
  /** Milliseconds from arrival to answer, of right answers. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** Right answers in a second. */
  readonly throughput: number;
}

/** Runs a plan. */
export async function load(plan: LoadPlan): Promise<LoadReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.concurrency });
  const cases = plan.cases.map(({ body, headerLength, answer }) => ({
    body: Buffer.from(body, 'base64'),
    headerLength,
    answer: Buffer.from(answer, 'base64'),
  }));
  const url = new URL(`/v2/models/${plan.model}/infer`, plan.address);
  const times: number[] = [];
  const refused: Record<string, number> = {};
  const errors = new Set<string>();
  let [sent, right, wrong, lost, withoutRetry] = [0, 0, 0, 0, 0];

  const one = (arrival: number): Promise<void> =>
    new Promise((resolve) => {
      const each = cases[sent++ % cases.length];
      if (!each) return resolve();
      const headers = { 'Inference-Header-Content-Length': each.headerLength, 'Content-Length': each.body.length };
      const call = request(url, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', () => (lost++, resolve()));
        response.once('end', () => {
          const status = response.statusCode ?? 0;
          const body = Buffer.concat(chunks);
          if (status === 200) {
            if (body.equals(each.answer)) right++;
            else wrong++;
            times.push(performance.now() - arrival);
          } else {
            refused[status] = (refused[status] ?? 0) + 1;
            if (status === 503 && !(Number(response.headers['retry-after']) >= 1)) withoutRetry++;
            if (status !== 503) errors.add(body.toString());
          }
          resolve();
        });
      });
      call.once('error', () => (lost++, resolve()));
      call.end(each.body);
    });

  const start = performance.now();
  const { rate } = plan;
  if (rate === undefined) {
    const caller = async (): Promise<void> => {
      while (performance.now() - start < plan.duration) await one(performance.now());
    };
    await Promise.all(Array.from({ length: plan.concurrency }, caller));
  } else {
    // Arrivals of an open loop: each has its time, whatever became of those before; a late timer does not move them.
    const all: Promise<void>[] = [];
    while (performance.now() - start < plan.duration) {
      const due = Math.floor(((performance.now() - start) / 1000) * rate) + 1;
      while (all.length < due) all.push(one(start + (all.length / rate) * 1000));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(all);
  }
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  const latency = { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
  return { sent, right, wrong, lost, refused, withoutRetry, errors: [...errors], latency, throughput: right / seconds };
}

if (process.argv[2] === '--plan') {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  console.log(JSON.stringify(await load(JSON.parse(Buffer.concat(chunks).toString('utf8')))));
}

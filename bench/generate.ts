// Tokens per second of a Llama that writes in one run, against the same decoder stepped by the host, which hands its cache on.
//   npx jiti bench/generate.ts [--steps 128] [--rounds 3]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createSession, type Feed, type Session } from 'dimwise';
import { llama, llamaGenerator } from '../examples/zoo/llama.ts';

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '128' }, rounds: { type: 'string', default: '3' } },
});
const [STEPS, ROUNDS, PROMPT] = [Number(values.steps), Number(values.rounds), 32];
const SIZES = { vocabulary: 8000, width: 256, heads: 8, kvHeads: 8, hidden: 688, depth: 4 };
const CPU = { providers: ['cpu'] } as const;
const names = Array.from({ length: SIZES.depth }, (_, i) => [`key_${i}`, `value_${i}`]).flat();

/** The likeliest of each text's next tokens. */
function likeliest(logits: Float32Array, batch: number): BigInt64Array {
  const [row, width] = [logits.length / batch, SIZES.vocabulary];
  return BigInt64Array.from({ length: batch }, (_, text) => {
    const start = (text + 1) * row - width;
    let best = start;
    for (let i = start; i < start + width; i++) if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
    return BigInt(best - start);
  });
}

async function stepped(session: Session, prompt: Feed, batch: number): Promise<bigint[]> {
  const none = {
    shape: [batch, SIZES.kvHeads, 0, SIZES.width / SIZES.heads],
    dtype: 'float32',
    data: new Float32Array(),
  };
  let kept: Record<string, Feed> = Object.fromEntries(names.map((name) => [`past_${name}`, none]));
  let newest = prompt;
  const written: bigint[] = [];
  for (let i = 0; i < STEPS; i++) {
    const found = await session.run({ input_ids: newest, ...kept });
    const logits = found.logits?.data;
    if (!(logits instanceof Float32Array)) throw new TypeError('logits are float32');
    const tokens = likeliest(logits, batch);
    written.push(...tokens);
    newest = { shape: [batch, 1], dtype: 'int64', data: tokens };
    kept = Object.fromEntries(
      names.map((name) => {
        const present = found[`present_${name}`];
        if (!present) throw new TypeError(`present_${name} is an output`);
        return [`past_${name}`, present];
      }),
    );
  }
  return written;
}

/** Wall and processor milliseconds of what is done. */
async function timed<T>(work: () => Promise<T>): Promise<{ result: T; wall: number; cpu: number }> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const used = process.cpuUsage(cpu);
  return { result, wall: performance.now() - wall, cpu: (used.user + used.system) / 1000 };
}

interface Times {
  readonly wall: number[];
  readonly cpu: number[];
}

const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;

const looped = await createSession(
  llamaGenerator({ steps: STEPS }, SIZES).initialize({ seed: 1 }).bind().compile(),
  CPU,
);
const single = await createSession(llama(SIZES).initialize({ seed: 1 }).bind().compile(), CPU);
console.log(
  `${cpus()[0]?.model}, Node ${process.version}, prompt ${PROMPT}, ${STEPS} steps, ${ROUNDS} rounds, medians`,
);
for (const batch of [1, 8]) {
  const shape = [batch, PROMPT];
  const data = BigInt64Array.from({ length: batch * PROMPT }, (_, i) => BigInt((i * 7919) % SIZES.vocabulary));
  const prompt = { shape, dtype: 'int64', data };
  const mask = { shape, dtype: 'int64', data: new BigInt64Array(data.length).fill(1n) };
  const [ours, theirs]: [Times, Times] = [
    { wall: [], cpu: [] },
    { wall: [], cpu: [] },
  ];
  for (let round = 0; round <= ROUNDS; round++) {
    const whole = await timed(() => looped.run({ input_ids: prompt, attention_mask: mask }));
    const steps = await timed(() => stepped(single, prompt, batch));
    const rows = [...(whole.result.tokens?.data ?? [])].map(BigInt);
    const same = steps.result.every((token, i) => rows[(i % batch) * STEPS + Math.floor(i / batch)] === token);
    if (!same) throw new TypeError('the two write different tokens');
    if (round === 0) continue; // warm-up
    for (const [to, from] of [
      [ours, whole],
      [theirs, steps],
    ] as const) {
      to.wall.push(from.wall);
      to.cpu.push(from.cpu);
    }
  }
  const rate = (all: readonly number[]): string => ((1000 * batch * STEPS) / median(all)).toFixed(0);
  const ratio = (key: 'wall' | 'cpu'): string => (median(theirs[key]) / median(ours[key])).toFixed(2);
  console.log(
    `batch ${batch}: one run ${rate(ours.wall)} tokens/s, host steps ${rate(theirs.wall)} tokens/s; ` +
      `host/one run: wall ${ratio('wall')}, processor ${ratio('cpu')}`,
  );
}
await Promise.all([looped.dispose(), single.dispose()]);

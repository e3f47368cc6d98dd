// A cache that grows by Concat against one of its full length that is written into, both inside of the Loop of generate().
//   npx jiti bench/cache.ts [--steps 64,256,1024] [--batch 1,8] [--rounds 3]
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import {
  block,
  createSession,
  type DefinedModel,
  dense,
  embedding,
  generate,
  model,
  op,
  type Session,
  tensor,
  type Value,
} from 'dimwise';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '64,256,1024' },
    batch: { type: 'string', default: '1,8' },
    rounds: { type: 'string', default: '3' },
  },
});
const numbers = (list: string): number[] => list.split(',').map(Number);
const [ROUNDS, PROMPT, VOCABULARY, WIDTH, HEADS, DEPTH] = [Number(values.rounds), 32, 2000, 256, 8, 4];
const KINDS = ['Concat', 'ScatterElements', 'TensorScatter'] as const;
type Kind = (typeof KINDS)[number];

interface Kept {
  readonly key: Value;
  readonly value: Value;
}

interface Cache {
  readonly layers: readonly Kept[];
  /** How many tokens are in it, int64 `[]`. */
  readonly used: Value;
}

/** Puts new rows `[batch, heads, s, size]` behind those that are used. */
function put(kind: Kind, past: Value, rows: Value, used: Value): Value {
  if (kind === 'Concat') return op.Concat([past, rows], { axis: 2 });
  const batch = op.Shape(rows, { start: 0, end: 1 });
  if (kind === 'TensorScatter') return op.TensorScatter(past, rows, op.Expand(used, batch), { axis: 2 });
  const count = op.Squeeze(op.Shape(rows, { start: 2, end: 3 }), [0]);
  const places = op.Unsqueeze(op.Range(used, op.Add(used, count), 1n), [1]);
  return op.ScatterElements(past, op.Expand(places, op.Shape(rows)), rows, { axis: 2 });
}

const headsOf = (x: Value): Value => op.Transpose(op.Reshape(x, [0, 0, HEADS, WIDTH / HEADS]), { perm: [0, 2, 1, 3] });

/** Attention only, so that the cache is a large part of the work; steps stay as they are for every kind of cache. */
function writer(kind: Kind, steps: number): DefinedModel {
  const tokensIn = embedding(VOCABULARY, WIDTH);
  const layers = Array.from({ length: DEPTH }, () => ({
    query: dense(WIDTH),
    key: dense(WIDTH),
    value: dense(WIDTH),
    output: dense(WIDTH),
  }));
  const scores = dense(VOCABULARY);
  const decoder = (tokens: Value, { layers: past, used }: Cache) => {
    let x = tokensIn(tokens);
    const places = op.Unsqueeze(
      op.Add(used, op.Range(0n, op.Squeeze(op.Shape(tokens, { start: 1, end: 2 }), [0]), 1n)),
      [1],
    );
    const kept = layers.map((layer, i) => {
      const { key, value } = past[i] ?? { key: x, value: x };
      const now = {
        key: put(kind, key, headsOf(layer.key(x)), used),
        value: put(kind, value, headsOf(layer.value(x)), used),
      };
      const near = op.MatMul(
        op.Mul(headsOf(layer.query(x)), (WIDTH / HEADS) ** -0.5),
        op.Transpose(now.key, { perm: [0, 1, 3, 2] }),
      );
      const all = op.Range(0n, op.Squeeze(op.Shape(now.key, { start: 2, end: 3 }), [0]), 1n);
      const seen = op.Where(op.LessOrEqual(all, places), near, Number.NEGATIVE_INFINITY);
      const mixed = op.Transpose(op.MatMul(op.Softmax(seen, { axis: -1 }), now.value), { perm: [0, 2, 1, 3] });
      x = op.Add(x, layer.output(op.Reshape(mixed, [0, 0, WIDTH])));
      return now;
    });
    const next = op.Add(used, op.Squeeze(op.Shape(tokens, { start: 1, end: 2 }), [0]));
    return { logits: scores(op.Gather(x, [-1], { axis: 1 })), cache: { layers: kept, used: next } };
  };
  const body = block({ tokensIn, layers, scores }, (tokens: Value) => {
    const size = kind === 'Concat' ? 0 : PROMPT + steps;
    const none = op.Expand(
      0,
      op.Concat([op.Shape(tokens, { start: 0, end: 1 }), [HEADS, size, WIDTH / HEADS]], { axis: 0 }),
    );
    const cache = { layers: layers.map(() => ({ key: none, value: none })), used: op.Identity(0n) };
    return { tokens: generate({ decoder, tokens, steps, cache }).newTokens };
  });
  return model(body, { name: 'writer', inputs: { ids: tensor('int64', ['batch', PROMPT]) } });
}

const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;

console.log(
  `${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}, ${ROUNDS} rounds in turns, medians`,
);
for (const steps of numbers(values.steps)) {
  const sessions = new Map<Kind, Session>();
  for (const kind of KINDS) {
    const compiled = writer(kind, steps).initialize({ seed: 1 }).bind().compile();
    sessions.set(kind, await createSession(compiled, { providers: 'cpu' }));
  }
  for (const batch of numbers(values.batch)) {
    const data = BigInt64Array.from({ length: batch * PROMPT }, (_, i) => BigInt((i * 7919) % VOCABULARY));
    const ids = { shape: [batch, PROMPT], dtype: 'int64', data };
    const times = new Map<Kind, { wall: number[]; cpu: number[] }>(KINDS.map((kind) => [kind, { wall: [], cpu: [] }]));
    for (let round = 0; round <= ROUNDS; round++) {
      const written = new Set<string>();
      for (const [kind, session] of sessions) {
        const [wall, cpu] = [performance.now(), process.cpuUsage()];
        const { tokens } = await session.run({ ids });
        const used = process.cpuUsage(cpu);
        written.add(String(tokens?.data));
        if (round === 0) continue; // warm-up
        times.get(kind)?.wall.push(performance.now() - wall);
        times.get(kind)?.cpu.push((used.user + used.system) / 1000);
      }
      if (written.size !== 1) throw new TypeError('the caches write different tokens');
    }
    const cells = [...times].map(
      ([kind, { wall, cpu }]) =>
        `${kind} ${((1000 * batch * steps) / median(wall)).toFixed(0)} tokens/s (${median(cpu).toFixed(0)} ms of processor)`,
    );
    console.log(`${steps} steps, batch ${batch}: ${cells.join(', ')}`);
  }
  for (const session of sessions.values()) await session.dispose();
}

// What the checks and the wrapping of a session cost over bare onnxruntime-node.
import { createSession, dense, model, type Session, sequential } from 'dimwise';
import ort from 'onnxruntime-node';
import { median, type Part, quantile } from './part.ts';

const FEATURES = 256;

interface Rivals {
  /** The session that ours has within. */
  readonly bare: ort.InferenceSession;
  readonly ours: Session;
}

/** A perceptron of 1.3 million weights: about 1 ms for a few rows. */
async function open(): Promise<Rivals> {
  const layers = sequential(dense(1024, { activation: 'relu' }), dense(1024, { activation: 'relu' }), dense(10));
  const net = model(layers, { inputs: { x: ['n', FEATURES] } });
  const compiled = net
    .initialize({ seed: 1 })
    .bind({ x: ['n', FEATURES] })
    .compile();
  return capture(() => createSession(compiled.bytes(), { providers: 'cpu', threads: 1 }));
}

/**
 * A session, and the one of ONNX Runtime within it. Two sessions of the same bytes differ by 3 to 5 %, by where their weights happen to lie in
 * memory: more than what is measured.
 */
async function capture(make: () => Promise<Session>): Promise<Rivals> {
  const { create } = ort.InferenceSession;
  let bare: ort.InferenceSession | undefined;
  const watch = async (...model: Parameters<typeof create>) => (bare = await create.apply(ort.InferenceSession, model));
  Object.assign(ort.InferenceSession, { create: watch });
  const ours = await make();
  Object.assign(ort.InferenceSession, { create });
  if (!bare) throw new Error('createSession made no session of ONNX Runtime');
  return { bare, ours };
}

async function microseconds(run: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - start) / 1000;
}

interface Times {
  readonly bare: number[];
  readonly ours: number[];
}

/** Both in turn, and each as often first as second with each of two sizes that alternate, so that a slow moment falls on both. */
async function compare(runs: number, bare: () => Promise<unknown>, ours: () => Promise<unknown>): Promise<Times> {
  const times: Times = { bare: [], ours: [] };
  for (let i = 0; i < runs; i++) {
    const isBareFirst = i % 4 < 2;
    if (isBareFirst) times.bare.push(await microseconds(bare));
    times.ours.push(await microseconds(ours));
    if (!isBareFirst) times.bare.push(await microseconds(bare));
  }
  return times;
}

/** The rows with which a bare run takes nearest to a millisecond. */
async function rowsOfMillisecond({ bare }: Rivals): Promise<number> {
  let best = { rows: 1, distance: Number.POSITIVE_INFINITY };
  for (let rows = 1; rows <= 64; rows = Math.ceil(rows * 1.5)) {
    const data = new Float32Array(rows * FEATURES).fill(0.5);
    const times: number[] = [];
    for (let i = 0; i < 40; i++) {
      times.push(await microseconds(() => bare.run({ x: new ort.Tensor('float32', data, [rows, FEATURES]) })));
    }
    const distance = Math.abs(median(times) - 1000);
    if (distance < best.distance) best = { rows, distance };
  }
  return best.rows;
}

/** The mean of the medians of each size: where two alternate, one median over both lies anywhere between them. */
function typical(times: readonly number[], sizes: number): number {
  const medians = Array.from({ length: sizes }, (_, k) => median(times.filter((__, i) => i % sizes === k)));
  return medians.reduce((sum, each) => sum + each, 0) / sizes;
}

function line(what: string, { bare, ours }: Times, sizes = 1): string {
  const [a, b] = [typical(bare, sizes), typical(ours, sizes)];
  const paired = median(ours.map((time, i) => time - (bare[i] ?? time)));
  const percent = ((b / a - 1) * 100).toFixed(2);
  return `  ${what.padEnd(34)} bare ${a.toFixed(1)} us, ours ${b.toFixed(1)} us: ${percent}%, +${paired.toFixed(1)} us a pair (p90 ${quantile(bare, 0.9).toFixed(0)}, ${quantile(ours, 0.9).toFixed(0)})`;
}

/** The overhead at one millisecond, in the forms in which feeds come. */
export const overhead: Part = {
  name: 'overhead',
  async run() {
    const rivals = await open();
    const { bare, ours } = rivals;
    const rows = await rowsOfMillisecond(rivals);
    const data = new Float32Array(rows * FEATURES).fill(0.5);
    const shape = [rows, FEATURES];
    const onBare = () => bare.run({ x: new ort.Tensor('float32', data, shape) });
    const runs = Number(process.env['RUNS'] ?? 1500);
    const lines = [`overhead of a session on a model of about 1 ms: ${rows} rows, one thread, ${runs} pairs of runs`];
    const forms: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['a typed array', () => ours.run({ x: data })],
      ['a tensor', () => ours.run({ x: { shape, dtype: 'float32', data } })],
      ['a tensor of ONNX Runtime', () => ours.run({ x: new ort.Tensor('float32', data, shape) })],
    ];
    for (const [what, run] of forms) {
      await compare(100, onBare, run);
      lines.push(line(what, await compare(runs, onBare, run)));
    }
    const sizes = [data, new Float32Array((rows + 1) * FEATURES).fill(0.5)] as const;
    // Both take a size in the same round, and the other one in the next.
    const round = { bare: 0, ours: 0 };
    const next = (who: keyof typeof round) => (round[who]++ % 2 === 0 ? sizes[0] : sizes[1]);
    const bareOn = (array: Float32Array) =>
      bare.run({ x: new ort.Tensor('float32', array, [array.length / FEATURES, FEATURES]) });
    const changing = await compare(
      runs,
      () => bareOn(next('bare')),
      () => ours.run({ x: next('ours') }),
    );
    lines.push(line('sizes that change with every run', changing, sizes.length));
    await ours.dispose();
    return lines;
  },
};

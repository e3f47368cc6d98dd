// dimwise bench and dimwise profile on real runs.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { benchPoints } from '../../src/cli/bench-options.ts';
import { formatTime, timeUnit } from '../../src/cli/format-time.ts';
import { TraceReader, type TraceRun } from '../../src/cli/profile-trace.ts';
import { runCli } from '../../src/cli/program.ts';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

/** The last layer multiplies 500 times as much as the first: no hitch of the machine puts another one before it. */
const HEAVY = `import { dense, model, sequential } from 'dimwise';
const light = sequential(dense(16), dense(16));
const heavy = dense(1024);
const wide = dense(4096);
export default model(sequential(light, wide, heavy), { inputs: { x: ['batch', 512] } });
`;

/** A loop whose nodes have no names. */
const LOOP = `<ir_version: 10, opset_import: ["" : 21]>
steps (float[n, 8] x, float[8, 8] w) => (float[n, 8] y) {
  trips = Constant <value = int64 {5}> ()
  yes = Constant <value = bool {1}> ()
  y = Loop (trips, yes, x) <body = step (int64 i, bool c, float[n, 8] s) => (bool d, float[n, 8] t) {
    d = Identity (c)
    m = MatMul (s, w)
    t = Tanh (m)
  }>
}`;

/** The table has one row, and random indices are 0 and 1. */
const ROWS = `<ir_version: 10, opset_import: ["" : 21]>
rows (int64[n] ids) => (float[n, 2] y) <float[1, 2] w = {1, 2}> {
  y = Gather (w, ids)
}`;

let folder = '';
const file = (name: string): string => join(folder, name);
const example = (name: string): string => new URL(`../../examples/${name}`, import.meta.url).pathname;
const CPU = ['--provider', 'cpu', '--json'] as const;
const SLOW = { timeout: 120_000 };

beforeAll(() => {
  folder = writeModelFiles();
  writeFileSync(file('heavy.ts'), HEAVY);
  writeFileSync(file('rows.onnx'), parseOnnx(ROWS).encode());
  writeFileSync(file('loop.onnx'), parseOnnx(LOOP).encode());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Bench {
  readonly results: readonly {
    readonly file: string;
    readonly provider: string;
    readonly swept: Record<string, number>;
    readonly inputs: Record<string, { readonly shape: readonly number[] }>;
    readonly latency: { readonly samples: number; readonly p50: number };
    readonly throughput: { readonly runs: number; readonly items: number; readonly symbol: string };
    readonly operations: { readonly flops: number };
    readonly ratio: { readonly p50: number } | null;
    readonly concurrency: number;
  }[];
  readonly absent: readonly { readonly provider: string; readonly reason: string }[];
}

interface Group {
  readonly path: string;
  readonly operator: string;
  readonly depth: number;
  readonly time: number;
  readonly calls: number;
}

interface Profiled {
  readonly run: number;
  readonly nodeTime: number;
  readonly overhead: number;
  readonly runs: number;
  readonly layers: readonly (Group & { readonly source: string | null })[];
  readonly operators: readonly Group[];
  readonly nodes: readonly (Group & {
    readonly name: string;
    readonly inside: number;
    readonly source: string | null;
    readonly covers: readonly string[];
    readonly flops: number | null;
  })[];
  readonly copies: { readonly fed: number; readonly given: number };
}

describe('bench', () => {
  const LENET = [example('lenet.ts'), '--bind', 'x=1x1x28x28'];

  test('tells that a batch of 64 takes longer than one of 1, and has more items a second', SLOW, async () => {
    const { code, json } = await cli('bench', ...LENET, '--bind', 'batch=1,64', '--runs', '30', ...CPU);
    const [{ results }] = json() as [Bench];
    expect(code).toBe(0);
    expect(results.map(({ swept, inputs }) => [swept, inputs['x']?.shape])).toEqual([
      [{ batch: 1 }, [1, 1, 28, 28]],
      [{ batch: 64 }, [64, 1, 28, 28]],
    ]);
    const [one, many] = results;
    if (!one || !many) return expect.fail('two results');
    expect(one.latency.samples).toBeGreaterThanOrEqual(30);
    expect(many.latency.p50).toBeGreaterThan(2 * one.latency.p50);
    expect(many.throughput.items).toBeCloseTo(64 * many.throughput.runs, 6);
    expect(many.operations.flops).toBe(64 * one.operations.flops);
  });

  test('compares files in turns, the first one with none, and writes a plot', SLOW, async () => {
    await cli('compile', file('declared.ts'), '-o', file('declared.onnx'));
    const files = [file('declared.onnx'), file('heavy.ts')];
    const { json, code } = await cli(
      'bench',
      ...files,
      '--bind',
      'batch=64',
      '--runs',
      '30',
      '--svg',
      file('plot.svg'),
      ...CPU,
    );
    const [{ results }] = json() as [Bench];
    expect(code).toBe(0);
    expect(results.map((result) => result.file)).toEqual(files);
    expect(results[0]?.ratio).toBeNull();
    expect(results[1]?.ratio?.p50).toBeGreaterThan(1);
    expect(readFileSync(file('plot.svg'), 'utf8')).toMatch(/^<svg [^]*heavy\.ts[^]*<\/svg>\n$/);
  });

  test('measures the rest where a provider is absent, and fails where it is the only one', SLOW, async () => {
    // Nothing but Windows has DirectML.
    const args = ['bench', file('declared.ts'), '--runs', '5', '--json'];
    const some = await cli(...args, '--provider', 'dml', '--provider', 'cpu');
    const [{ results, absent }] = some.json() as [Bench];
    expect(some.code).toBe(0);
    expect(results.map(({ provider }) => provider)).toEqual(['cpu']);
    expect(absent).toMatchObject([{ provider: 'dml', reason: expect.stringContaining('built without dml') }]);
    const none = await cli(...args, '--provider', 'dml');
    expect(none.code).toBe(1);
    expect(none.err).toContain('dml is absent');
  });

  test.each([
    [['--runs', '3', '--seconds', '1'], 'both say how long'],
    [['--provider', 'cdua'], 'did you mean cuda?'],
    [['--threads', '0'], 'from 1 to 1024'],
    [['--runs', 'many'], 'no whole number'],
    [['--bind', 'n=1,2', '--bind', 'n=3,4'], 'names "n" twice'],
    [['--log'], 'which --svg asks for'],
    [['--svg', 'nowhere/plot.svg'], 'there is no folder nowhere'],
    [['--svg', '.'], '. is a folder'],
  ])('refuses %j', async (options, message) => {
    const { code, err } = await cli('bench', file('declared.ts'), ...options);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('measures runs at one time in workers, as many runs as were asked for', SLOW, async () => {
    const args = ['--bind', 'batch=4', '--concurrency', '1,3', '--runs', '20', ...CPU];
    const { code, json } = await cli('bench', file('declared.ts'), ...args);
    const [{ results }] = json() as [Bench];
    expect(code).toBe(0);
    expect(results.map(({ concurrency, latency }) => [concurrency, latency.samples])).toEqual([
      [1, 20],
      [3, 20],
    ]);
    // Workers have memory and processor time of their own, which this process does not see.
    expect(results[0]).toMatchObject({ memory: { loaded: expect.any(Number), peak: expect.any(Number) }, ratio: null });
    expect(results[1]).toMatchObject({ memory: { loaded: null, peak: null }, processor: null });
    expect(results[1]?.ratio?.p50).toBeGreaterThan(0);
  });

  test('compiles a model for each size with --static, and draws a plot of them', SLOW, async () => {
    const args = ['--static', '--bind', 'batch=1,16', '--runs', '10', '--svg', file('static.svg'), ...CPU];
    const { code, json } = await cli('bench', file('declared.ts'), ...args);
    const [{ results }] = json() as [Bench];
    expect(code).toBe(0);
    expect(results.map(({ swept, inputs, throughput }) => [swept, inputs['x']?.shape[0], throughput.symbol])).toEqual([
      [{ batch: 1 }, 1, 'batch'],
      [{ batch: 16 }, 16, 'batch'],
    ]);
    const [one, many] = results;
    expect(many?.operations.flops).toBe(16 * (one?.operations.flops ?? 0));
    expect(many?.throughput.items).toBeCloseTo(16 * (many?.throughput.runs ?? 0), 6);
    const svg = readFileSync(file('static.svg'), 'utf8');
    expect(svg).toContain('>batch, logarithmic</text>');
    // One unit for all ticks, which stands beside the axis.
    expect([...svg.matchAll(/>time in (µs|ms|s)<\/text>/g)]).toHaveLength(1);
    const ticks = [...svg.matchAll(/<text class="end"[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(ticks.length).toBeGreaterThan(4);
    for (const tick of ticks) expect(tick).toMatch(/^[\d,.]+$/);
  });

  test(
    'tells sizes that were chosen, and leaves out columns that a narrow terminal has no room for',
    SLOW,
    async () => {
      const lines: string[] = [];
      const io = { out: (line: string) => void lines.push(line), err: () => {}, isTty: true, hasColor: false };
      const args = ['bench', file('declared.ts'), '--threads', '1,2', '--runs', '2', '--provider', 'cpu'];
      expect(await runCli(args, { ...io, columns: 80 })).toBe(0);
      const [, sizes, header = '', ...rest] = lines;
      expect(sizes).toMatch(/^sizes: batch=\d+$/);
      expect(header).toMatch(/^provider +threads +p50 .*p99/);
      expect(header).not.toContain('samples');
      for (const line of [header, ...rest.slice(0, 2)]) expect(line.length).toBeLessThanOrEqual(80);
      expect(rest[2]).toMatch(/^a wider terminal also shows .*samples/);
      // Both have two runs only, which is told once.
      expect(lines.filter((line) => line.includes('p99 is of 2 runs'))).toEqual([
        'note: p99 is of 2 runs, which are too few: 100 at least, with more --seconds or --runs',
      ]);
    },
  );

  test('names a symbol that no input has', async () => {
    const { code, err } = await cli('bench', file('declared.ts'), '--bind', 'bach=1,2', '--provider', 'cpu');
    expect(code).toBe(1);
    expect(err).toMatch(/BIND_SYMBOL_UNKNOWN[^]*did you mean batch/);
  });
});

describe('timeUnit', () => {
  test.each([
    [[0.02, 0.4], 'µs'],
    [[0.02, 1], 'ms'],
    [[0.5, 20, 999], 'ms'],
    [[20, 4000], 's'],
    [[], 'µs'],
  ])('of %j is %s, as the greatest is written', (times, name) => {
    expect(timeUnit(times).name).toBe(name);
    if (times.length > 0) expect(formatTime(Math.max(...times))).toMatch(new RegExp(` ${name}$`));
  });
});

describe('benchPoints', () => {
  test('has all combinations of listed sizes, and keeps shapes', () => {
    const points = benchPoints(['batch=1,2', 'seq=8,16', 'x=[batch,20]']);
    expect(points.map(({ swept }) => swept)).toEqual([
      { batch: 1, seq: 8 },
      { batch: 1, seq: 16 },
      { batch: 2, seq: 8 },
      { batch: 2, seq: 16 },
    ]);
    expect(points[3]?.bindings.inputs).toMatchObject([{ name: 'x', sizes: ['batch', 20] }]);
  });
});

describe('profile', () => {
  test('puts the heavy layer first', SLOW, async () => {
    const args = ['--bind', 'batch=64', '--runs', '10', '--top', '1000', '--html', file('flame.html')];
    const { code, json } = await cli('profile', file('heavy.ts'), ...args, ...CPU);
    const [profiled] = json() as [Profiled];
    expect(code).toBe(0);
    const layers = profiled.layers.filter(({ depth }) => depth === 1);
    expect(layers[0]?.path).toBe('2');
    expect(profiled.nodes[0]?.source).toContain('heavy.ts:');
    expect(profiled.copies).toMatchObject({ fed: 64 * 512 * 4, given: 64 * 1024 * 4 });
    expect(existsSync(file('flame.html'))).toBe(true);
  });

  test('adds nodes up to layers, operators and the run', SLOW, async () => {
    const args = ['--bind', 'batch=2', '--bind', 'seq=8', '--runs', '5', '--top', '1000'];
    const [profiled] = (await cli('profile', example('transformer.ts'), ...args, ...CPU)).json() as [Profiled];
    const { layers, operators, nodes, run, nodeTime, overhead } = profiled;
    const sum = (parts: readonly { readonly time: number }[]): number => parts.reduce((all, { time }) => all + time, 0);
    expect(sum(nodes)).toBeCloseTo(nodeTime, 6);
    expect(sum(operators)).toBeCloseTo(nodeTime, 6);
    expect(nodeTime + overhead).toBeCloseTo(run, 9);
    expect(overhead).toBeGreaterThanOrEqual(0);
    for (const layer of layers) {
      const within = nodes.filter(
        ({ path }) => layer.path === '' || path === layer.path || path.startsWith(`${layer.path}.`),
      );
      expect(sum(within)).toBeCloseTo(layer.time, 6);
    }
    // ONNX Runtime joins the sum, the bias and the norm; the norm's layer has the time.
    const joined = nodes.filter(({ operator }) => operator === 'SkipLayerNormalization');
    expect(joined.map(({ path }) => path).sort()).toEqual(['0.norm1', '0.norm2', '1.norm1', '1.norm2']);
    for (const { covers } of joined) expect(covers.length).toBeGreaterThan(1);
    expect(layers.map(({ path }) => path)).not.toContain('(runtime)');
  });

  test.each([
    [['--bind', 'n=1,2'], 'one size for each symbol'],
    [['--html', 'nowhere/flame.html'], 'there is no folder nowhere'],
  ])('refuses %j', async (options, message) => {
    const { code, err } = await cli('profile', file('loop.onnx'), ...options);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('counts the steps inside of a loop, whose nodes have no names', SLOW, async () => {
    const { json, err } = await cli('profile', file('loop.onnx'), '--bind', 'n=2', '--runs', '4', ...CPU);
    const [{ nodes, operators, nodeTime }] = json() as [Profiled];
    expect(err).toBe('');
    const calls = Object.fromEntries(operators.map(({ operator, calls: count }) => [operator, count]));
    expect(calls).toMatchObject({ Loop: 1, MatMul: 5, Tanh: 5 });
    expect(nodes.reduce((all, { time }) => all + time, 0)).toBeCloseTo(nodeTime, 6);
    const loop = nodes.find(({ operator }) => operator === 'Loop');
    const inside = nodes.filter(({ operator }) => operator !== 'Loop');
    expect(inside.reduce((all, { time }) => all + time, 0)).toBeCloseTo(loop?.inside ?? -1, 6);
    // 2 by 8 by 8 multiplications and as many sums, five times.
    expect(nodes.find(({ operator }) => operator === 'MatMul')?.flops).toBe(5 * 2 * 2 * 8 * 8);
  });

  test('cleans up where a run fails, and where it does not', SLOW, async () => {
    const before = process.env['TMPDIR'];
    mkdirSync(file('tmp'));
    process.env['TMPDIR'] = file('tmp');
    try {
      const failed = await cli('profile', file('rows.onnx'), '--bind', 'n=64', '--provider', 'cpu');
      expect(failed.err).toMatch(/RUNTIME_FAILED[^]*out of/);
      expect(failed.code).toBe(1);
      expect(readdirSync(file('tmp'))).toEqual([]);
      expect((await cli('profile', file('loop.onnx'), '--runs', '1', '--provider', 'cpu')).code).toBe(0);
      expect(readdirSync(file('tmp'))).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });
});

describe('TraceReader', () => {
  const event = (name: string, ts: number, dur: number, cat = 'Node') =>
    `${JSON.stringify({ cat, name: cat === 'Node' ? `${name}_kernel_time` : name, ts, dur, args: { op_name: name } })},`;

  test('puts what ends inside of a node into it, to any depth', () => {
    const runs: TraceRun[] = [];
    const reader = new TraceReader((run) => runs.push(run));
    const lines = ['[', event('a', 1, 2), event('c', 6, 1), event('b', 5, 4), event('loop', 4, 10), event('z', 15, 1)];
    for (const line of [...lines, event('model_run', 0, 20, 'Session'), '{"name": "a "quoted" one"},', ']'])
      reader.line(line);
    const names = (nodes: TraceRun['nodes']): unknown[] =>
      nodes.map(({ name, inside }) => (inside.length > 0 ? [name, names(inside)] : name));
    expect(names(runs[0]?.nodes ?? [])).toEqual(['a', ['loop', [['b', ['c']]]], 'z']);
    expect(reader.facts).toEqual({ runs: 1, unreadable: 1, device: 0 });
  });
});

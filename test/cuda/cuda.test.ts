// The CPU's case list on CUDA, with TF32 and without; where there is no GPU, one test says how many cases were not run, and why.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ortEntry } from '../../src/runtime/ort-entry.ts';
import { probeProvider } from '../../src/runtime/probe-provider.ts';
import { allCases } from './all-cases.ts';
import type { RunCase } from './run-case.ts';
import { type CaseResult, runCases, UNRUN } from './run-cases.ts';

const PROVIDER = 'cuda';
const entry = ortEntry() ?? '';
const cases = allCases();
const { works, reason } = await probeProvider(PROVIDER, { entry });

/** The part of a reason that fits a line. */
const brief = (text = ''): string => text.replace(/\/\S*\//g, '').slice(0, 160);

const operatorOf = ({ name }: CaseResult): string => name.replace(/^operators: (\S+) \d+$/, '$1');
const FOLDED = ['Constant', 'MemcpyFromHost', 'MemcpyToHost', 'OptionalHasElement', 'Shape'];

/** Cases of whole models and layers have products or kernels that CUDA has: one of which no node ran there proves nothing. */
const isModel = ({ name }: CaseResult): boolean => /^(examples|zoo): /.test(name);

describe('cases on CUDA', () => {
  const settings = [
    ['with TF32', true],
    ['without TF32', false],
  ] as const;

  test.skipIf(!works).each(settings)(
    `%s, ${cases.length} cases${works ? '' : ` NOT RUN, for CUDA does not load: ${brief(reason)}`}`,
    async (_, allowsTf32) => {
      const results = await runCases(cases, { provider: PROVIDER, entry, allowsTf32 });
      expect(results.filter(({ outcome }) => outcome === 'wrong' || outcome === 'failed')).toEqual([]);
      expect(results.filter((one) => one.outcome === 'elsewhere' && isModel(one))).toEqual([]);
      expect(results.some(({ outcome }) => outcome === 'right')).toBe(true);
    },
    600_000,
  );
});

describe('runCases', () => {
  test('gives on the CPU the numbers that were recorded, case by case', async () => {
    const results = await runCases(cases, { provider: 'cpu', entry, allowsTf32: true });
    expect(results.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
    expect(results.filter(({ outcome }) => outcome === 'wrong' || outcome === 'failed')).toEqual([]);
    const unrun = results.filter(({ outcome }) => outcome === 'unrun');
    // Not even the CPU takes these: more of a class than are known would be a case that has come to nothing.
    const countOf = (why: string): number => unrun.filter((one) => one.why === why).length;
    expect(
      Object.entries(UNRUN).flatMap(([why, [, most]]) => (countOf(why) > most ? [[why, countOf(why)]] : [])),
    ).toEqual([]);
    expect(
      unrun.filter(({ name, why }) => !name.startsWith('operators: ') || !(why !== undefined && why in UNRUN)),
    ).toEqual([]);
    // ONNX Runtime folds these into constants before it runs them, so that no node is left.
    const elsewhere = results.filter(({ outcome }) => outcome === 'elsewhere');
    expect([...new Set(elsewhere.map(operatorOf))].sort()).toEqual(FOLDED);
    expect(elsewhere.filter(({ off }) => off !== 0)).toEqual([]);
  }, 600_000);

  const one = cases.find(({ name }) => name === 'layers: dense');

  test('tells wrong numbers, a model that the provider refuses, and goes on behind a case that ends the process', async () => {
    if (!one?.expected?.output?.bytes) throw new Error('the case of dense is gone');
    const bytes = Buffer.from(one.expected.output.bytes, 'base64');
    bytes.writeFloatLE(bytes.readFloatLE(0) + 1, 0);
    const wrong: RunCase = {
      ...one,
      name: 'wrong',
      expected: { output: { ...one.expected.output, bytes: bytes.toString('base64') } },
    };
    const damaged: RunCase = { ...one, name: 'damaged', model: 'AAAA' };
    // What is no case ends the program.
    const deadly = { ...one, name: 'deadly', feeds: { in0: { type: 'none', dims: [], bytes: '' } } };
    const results = await runCases([wrong, damaged, deadly, one], { provider: 'cpu', entry, allowsTf32: false });
    expect(results.map(({ outcome }) => outcome)).toEqual(['wrong', 'unrun', 'failed', 'right']);
    expect(results[2]?.reason).toContain('it ends the process');
  });

  test('tells a provider that does not load, case by case', async () => {
    const results = await runCases(one ? [one] : [], { provider: 'nothing', entry, allowsTf32: false });
    expect(results).toMatchObject([{ name: 'layers: dense', outcome: 'failed' }]);
  });

  describe('with an ONNX Runtime whose profiles tell of CUDA', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dimwise-fake-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const kept = (node: string, index: number, provider: string, operator = 'Gemm') => ({
      cat: 'Node',
      ph: 'X',
      name: `${node}_kernel_time`,
      args: { op_name: operator, node_index: String(index), provider },
    });
    const [onCuda, onCpu] = [kept('gemm', 0, 'CUDAExecutionProvider'), kept('topk', 1, 'CPUExecutionProvider', 'TopK')];
    const copy = kept('copy', 2, 'CUDAExecutionProvider', 'MemcpyToHost');

    /** The CPU under the name of CUDA, with a profile of choice. */
    function fake(events: readonly object[], more = 0): string {
      const file = join(folder, `fake-${events.length}-${JSON.stringify(events).length}-${more}.cjs`);
      writeFileSync(
        file,
        `const { InferenceSession, Tensor } = require(${JSON.stringify(entry)});
const { writeFileSync } = require('node:fs');
exports.Tensor = Tensor;
exports.InferenceSession = {
  async create(model, { enableProfiling, profileFilePrefix }) {
    const session = await InferenceSession.create(model, { executionProviders: ['cpu'], logSeverityLevel: 4 });
    return {
      async run(feeds) {
        const outputs = await session.run(feeds);
        for (const { data } of Object.values(outputs)) if (enableProfiling) data[0] += ${more};
        return outputs;
      },
      endProfiling: () => writeFileSync(profileFilePrefix + '_now.json', ${JSON.stringify(JSON.stringify(events))}),
      release: () => session.release(),
    };
  },
};
`,
      );
      return file;
    }

    test.each([
      ['nodes of both', [onCuda, onCpu, copy], { outcome: 'right', on: 1, off: 1 }],
      ['a node that ran many times', [onCuda, onCuda, onCuda], { outcome: 'right', on: 1, off: 0 }],
      ['the CPU alone', [onCpu], { outcome: 'elsewhere', on: 0, off: 1 }],
      ['the CPU and copies', [onCpu, copy], { outcome: 'elsewhere', on: 0, off: 1 }],
      ['TensorRT', [kept('all', 0, 'TensorrtExecutionProvider')], { outcome: 'elsewhere', on: 0, off: 1 }],
      ['no node', [{ cat: 'Session', name: 'model_run', args: {} }], { outcome: 'elsewhere', on: 0, off: 0 }],
    ])('tells by the profile where nodes ran: %s', async (_, events, expected) => {
      const place = { provider: 'cuda', entry: fake(events), allowsTf32: false };
      expect(await runCases(one ? [one] : [], place)).toMatchObject([expected]);
    });

    test('wrong numbers are wrong wherever they were computed, and those of TF32 within its tolerance are not', async () => {
      const place = { provider: 'cuda', entry: fake([onCpu], 1), allowsTf32: false };
      expect(await runCases(one ? [one] : [], place)).toMatchObject([{ outcome: 'wrong', on: 0, off: 1 }]);
      const rounded = { provider: 'cuda', entry: fake([onCuda], 0.002), allowsTf32: false };
      expect(await runCases(one ? [one] : [], rounded)).toMatchObject([{ outcome: 'wrong' }]);
      expect(await runCases(one ? [one] : [], { ...rounded, allowsTf32: true })).toMatchObject([{ outcome: 'right' }]);
    });

    test('a case of chosen tokens is not run with TF32', async () => {
      const exact = one ? [{ ...one, isExact: true } as const] : [];
      const place = { provider: 'cuda', entry: fake([onCuda]), allowsTf32: true };
      expect(await runCases(exact, place)).toMatchObject([{ outcome: 'unrun', why: 'rounding' }]);
      expect(await runCases(exact, { ...place, allowsTf32: false })).toMatchObject([{ outcome: 'right' }]);
    });
  });
});

// The CPU's case list on CUDA, with TF32 and without; where there is no GPU, one test says how many cases were not run, and why.
import { describe, expect, test } from 'vitest';
import { ortEntry } from '../../src/runtime/ort-entry.ts';
import { probeProvider } from '../../src/runtime/probe-provider.ts';
import { allCases } from './all-cases.ts';
import type { RunCase } from './run-case.ts';
import { runCases } from './run-cases.ts';

const PROVIDER = 'cuda';
const entry = ortEntry() ?? '';
const cases = allCases();
const { works, reason } = await probeProvider(PROVIDER, { entry });

/** The part of a reason that fits a line. */
const brief = (text = ''): string => text.replace(/\/\S*\//g, '').slice(0, 160);

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
    },
    600_000,
  );
});

describe('runCases', () => {
  test('gives on the CPU the numbers that were recorded, case by case', async () => {
    const results = await runCases(cases, { provider: 'cpu', entry, allowsTf32: true });
    expect(results.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
    expect(results.filter(({ outcome }) => outcome === 'wrong' || outcome === 'failed')).toEqual([]);
    const right = results.filter(({ outcome }) => outcome === 'right').length;
    // Not even the CPU takes the others: forms that it has no kernel for.
    expect(right).toBeGreaterThan(0.85 * cases.length);
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
});

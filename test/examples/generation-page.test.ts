// The programs of docs/generation.md run, with a small decoder in the place of the published one.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as dimwise from 'dimwise';
import { describe, expect, test } from 'vitest';
import { gpt2Generator, names } from '../../examples/zoo/gpt2.ts';

const PAGE = readFileSync(new URL('../../docs/generation.md', import.meta.url), 'utf8');
const PROGRAMS = [...PAGE.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);
const SMALL = { vocabulary: 50, positions: 16, width: 24, heads: 4, depth: 2 };

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<Record<string, unknown>>;

/** What the page imports, with a small generator and its checkpoint, on the CPU. */
const context = {
  run: (net: dimwise.DefinedModel, feeds: dimwise.Feeds) => dimwise.run(net, feeds, { providers: 'cpu' }),
  createSession: (model: dimwise.CompiledModel) => dimwise.createSession(model, { providers: 'cpu' }),
  names,
  gpt2Generator: (how: Parameters<typeof gpt2Generator>[0]) => gpt2Generator(how, SMALL),
  openCheckpoint: async (file: string) => {
    expect(file).toBe('gpt2/model.safetensors');
    return dimwise.openCheckpoint(fileURLToPath(new URL('../fixtures/zoo/gpt2', import.meta.url)));
  },
};

/** Runs a program of the page without its imports and types; gives the constants that it makes. */
async function runProgram(code: string): Promise<Record<string, unknown>> {
  const imported = [...code.matchAll(/^import \{ (.*) \} from 'dimwise';$/gm)].flatMap(([, list = '']) =>
    list.split(', ').filter((name) => !name.startsWith('type ')),
  );
  for (const name of imported) expect(Object.keys(dimwise)).toContain(name);
  const given = { ...dimwise, ...context };
  const body = code.replaceAll(/^import .*;$/gm, '').replaceAll(': Value', '');
  const made = [...body.matchAll(/^const (?:(\w+)|\{ (.*) \}) =/gm)].flatMap(([, name = '', list = '']) =>
    list ? list.split(', ') : [name],
  );
  const used = Object.keys(given).filter((name) => !made.includes(name));
  const program = new AsyncFunction(...used, `${body}\nreturn { ${made.join(', ')} };`);
  return program(...used.map((name) => given[name as keyof typeof given]));
}

describe('docs/generation.md', { timeout: 120_000 }, () => {
  test('has three programs', () => expect(PROGRAMS).toHaveLength(3));

  test('swings a pendulum', async () => {
    const { places } = await runProgram(PROGRAMS[0] ?? '');
    expect(places).toMatchObject({ dtype: 'float32', shape: [100, 2] });
  });

  test.each([
    [1, 'session', 'tokens'],
    [2, 'drawn', 'texts'],
  ])('writes behind prompts: program %i', async (place, session, result) => {
    const code = PROGRAMS[place] ?? '';
    // The small checkpoint has 50 tokens and 16 positions.
    const small = code
      .replaceAll(/\[\[(\d+, )*\d+\](, \[(\d+, )*\d+\])*\]/g, (rows) =>
        rows.replaceAll(/\d+/g, (id) => String(Number(id) % 50)),
      )
      .replaceAll('50256', '49')
      .replace('steps: 20', 'steps: 9')
      .replace('[20, 2]', '[9, 2]');
    expect(small).not.toBe(code);
    const made = await runProgram(small);
    const found = (
      result === 'texts' ? (made[result] as dimwise.RunOutputs).tokens : made[result]
    ) as dimwise.RunTensor;
    expect(found.shape[0]).toBe(2);
    expect(found.shape[1]).toBeGreaterThan(0);
    expect(found.shape[1]).toBeLessThanOrEqual(9);
    await (made[session] as dimwise.Session).dispose();
  });
});

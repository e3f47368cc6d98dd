// The programs and command lines of docs/checkpoints.md run, on small files of the names that they have.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as dimwise from 'dimwise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { llama, names as llamaNames } from '../../examples/zoo/llama.ts';
import { cli } from './capture.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const PAGE = readFileSync(here('../../docs/checkpoints.md'), 'utf8');
const PROGRAMS = [...PAGE.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);
const LINES = [...PAGE.matchAll(/^dimwise (?:weights|compile|summary|run) .*$/gm)].map(([line]) => line);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-page-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mlp = (): dimwise.DefinedModel => dimwise.model(dimwise.sequential(dimwise.dense(4), dimwise.dense(2)));
const filled = (prefix = ''): Map<string, dimwise.TensorData> => {
  const net = mlp();
  net.bind([1, 20]);
  net.initialize({ seed: 1 });
  return new Map([...net.parameters()].map(([path, cell]) => [prefix + path, cell.data()]));
};
const gpt2 = (): Promise<dimwise.Checkpoint> => dimwise.openCheckpoint(here('../fixtures/zoo/gpt2'));
const gguf = (): Buffer => {
  const { llama: recorded } = JSON.parse(readFileSync(here('../fixtures/gguf/names.json'), 'utf8'));
  return Buffer.from(recorded.files.Q8_0.base64, 'base64');
};
const text = (content: string) => async (file: string) => writeFileSync(file, content);
const save = (prefix?: string) => async (file: string) => {
  mkdirSync(dirname(file), { recursive: true });
  if (file.endsWith('.npz')) await dimwise.saveNpz(file, filled(prefix));
  else await dimwise.saveSafetensors(file, filled(prefix));
};

/** What makes each file that the page reads. */
const FILES: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  'bert/model.safetensors': save('bert.'),
  'huge.safetensors': save(),
  'mlp.safetensors': save(),
  'mlp.npz': save('model.'),
  'weights.npz': save(),
  'model.safetensors': async (file) => dimwise.saveSafetensors(file, await gpt2()),
  'gpt2.safetensors': async (file) => dimwise.saveSafetensors(file, await gpt2()),
  'model.safetensors.index.json': async (file) =>
    dimwise.saveSafetensors(file.replace(/\.index\.json$/, ''), await gpt2(), { maxShardBytes: 20_000 }),
  'tinyllama-1.1b-q8_0.gguf': async (file) => writeFileSync(file, gguf()),
  'rules.json': text(/`(\[\["\/.*?\]\])`/.exec(PAGE)?.[1] ?? ''),
  'mlp.ts': text("import { dense, sequential } from 'dimwise';\nexport default sequential(dense(4), dense(2));\n"),
  'gpt2.ts': text(
    `import { gpt2 } from '${here('../../examples/zoo/gpt2.ts')}';\nexport { names } from '${here('../../examples/zoo/gpt2.ts')}';\n` +
      'export default gpt2({ vocabulary: 50, positions: 16, width: 24, heads: 4, depth: 2 });\n',
  ),
};

const FILE = /^[\w./-]+\.(?:ts|npz|json|gguf|onnx|safetensors)$/;

/** Puts a file that the page reads into the folder; one that it writes only gets its place there. */
async function place(name: string, isWritten: boolean): Promise<string> {
  const make = FILES[name];
  if (!make && !isWritten) throw new Error(`the page reads ${name}, which nothing here makes`);
  if (make && !isWritten) await make(join(folder, name));
  return join(folder, name);
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<Record<string, unknown>>;

/** Runs a program of the page; gives the constants that it makes. */
async function runProgram(code: string, context: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  let body = code.replaceAll(/^import \{.*\} from 'dimwise';$/gm, '');
  for (const [quoted, name = ''] of code.matchAll(/(?<=(?:save\w+|openCheckpoint)\()'([^']+)'/g)) {
    const isWritten = code.includes(`saveNpz(${quoted}`) || code.includes(`saveSafetensors(${quoted}`);
    body = body.replace(quoted, JSON.stringify(await place(name, isWritten)));
  }
  const made = [...body.matchAll(/^const (\w+) =/gm)].map(([, name = '']) => name);
  const used = Object.keys(dimwise).filter((name) => new RegExp(`\\b${name}\\(`).test(body));
  const program = new AsyncFunction(
    'dimwise',
    ...Object.keys(context),
    `const { ${used.join(', ')} } = dimwise;\n${body}\nreturn { ${made.join(', ')} };`,
  );
  return program(dimwise, ...Object.values(context));
}

describe('docs/checkpoints.md', () => {
  test('has four programs', () => expect(PROGRAMS).toHaveLength(4));

  test('opens and saves', async () => {
    const net = mlp();
    net.bind([1, 20]);
    net.initialize({ seed: 1 });
    const { checkpoint } = await runProgram(PROGRAMS[0] ?? '', { net, console: { log: () => {} } });
    expect(checkpoint).toMatchObject({ source: join(folder, 'bert/model.safetensors') });
    expect([...(await dimwise.openCheckpoint(join(folder, 'bert.npz'))).tensors.keys()]).toContain('bert.0.weight');
    expect((await dimwise.openCheckpoint(join(folder, 'mlp.safetensors'))).metadata.get('format')).toBe('pt');
  });

  test('loads into a model', async () => {
    const checkpoint = { source: 'page', tensors: filled('bert.'), metadata: new Map() };
    const { report } = await runProgram(PROGRAMS[1] ?? '', { net: mlp(), checkpoint });
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
  });

  test('loads GGUF', async () => {
    const net = llama({ vocabulary: 32, width: 32, heads: 4, kvHeads: 2, hidden: 32, depth: 2 });
    await runProgram(PROGRAMS[2] ?? '', { net, names: llamaNames });
    expect([...net.parameters().values()].every((cell) => cell.isInitialized)).toBe(true);
  });

  test('raises limits', async () => {
    await expect(runProgram(PROGRAMS[3] ?? '', {})).resolves.toEqual({});
  });

  test('has command lines', () => expect(LINES.length).toBeGreaterThanOrEqual(9));

  test.each(LINES)('runs %s', async (line) => {
    const [program, ...args] = line.split(' ');
    expect(program).toBe('dimwise');
    const given: string[] = [];
    for (const [i, arg] of args.entries()) given.push(FILE.test(arg) ? await place(arg, args[i - 1] === '-o') : arg);
    const { code, err } = await cli(...given);
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  });
});

// What docs/serving.md shows runs: its command line, its table of paths, its client, its options.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArguments, USAGE } from '../../examples/serve/arguments.ts';
import { makeServer } from '../../examples/serve/main.ts';
import type { InferenceServer } from '../../examples/serve/server.ts';

const here = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;
const PAGE = readFileSync(here('docs/serving.md'), 'utf8');
/** The words of the first command behind the program. */
const [, LINE = ''] = /^npx jiti examples\/serve\/main\.ts (.*)$/m.exec(PAGE) ?? [];
const WORDS = [...LINE.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

let server: InferenceServer;
let address = '';
const folder = mkdtempSync(join(tmpdir(), 'dimwise-serving-'));
beforeAll(async () => {
  const words = WORDS.map((word) => (word.endsWith('.ts') ? here(word) : word));
  const args = readArguments([...words, '--workers', '1', '--provider', 'cpu']);
  expect(args.port).toBe(8000);
  server = await makeServer(args);
  address = await server.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('docs/serving.md', () => {
  const rows = [...PAGE.matchAll(/^\| (`(?:GET|POST) .*?) \|/gm)].flatMap(([, cell = '']) => {
    // A method holds for the paths behind it.
    let method = '';
    return [...cell.matchAll(/`(?:(GET|POST) )?(\/[\w/]+)`/g)].map(([, own, path = '']) => {
      method = own ?? method;
      return [method, path] as const;
    });
  });

  test('has a table of paths', () => expect(rows.length).toBeGreaterThanOrEqual(11));

  test.each(rows)('%s %s is answered', async (method, path) => {
    const at = path.replace('/M', '/lenet');
    const isInfer = at.endsWith('/infer');
    const x = {
      name: 'x',
      datatype: 'FP32',
      shape: [1, 1, 28, 28],
      data: Array.from({ length: 784 }, (_, i) => i + 1),
    };
    const response = await fetch(address + at, {
      method,
      ...(isInfer ? { body: JSON.stringify({ inputs: [x] }) } : {}),
    });
    expect([response.status, await response.text()]).toMatchObject([200, expect.any(String)]);
  });

  test('has a client that gets an answer', async () => {
    const [, code = ''] = /^```ts\n([^]*?)^```$/m.exec(PAGE) ?? [];
    const program = code
      .replace("'./examples/serve/client.ts'", JSON.stringify(here('examples/serve/client.ts')))
      .replace('http://127.0.0.1:8000', address);
    const file = join(folder, 'client.ts');
    writeFileSync(file, `${program}\nexport { outputs };\n`);
    const { outputs } = await import(/* @vite-ignore */ file);
    expect(outputs).toMatchObject({ output: { datatype: 'FP32', shape: [1, 10] } });
  });

  test('has every option of the program, and no other', () => {
    const options = (text: string): string[] => [...new Set(text.match(/--[a-z][a-z-]+/g))].sort();
    const ours = options(PAGE).filter((option) => USAGE.includes(option));
    expect(ours).toEqual(options(USAGE));
    const [, table = ''] = /\| option \| meaning \|\n([^]*?)\n\n/.exec(PAGE) ?? [];
    expect(options(table).filter((option) => !USAGE.includes(option))).toEqual([]);
  });
});

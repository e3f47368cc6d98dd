// Everything through the model layer runs where there is no Node: bundled for a browser, it compiles to the same bytes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { build } from 'tsdown';
import { afterAll, describe, expect, test } from 'vitest';
import { compiledBytes } from './entry.ts';

const folder = mkdtempSync(join(tmpdir(), 'dimwise-browser-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bundles the entry with all it uses into one script. */
async function bundle(): Promise<string> {
  const root = new URL('../../', import.meta.url);
  const entry = join(folder, 'page.ts');
  const main = JSON.stringify(fileURLToPath(new URL('entry.ts', import.meta.url)));
  writeFileSync(entry, `import { compiledBytes } from ${main};\nglobalThis.bytes = compiledBytes();\n`);
  await build({
    entry,
    outDir: join(folder, 'out'),
    config: false,
    platform: 'browser',
    format: 'iife',
    noExternal: [/./],
    dts: false,
    logLevel: 'error',
    inputOptions: { resolve: { modules: [fileURLToPath(new URL('node_modules', root))] } },
  });
  return readFileSync(join(folder, 'out', 'page.iife.js'), 'utf8');
}

describe('the model layer in a browser', { timeout: 120_000 }, async () => {
  const script = await bundle();

  test('imports nothing of Node', () => {
    // What lies outside of a classic script is handed to its function as globals.
    expect(script.slice(0, script.indexOf('\n'))).toBe('(function() {');
  });

  test('compiles a model to the same bytes where there is no process, no Buffer and no require', () => {
    // What every browser has, and nothing else.
    const page: Record<string, unknown> = { TextEncoder, TextDecoder, URL };
    vm.runInNewContext(script, page);
    expect(Buffer.compare(Buffer.from(page['bytes'] as Uint8Array), compiledBytes())).toBe(0);
  });
});

// Every example is a script, too: it prints something when it is started, and nothing when it is imported.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const SCRIPTS: Readonly<Record<string, { readonly load: () => Promise<unknown>; readonly prints: readonly RegExp[] }>> =
  {
    'custom-layer': {
      load: () => import('../../examples/custom-layer.ts'),
      prints: [/^ {2}1 {2}gatedUnit {2}float32\[batch, 32\]$/m],
    },
    'deferred-init': {
      load: () => import('../../examples/deferred-init.ts'),
      prints: [/0\.weight float32\(256, \?\)/, /PARAM_DEFERRED/, /SHAPE_MISMATCH/],
    },
    demo: {
      load: () => import('../../examples/demo.ts'),
      prints: [/lenet\.onnx: \d+ bytes/, /7 is read as 7/, /reads 9\d\d right/],
    },
    generate: {
      load: () => import('../../examples/generate.ts'),
      prints: [/^4 8 15 \|( \d+){12}$/m, /^16 23 \|( \d+){12}$/m, /^24 tokens in one run, \d+ tokens\/s$/m],
    },
    'ir-builder': { load: () => import('../../examples/ir-builder.ts'), prints: [/^ {2}close\s+int64\[\w+0, 2\]$/m] },
    lenet: { load: () => import('../../examples/lenet.ts'), prints: [/conv2d {5}1x6x28x28/, /dense {6}1x10/] },
    mlp: { load: () => import('../../examples/mlp.ts'), prints: [/0\.weight {2}\[256, 20\]/, /As ONNX: \d+ bytes/] },
    repeat: {
      load: () => import('../../examples/repeat.ts'),
      prints: [/2 x 24 letters: "[ a-z]{24}", "[ a-z]{24}"/, /Pendulums after one period: 1\.000, 0\.500/],
    },
    resnet18: { load: () => import('../../examples/resnet18.ts'), prints: [/11689512 trained parameters/] },
    transformer: { load: () => import('../../examples/transformer.ts'), prints: [/still float32\[batch, seq, 64\]/] },
  };

// The first one of a file reads the whole library, which takes long beside other work.
describe.each(Object.entries(SCRIPTS))('%s', { timeout: 180_000 }, (name, { load, prints }) => {
  const [script, folder] = [process.argv[1], process.cwd()];
  let lines: string[] = [];
  let scratch = '';

  beforeEach(() => {
    lines = [];
    vi.resetModules();
    vi.spyOn(console, 'log').mockImplementation((...parts) => void lines.push(parts.join(' ')));
    scratch = realpathSync(mkdtempSync(join(tmpdir(), 'dimwise-example-')));
    process.chdir(scratch);
  });

  afterEach(() => {
    process.chdir(folder);
    rmSync(scratch, { recursive: true });
    process.argv[1] = script ?? '';
    vi.restoreAllMocks();
  });

  test('prints when it is started', async () => {
    process.argv[1] = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));
    await load();
    for (const pattern of prints) expect(lines.join('\n')).toMatch(pattern);
  });

  test('prints nothing when it is imported', async () => {
    await load();
    expect(lines).toEqual([]);
  });
});

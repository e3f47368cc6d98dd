// docs/triton.md shows what the command writes, and names every option.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { EXPORT_COMMANDS } from '../../src/cli/export-commands.ts';
import { saveModel } from '../../src/index.ts';
import { cli } from '../cli/capture.ts';
import { compiled } from './cases.ts';

const PAGE = readFileSync(new URL('../../docs/triton.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'dimwise-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of the page that contain a text. */
const blocks = (text: string): readonly string[] =>
  PAGE.split('```')
    .filter((_, i) => i % 2 === 1)
    .map((block) => block.replace(/^\w*\n/, ''))
    .filter((block) => block.includes(text));

describe('docs/triton.md', () => {
  test('shows the configuration of its model', { timeout: 120_000 }, async () => {
    const [source = ''] = blocks('// mlp.ts');
    writeFileSync(join(folder, 'mlp.ts'), source);
    const args = ['export', 'triton', join(folder, 'mlp.ts'), '-o', join(folder, 'models'), '--max-batch', '16'];
    const { out } = await cli(...args, '--warmup', 'batch=16', '--dry-run');
    expect(`${out}\n`).toBe(blocks('max_batch_size: 16')[0]);
    const written = await cli(...args, '--warmup', 'batch=16');
    expect(blocks('$ dimwise export triton mlp.ts')[0]).toContain(written.out.replace(`${folder}/`, ''));
  });

  test('tells the conditions of the encoder', { timeout: 120_000 }, async () => {
    await saveModel(compiled('encoder'), join(folder, 'encoder.onnx'));
    const { out } = await cli('export', 'triton', join(folder, 'encoder.onnx'), '-o', join(folder, 'models'));
    const [block = ''] = blocks('models/encoder');
    expect(`${out.replace(`${folder}/`, '')}\n`).toBe(block.replace(/^\$.*\n/, ''));
  });

  test('names every option of the command', () => {
    const [row] = EXPORT_COMMANDS;
    const shared = ['limit', 'allow-hard-links', 'static', 'seed', 'names', 'cast', 'partial', 'threads', 'output'];
    const options = row?.define(new Command()).options.map(({ long }) => long?.slice(2) ?? '') ?? [];
    expect(options.length).toBeGreaterThan(40);
    expect(options.filter((name) => !shared.includes(name) && !PAGE.includes(`--${name}`))).toEqual([]);
  });
});

// Sessions leave nothing behind that grows with the model.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface Grown {
  /** Of the model. */
  readonly bytes: number;
  /** What the second half of the cycles added, in models. */
  readonly models: number;
}

/** What cycles add in a process of its own, whose memory nothing else moves. */
async function grown(cycles: number, ...flags: readonly string[]): Promise<Grown> {
  const args = ['--expose-gc', at('node_modules/jiti/lib/jiti-cli.mjs'), at('bench/cycles.ts'), '--json', ...flags];
  const alias = JSON.stringify({ dimwise: at('src/index.ts') });
  const env = { ...process.env, CYCLES: String(cycles), WIDTH: '600', JITI_ALIAS: alias, NODE_OPTIONS: '' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const { bytes, samples }: { bytes: number; samples: readonly { resident: number }[] } = JSON.parse(stdout);
  const [first, last] = [samples[0]?.resident ?? 0, samples.at(-1)?.resident ?? 0];
  return { bytes, models: (last - first) / bytes };
}

/** A loaded machine needs its time for processes of their own. */
const PATIENCE = 300_000;

test('120 sessions that were disposed take no more memory than 60', { timeout: PATIENCE }, async () => {
  const { bytes, models } = await grown(120);
  expect(bytes).toBeGreaterThan(5_000_000);
  // The runtime's allocator gives memory back late; a leak of one session in ten would be ten models.
  expect(models).toBeLessThan(5);
});

test('sessions that were not disposed are seen', { timeout: PATIENCE }, async () => {
  const { models } = await grown(30, '--leak');
  expect(models).toBeGreaterThan(12);
});

// Exports that are ended in their midst: the repository is whole, and nothing is left behind for long.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InferenceSession } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportTriton } from '../../src/index.ts';
import { compiled } from './cases.ts';

const EXPORTER = fileURLToPath(new URL('killed-exporter.ts', import.meta.url));
const JITI = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));

/** How often each signal is sent; `FAULT_TRIALS=100` for the long run. */
const TRIALS = Number(process.env['FAULT_TRIALS'] ?? 1);

let root = '';
let repository = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dimwise-killed-'));
  repository = join(root, 'models');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const stages = (): string[] => readdirSync(root).filter((name) => name.startsWith('.dimwise-export-'));

/** Runs the exporter for a while and ends it. */
async function interrupt(signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [JITI, EXPORTER, repository], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  await sleep(Math.random() * 60);
  child.kill(signal);
  await closed;
  return child.signalCode;
}

/** The rows of a batch of the model that stands there, which must be one of the two, with all of its files. */
async function standing(): Promise<number> {
  expect(readdirSync(repository)).toEqual(['m']);
  expect(readdirSync(join(repository, 'm')).toSorted()).toEqual(['1', 'README.md', 'config.pbtxt']);
  const rows = Number(/max_batch_size: (\d)/.exec(readFileSync(join(repository, 'm/config.pbtxt'), 'utf8'))?.[1]);
  const session = await InferenceSession.create(join(repository, 'm/1/model.onnx'), { logSeverityLevel: 4 });
  const [output] = session.outputMetadata;
  expect(output?.isTensor ? output.shape : []).toEqual(['batch', rows]);
  await session.release();
  return rows;
}

describe('an export that is ended', () => {
  test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
    'by %s removes its folder, and dies of it',
    { timeout: 240_000 },
    async (signal) => {
      for (let trial = 0; trial < TRIALS; trial++) {
        expect(await interrupt(signal)).toBe(signal);
        expect(stages()).toEqual([]);
        expect([3, 5]).toContain(await standing());
      }
    },
  );

  test('by SIGKILL leaves a folder at the most, which the next one removes', { timeout: 240_000 }, async () => {
    for (let trial = 0; trial < TRIALS; trial++) {
      expect(await interrupt('SIGKILL')).toBe('SIGKILL');
      expect(stages().length).toBeLessThanOrEqual(1);
      await exportTriton(compiled('mlp'), { repository, name: 'other' });
      rmSync(join(repository, 'other'), { recursive: true });
      expect(stages()).toEqual([]);
      expect([3, 5]).toContain(await standing());
    }
  });
});

describe('openStage', () => {
  /** A folder that an export left which did not live to its end. */
  async function left(owner: string): Promise<string> {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'close');
    const open = await import('../../src/node/export-stage.ts');
    mkdirSync(owner, { recursive: true });
    const stage = await open.openStage(owner);
    const stale = stage.folder.replace(`-${process.pid}-`, `-${ended.pid}-`);
    renameSync(stage.folder, stale);
    await stage.close();
    return stale;
  }

  test('brings a model back that was moved away and not replaced', async () => {
    const stale = await left(repository);
    mkdirSync(join(stale, 'old-gone'));
    writeFileSync(join(stale, 'old-gone/config.pbtxt'), 'name: "gone"\n');
    await exportTriton(compiled('mlp'), { repository, name: 'mlp' });
    expect(readdirSync(repository).toSorted()).toEqual(['gone', 'mlp']);
    expect(readFileSync(join(repository, 'gone/config.pbtxt'), 'utf8')).toBe('name: "gone"\n');
    expect(stages()).toEqual([]);
  });

  test('removes a folder whose process was ended before it had named its repository', async () => {
    const stale = await left(repository);
    writeFileSync(join(stale, 'repository'), '');
    const { openStage } = await import('../../src/node/export-stage.ts');
    await (await openStage(repository)).close();
    expect(stages()).toEqual([]);
  });

  test('leaves folders of other repositories, machines and living processes', async () => {
    const other = await left(join(root, 'others'));
    const [, machine = ''] = /export-(\w+)-/.exec(other) ?? [];
    const foreign = other.replace(machine, 'f'.repeat(machine.length));
    const living = join(root, `.dimwise-export-${machine}-${process.ppid}-abcdef`);
    for (const folder of [foreign, living]) mkdirSync(folder);
    await exportTriton(compiled('mlp'), { repository, name: 'mlp' });
    expect(
      stages()
        .map((name) => join(root, name))
        .toSorted(),
    ).toEqual([other, foreign, living].toSorted());
  });

  test('leaves signals to those who handle them, and takes its own handlers away', async () => {
    const counts = (): number[] => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
    const before = counts();
    const { openStage } = await import('../../src/node/export-stage.ts');
    mkdirSync(repository);
    const stage = await openStage(repository);
    expect(counts()).toEqual(before.map((count) => count + 1));
    let heard = 0;
    const own = (): void => void heard++;
    process.on('SIGHUP', own);
    process.emit('SIGHUP');
    process.off('SIGHUP', own);
    expect([heard, stages().length]).toEqual([1, 1]);
    await stage.close();
    expect([counts(), stages()]).toEqual([before, []]);
  });
});

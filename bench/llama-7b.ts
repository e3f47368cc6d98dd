// Emits a Llama of 7 billion parameters in float16, drawn and from a sharded checkpoint, against writing plain bytes; infers the result.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pageMemory } from '../src/node/file-sink.ts';
import { writeLlamaShards } from './llama-7b-shards.ts';

/** How many layers, and one of `drawn` and `loaded` where only that is asked for. */
const [depth, only] = [Number(process.argv[2] ?? 32), process.argv[3]];
const child = fileURLToPath(new URL('../out/bench/llama-7b-child.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'dimwise-7b-'));

/** What a child prints. */
type Result = Readonly<Record<string, number>>;

/** One step in a process of its own; the model lies in a folder of the name of the step that emitted it. */
function step(name: 'drawn' | 'loaded' | 'infer', argument = ''): Result {
  const folder = join(scratch, name === 'infer' ? argument : name);
  mkdirSync(folder, { recursive: true });
  const text = execFileSync(process.execPath, [child, name, folder, String(depth), argument], { encoding: 'utf8' });
  const result: Result = JSON.parse(text);
  const peak = ((result['peakBytes'] ?? 0) / 2 ** 20).toFixed(0);
  const speed = result['bytes'] ? `, ${(result['bytes'] / 2 ** 20 / (result['seconds'] ?? 1)).toFixed(0)} MiB/s` : '';
  console.log(`${name}: ${result['seconds']?.toFixed(1)} s, peak ${peak} MiB${speed} ${JSON.stringify(result)}`);
  return result;
}

/** Writes as many plain bytes in pieces, one at a time, and waits for the disk, as saving does. */
function plain(bytes: number, name: string, piece: Uint8Array, flags = 0): void {
  const path = join(scratch, 'plain');
  piece.set(piece.map((_, i) => (i * 31) & 255));
  const begin = performance.now();
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | flags);
  for (let at = 0; at < bytes; at += piece.length) writeSync(descriptor, piece);
  fsyncSync(descriptor);
  closeSync(descriptor);
  const seconds = (performance.now() - begin) / 1000;
  console.log(`${name}: ${seconds.toFixed(1)} s, ${(bytes / 2 ** 20 / seconds).toFixed(0)} MiB/s`);
  rmSync(path);
}

try {
  console.log(`${depth} layers, load ${loadavg()[0]?.toFixed(1)}`);
  let bytes = 0;
  for (const name of ['drawn', 'loaded'] as const) {
    if (only !== undefined && name !== only) continue;
    bytes = step(name, name === 'loaded' ? writeLlamaShards(join(scratch, 'source'), depth) : '')['bytes'] ?? 0;
    step('infer', name);
    rmSync(join(scratch, name), { recursive: true });
  }
  plain(bytes, 'plain bytes', new Uint8Array(2 ** 20));
  const aligned = pageMemory(2 ** 23);
  if (aligned) plain(bytes, 'plain bytes past the cache', aligned, constants.O_DIRECT);
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

// Packs a folder into parts that travel: a compressed tar, cut, with checksums and the script that puts it together again.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type Split, splitStream } from './split-stream.ts';

/** How a folder is packed. */
export interface PackOptions {
  /** The folder of the parts; what an earlier pack left there is removed. */
  readonly out: string;
  /** The most bytes of a part. */
  readonly partSize: number;
  /** xz where there is the program, else gzip, by default. */
  readonly compression?: Compression | undefined;
  /** From 1, fast, to 9, small; 6 by default. */
  readonly level?: number | undefined;
  /** What the pack holds, for the manifest. */
  readonly contents: Readonly<Record<string, string>>;
}

/** A program that compresses. */
export type Compression = 'xz' | 'gzip';

/** What stands in `manifest.json`. */
export interface Manifest extends Split {
  readonly archive: string;
  readonly compression: Compression;
  readonly contents: Readonly<Record<string, string>>;
}

const NAME = 'dimwise-cuda.tar';
const SCRIPT = 'unpack-and-run.sh';
const SUFFIX = { xz: 'xz', gzip: 'gz' } as const;

/**
 * Writes the parts of a folder, `manifest.json`, `SHA256SUMS` and `unpack-and-run.sh`.
 *
 * @throws Error when tar or the program that compresses fails
 */
export async function packFolder(folder: string, options: PackOptions): Promise<Manifest> {
  const { out, partSize: size, level = 6, contents } = options;
  const compression = options.compression ?? (spawnSync('xz', ['--version']).status === 0 ? 'xz' : 'gzip');
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out)) if (name.startsWith(`${NAME}.`)) rmSync(join(out, name));
  // The same files make the same parts: sorted, without owners and times.
  const order = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
  const tar = spawn('tar', ['-c', ...order, '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const threads = compression === 'xz' ? ['-T0'] : ['-n'];
  const smaller = spawn(compression, [`-${level}`, ...threads, '-c'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ends = [ended('tar', tar), ended(compression, smaller), pipeline(tar.stdout, smaller.stdin)];
  const archive = `${NAME}.${SUFFIX[compression]}`;
  const [split] = await Promise.all([splitStream(smaller.stdout, { folder: out, name: archive, size }), ...ends]);
  const manifest = { archive, compression, contents, ...split };
  writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(out, 'SHA256SUMS'), split.parts.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''));
  copyFileSync(fileURLToPath(new URL(SCRIPT, import.meta.url)), join(out, SCRIPT));
  chmodSync(join(out, SCRIPT), 0o755);
  return manifest;
}

async function ended(name: string, child: ReturnType<typeof spawn>): Promise<void> {
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`${name} ended with ${signal ?? `exit code ${code}`}`);
}

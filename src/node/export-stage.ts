// The folder of an export that is not in its place yet: removed when the export ends, however it ends, or when the next one begins.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir, readFile, realpath, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCode } from './write-atomic.ts';

const PREFIX = '.dimwise-export-';

/** The file in a stage that names the repository which it is for. */
const OWNER = 'repository';

/** The folder in a stage where models lie that are being replaced. */
const OLD = 'old';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A folder for what is not in its place yet. */
export interface ExportStage {
  readonly folder: string;
  /** Puts a folder into its place; one that is there already is gone when the stage is. */
  place(staged: string, target: string, name: string): void;
  /** Removes what is left. */
  close(): Promise<void>;
}

/**
 * Makes a stage, and removes those of exports that were killed: a model that one of them had moved away comes back.
 *
 * @param repository the folder of the repository, which exists
 */
export async function openStage(repository: string): Promise<ExportStage> {
  const real = await realpath(repository);
  const parent = dirname(real);
  for (const folder of [parent, real]) await removeStale(folder, real);
  let folder: string | undefined;
  // Before the folder is there: a signal that comes while it is made must find who removes it.
  const stop = onSignals(() => folder);
  const close = async (): Promise<void> => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    stop();
  };
  try {
    const made = stageFolder(real, parent);
    folder = made;
    writeFileSync(join(made, OWNER), real);
    return { folder: made, place: (staged, target, name) => swap(staged, target, join(made, `${OLD}-${name}`)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A new folder beside the repository, because Triton takes every folder inside for a model, unless the repository is a file system of
 * its own, across which nothing can be renamed.
 */
function stageFolder(real: string, parent: string): string {
  const [inside, outside] = [statSync(real), statSync(parent)];
  const prefix = `${PREFIX}${machine()}-${process.pid}-`;
  if (inside.dev !== outside.dev) return mkdtempSync(join(real, prefix));
  try {
    return mkdtempSync(join(parent, prefix));
  } catch {
    return mkdtempSync(join(real, prefix));
  }
}

/** What tells processes of this machine, or container, from those of others that see the same folder. */
function machine(): string {
  let space = '';
  try {
    space = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Systems without containers of this kind have one space of processes.
  }
  return createHash('sha256').update(`${hostname()}\n${space}`).digest('hex').slice(0, 12);
}

/** Both renamings in one turn, so that no handler of a signal runs between them. */
function swap(staged: string, target: string, old: string): void {
  const isThere = existsSync(target);
  if (isThere) renameSync(target, old);
  try {
    renameSync(staged, target);
  } catch (error) {
    if (isThere) renameSync(old, target);
    throw error;
  }
}

/** Removes the folder when a signal ends the process; where somebody else handles the signal, that one decides. */
function onSignals(folderOf: () => string | undefined): () => void {
  const handlers = SIGNALS.map((signal) => {
    const handler = (): void => {
      if (process.listeners(signal).some((each) => !OWN.has(each))) return;
      const folder = folderOf();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      process.off(signal, handler);
      // Other exports of this process remove theirs first.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    OWN.add(handler);
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}

/** The handlers of all exports of this process. */
const OWN = new WeakSet<object>();

/** Removes stages of this repository whose process is dead. What cannot be removed stays: it is in nobody's way. */
async function removeStale(folder: string, repository: string): Promise<void> {
  const prefix = `${PREFIX}${machine()}-`;
  const entries = await readdir(folder).catch(() => []);
  for (const entry of entries) {
    const [, pid] = /^(\d+)-\w+$/.exec(entry.startsWith(prefix) ? entry.slice(prefix.length) : '') ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const stage = join(folder, entry);
    const owner = await readFile(join(stage, OWNER), 'utf8').catch(() => undefined);
    // Nobody's name: its process was ended before it was written, and nothing was moved here by then.
    if (owner !== undefined && owner !== '' && owner !== repository) continue;
    if (restoreOld(stage, await readdir(stage).catch(() => []), repository)) {
      await rm(stage, { recursive: true, force: true }).catch(() => {});
    }
  }
}

/** Puts models back that were moved away and not replaced. @returns whether the stage holds nothing that is needed */
function restoreOld(stage: string, entries: readonly string[], repository: string): boolean {
  for (const entry of entries) {
    if (!entry.startsWith(`${OLD}-`)) continue;
    const target = join(repository, entry.slice(OLD.length + 1));
    if (existsSync(target)) continue;
    try {
      renameSync(join(stage, entry), target);
    } catch {
      return false;
    }
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

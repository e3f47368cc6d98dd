// The part of a machine that the doctor looks at: programs, files, the environment. Tests make their own.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { LibraryFinder } from '../../runtime/libraries/library-finder.ts';
import { machineFinder } from '../../runtime/libraries/this-machine.ts';

/** What a program did. */
export interface ProgramResult {
  /** The exit code; null where it did not start, was killed, or took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a program's start. */
export interface ProgramOptions {
  readonly cwd?: string | undefined;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What it reads from its standard input. */
  readonly input?: string | undefined;
  /** Milliseconds after which it is ended; 30,000 by default. */
  readonly timeout?: number | undefined;
}

/** A machine as the doctor sees it. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The version of glibc; undefined where the C library is another one. */
  readonly glibc: string | undefined;
  /** Runs a program to its end; it never fails, but tells. */
  readonly run: (command: string, args: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>;
  /** The text of a file; undefined where it cannot be read. */
  readonly readText: (path: string) => string | undefined;
  /** The names in a folder; none where it cannot be read. */
  readonly list: (folder: string) => readonly string[];
  /** The file that a link leads to; the path itself where it cannot be told. */
  readonly realPath: (path: string) => string;
  /** Looks for libraries; undefined on systems where that is not done. */
  readonly finder: LibraryFinder | undefined;
}

/** This machine. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    environment: process.env,
    glibc: glibcVersion(),
    run: runProgram,
    readText: (path) => orElse(() => readFileSync(path, 'utf8'), undefined),
    list: (folder) => orElse(() => readdirSync(folder), []),
    realPath: (path) => orElse(() => realpathSync(path), path),
    finder: machineFinder(),
  };
}

/** Output of a program is read up to so many bytes. */
const MOST_OUTPUT = 2 ** 26;

function runProgram(command: string, args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const { cwd, env = {}, input, timeout = 30_000 } = options;
  const settings = { env: { ...process.env, ...env }, timeout, windowsHide: true, maxBuffer: MOST_OUTPUT };
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args],
      { ...settings, ...(cwd === undefined ? {} : { cwd }) },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        const told = error !== null && code === null && stderr === '' ? deathOf(error) : stderr;
        resolve({ code, stdout, stderr: stripVTControlCharacters(told) });
      },
    );
    // A program that ends before it has read all is told by its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Why a program gave no exit code. */
function deathOf(error: { readonly signal?: string | null | undefined; readonly message: string }): string {
  return error.signal ? `it dies of ${error.signal}` : error.message;
}

/** What cannot be read is not there. */
function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function glibcVersion(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const report: unknown = process.report.getReport();
  const header: unknown = isRecord(report) ? report.header : undefined;
  const version = isRecord(header) ? header.glibcVersionRuntime : undefined;
  return typeof version === 'string' ? version : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

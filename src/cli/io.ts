// Where a command writes and how: results to one stream, diagnostics to the other.
import { printable, printableLines } from '../base/printable.ts';

/** The streams of a command; tests hand in their own. */
export interface Io {
  /** Writes a result: a whole line without its end. */
  readonly out: (line: string) => void;
  /** Writes a diagnostic, a warning or help that was not asked for. */
  readonly err: (line: string) => void;
  /** Shows one line that the next one replaces, and an empty one removes; absent where nobody reads diagnostics at a terminal. */
  readonly status?: ((line: string) => void) | undefined;
  /** Whether a person reads the results at a terminal. */
  readonly isTty: boolean;
  /** Whether text for people may have colours. */
  readonly hasColor: boolean;
  /** How many characters a line of the terminal has; undefined where results go elsewhere. */
  readonly columns?: number | undefined;
}

/** The streams of the process. */
export function processIo(): Io {
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    // Back to the start of the line, and away with what stood there.
    status: process.stderr.isTTY === true ? (line) => void process.stderr.write(`\r\u001b[2K${line}`) : undefined,
    isTty: process.stdout.isTTY === true,
    // picocolors asks the environment (NO_COLOR, FORCE_COLOR, CI) once more.
    hasColor: process.stdout.isTTY === true,
    // A terminal that does not tell has 0.
    columns: (process.stdout.isTTY && process.stdout.columns) || undefined,
  };
}

// Only a header is dim, and always as a whole.
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how terminals are told.
// oxlint-disable-next-line no-control-regex
const DIM_LINE = /^( *\u001b\[2m)([^]*)(\u001b\[22m)$/;

/**
 * Streams that escape what a terminal obeys: names and texts of files are printed as they stand there. A result is one line; a
 * diagnostic may have several, of which {@link formatDiagnostic} says which belong to it.
 */
export function safeIo(io: Io): Io {
  const out = (line: string): void => {
    const [, start = '', text = line, end = ''] = (io.hasColor && DIM_LINE.exec(line)) || [];
    io.out(`${start}${printable(text)}${end}`);
  };
  const { status } = io;
  return {
    ...io,
    out,
    err: (text) => io.err(printableLines(text)),
    status: status && ((line) => status(printable(line))),
  };
}

/** The exit codes of all commands. */
export const EXIT = {
  ok: 0,
  /** A file or a run failed. */
  failed: 1,
  /** The command line is wrong; nothing was done. */
  usage: 2,
} as const;

/** The exit code of a command. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

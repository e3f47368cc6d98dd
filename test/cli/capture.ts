// Runs a command line in this process and keeps what it writes.
import { setPlaceMapper } from '../../src/base/origin.ts';
import { runCli } from '../../src/cli/program.ts';

/** What a command line did. */
export interface Captured {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The lines of `out`, each read as JSON. */
  readonly json: () => unknown[];
}

/** Runs a command line. */
export async function cli(...args: readonly string[]): Promise<Captured> {
  const out: string[] = [];
  const err: string[] = [];
  try {
    const io = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
    const code = await runCli(args, { ...io, isTty: false, hasColor: false });
    return { code, out: out.join('\n'), err: err.join('\n'), json: () => out.map((line): unknown => JSON.parse(line)) };
  } finally {
    // The mapper of the loaded file must not touch the places of tests.
    setPlaceMapper(undefined);
  }
}

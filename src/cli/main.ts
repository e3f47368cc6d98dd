#!/usr/bin/env node
// The entry of the command line.
import { EXIT, processIo } from './io.ts';
import { runCli } from './program.ts';

// A reader that has seen enough, such as head, closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed),
);

// Not process.exit(): what is still on its way to a pipe would be lost. Not awaited here: the commands import what this file does,
// and would wait for it while it waits for them.
void runCli(process.argv.slice(2), processIo()).then((code) => {
  process.exitCode = code;
});

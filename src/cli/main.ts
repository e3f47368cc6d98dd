#!/usr/bin/env node
// The entry of the command line.
import { processIo } from './io.ts';
import { runCli } from './program.ts';

// Not process.exit(): what is still on its way to a pipe would be lost.
process.exitCode = await runCli(process.argv.slice(2), processIo());

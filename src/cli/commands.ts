// The commands, in the order of the help. A command's work is imported when it is called, so that help is quick.
import type { CommandRow } from './command-row.ts';
import { EXPORT_COMMANDS } from './export-commands.ts';
import { FILE_COMMANDS } from './file-commands.ts';
import { MODEL_COMMANDS } from './model-commands.ts';
import { RUN_COMMANDS } from './run-commands.ts';

/** Every command. */
export const COMMANDS: readonly CommandRow[] = [
  ...MODEL_COMMANDS,
  ...RUN_COMMANDS,
  ...FILE_COMMANDS,
  ...EXPORT_COMMANDS,
];

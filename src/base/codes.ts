// The table of error codes: who must act, what the code says, and the way out. The documentation is generated from it.
import type { CodeRow } from './code-row.ts';
import { COMMAND_CODES } from './command-codes.ts';
import { FILE_CODES } from './file-codes.ts';
import { MODEL_CODES } from './model-codes.ts';
import { POOL_CODES } from './pool-codes.ts';
import { RUN_CODES } from './run-codes.ts';

/** Every error code with its row. */
export const ERROR_CODES = {
  ...MODEL_CODES,
  ...FILE_CODES,
  ...RUN_CODES,
  ...POOL_CODES,
  ...COMMAND_CODES,
} as const satisfies Record<string, CodeRow>;

/** The name of an error code. */
export type ErrorCode = keyof typeof ERROR_CODES;

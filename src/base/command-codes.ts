// The error codes of the command line, of exports and of defects: a part of the table in codes.ts.
import { type CodeRow, internal, unsupported, user } from './code-row.ts';

/** The error codes of the command line, of exports and of defects. */
export const COMMAND_CODES = {
  EXPORT_UNSUPPORTED: unsupported(
    'A server can only be given what it can pass: tensors of known rank, of element types that it has.',
    'Change the input or output that the message names: give its sizes, or cast it inside the model.',
  ),
  EXPORT_OPTION: user(
    "Options of an export must fit the model's contract and what the server takes.",
    'Correct the option that the message names.',
  ),
  EXPORT_EXISTS: user(
    'An export keeps the versions that are there, and all versions of a model share one configuration.',
    'Give another version or another name, or replace the model with overwrite.',
  ),
  CLI_USAGE: user('A command must be called as its help says.', 'See dimwise COMMAND --help.'),
  MODEL_LOAD: user(
    'A model file must export a model as its default export.',
    'Add `export default model(...)` to the file.',
  ),
  INTERNAL_INVARIANT: internal('An invariant of dimwise itself was broken.', 'Report it with the model.'),
} as const satisfies Record<string, CodeRow>;

// The error codes of emission, files and checkpoints: a part of the table in codes.ts.
import { type CodeRow, unsupported, user } from './code-row.ts';

/** The error codes of emission, files and checkpoints. */
export const FILE_CODES = {
  TEXT_LOSSY: user(
    "What is printed in ONNX's text is lost where the syntax has no place for it.",
    'Keep the .onnx file beside the text.',
  ),
  EMIT_TARGET: unsupported('The target must be one that dimwise knows.', 'Choose one of the listed targets.'),
  EMIT_OPSET: unsupported(
    'The graph must only use operators that the opset limit of the target has.',
    'Choose another target, or replace the operator.',
  ),
  EMIT_TOO_LARGE: user('One .onnx file cannot hold 2 GiB or more.', 'Write the weights as external data.'),
  EMIT_VALUE: user(
    'A value written to .onnx must fit its field: integers in range, text of valid Unicode, messages at most 100 deep, data of the declared length.',
    'Correct the value of the field that the message names.',
  ),
  FILE_READ: user('A file must exist and be readable.', 'Check the path and its permissions.'),
  FILE_WRITE: user(
    'The output path must be writable and the disk must have room.',
    'Check the path, its permissions and the free space; the old file is unchanged.',
  ),
  FILE_FORMAT: user('A file must be of the format that its use implies.', 'Give a file of the named format.'),
  ONNX_MALFORMED: user(
    'An .onnx file must be a well-formed ONNX model.',
    'Export the file again; the message names the field and the byte offset.',
  ),
  ONNX_LIMIT: user(
    'An .onnx file may only ask for as much as the limits of reading allow.',
    'If you trust the file, raise the limit that the message names.',
  ),
  EXTERNAL_DATA: user(
    "External data must lie in the model's own folder and match its tensor in size.",
    'Move the data file beside the model, or export the model again.',
  ),
  CHECKPOINT_MISSING: user(
    'A checkpoint must have a tensor for every parameter of the model.',
    'Map the names with `names`, or pass allowMissing: true to leave such parameters as they are.',
  ),
  CHECKPOINT_UNEXPECTED: user(
    'Every tensor of a checkpoint must have its parameter in the model.',
    'Map the names with `names`, leave tensors out with a rule [name, null], or pass allowUnexpected: true.',
  ),
  CHECKPOINT_MISMATCH: user(
    'The tensors of a checkpoint must have the shapes and element types of their parameters.',
    'Correct the name map or the model, or take another checkpoint.',
  ),
  CHECKPOINT_MALFORMED: user(
    'A checkpoint must be a well-formed file of its format, with every tensor inside of it.',
    'Fetch or save the file again; the message names the file and the tensor.',
  ),
  CHECKPOINT_LIMIT: user(
    'A checkpoint may only ask for as much as the limits of reading allow.',
    'If you trust the file, raise the limit that the message names.',
  ),
  CHECKPOINT_UNSUPPORTED: unsupported(
    'A checkpoint must be of a version, and its tensors of types, that are read.',
    'Convert the file with the tools of its format.',
  ),
  CHECKPOINT_VALUE: user(
    'What is saved as a checkpoint must fit its format: names, element types, texts.',
    'Rename or convert the tensor that the message names, or save in another format.',
  ),
  DRAW_THREADS: user(
    'The number of threads is a whole number in the range that the message names.',
    'Give such a number.',
  ),
  DRAW_FAILED: unsupported(
    'Threads that draw weights must run to their end.',
    'Draw with one thread; look for limits of memory or of threads.',
  ),
} as const satisfies Record<string, CodeRow>;

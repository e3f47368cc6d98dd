// Tells what a file is that is no ONNX message, by how it starts: people give pointers of Git LFS, web pages and archives.
import { dimwiseError, isDimwiseError } from '../../../src/base/errors.ts';

interface OtherFile {
  /** Bytes as text of one byte a character. */
  readonly start: RegExp;
  readonly what: string;
  readonly hint: string;
}

// Signatures of files have control characters.
/* oxlint-disable no-control-regex */
const OTHERS: readonly OtherFile[] = [
  { start: /^version https:\/\/git-lfs/, what: 'a pointer of Git LFS', hint: 'git lfs pull fetches the model' },
  {
    start: /^\s*<(!doctype|html|\?xml)/i,
    what: 'a web page',
    hint: 'download the file itself, not the page that shows it',
  },
  {
    start: /^PK\x03\x04/,
    what: 'a zip archive',
    hint: 'unpack it; PyTorch saves weights so: export the model with torch.onnx.export',
  },
  { start: /^\x1f\x8b/, what: 'a gzip archive', hint: 'gunzip it' },
  { start: /^\x80[\x02-\x05]/, what: "a pickle of Python's", hint: 'export the model with torch.onnx.export' },
  { start: /^[^]{4}TFL3/, what: 'a TensorFlow Lite model', hint: 'tf2onnx converts it' },
  { start: /^[^]{4}ORTM/, what: 'a model in the ORT format', hint: 'give the .onnx file that it was made of' },
  { start: /^\x89HDF/, what: 'an HDF5 file', hint: 'tf2onnx converts models of Keras' },
  { start: /^GGUF/, what: 'a GGUF file', hint: 'it has weights and no graph: export the model itself' },
  { start: /^[^]{6}\0\0\{"/, what: 'a safetensors file', hint: 'it has weights and no graph: export the model itself' },
  { start: /^\s*\{\s*"/, what: 'JSON', hint: 'give the binary .onnx file' },
  { start: /^\s*<\s*ir_version\s*:/, what: "a model in ONNX's text", hint: 'dimwise convert m.onnxtxt -o m.onnx' },
];

/** So many bytes tell the kind of a file. */
const HEAD_BYTES = 64;

/**
 * Reads a model; where that fails and its bytes start as those of another kind of file do, the error says so.
 *
 * @param bytes the file, or its start
 * @throws what `read` throws
 */
export function namingOther<T>(bytes: Uint8Array, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw tellOther(error, bytes);
  }
}

function tellOther(error: unknown, bytes: Uint8Array): unknown {
  if (!isDimwiseError(error) || error.code !== 'ONNX_MALFORMED') return error;
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const other = OTHERS.find(({ start }) => start.test(head));
  const [first] = error.errors;
  if (!other || !first) return error;
  const { what, hint } = other;
  return dimwiseError({
    ...first,
    message: `this is ${what}, no ONNX model: ${first.message}`,
    expected: 'an ONNX model',
    actual: what,
    hint,
  });
}

// Writes what a worker gave into the arrays of the caller, without blocking the thread for large ones.
import { dimwiseError } from '../../base/errors.ts';
import type { OutputArray, ReadyOutput } from '../output-arrays.ts';
import type { RunOutputs, RunTensor } from '../run-outputs.ts';
import { nextTurn } from './next-turn.ts';

/** So many bytes are copied at a time. */
const PIECE = 2 ** 20;

/**
 * Writes outputs into arrays; outputs without one stay as they are.
 *
 * @returns the outputs, with the given arrays as their data
 * @throws OUTPUT_MISMATCH when an output has another size than was known before the run; no array is written then
 * @throws OUTPUT_ARRAY when an array lost its memory since the request was made
 */
export async function fillArrays(outputs: RunOutputs, into: ReadonlyMap<string, ReadyOutput>): Promise<RunOutputs> {
  for (const [name, target] of into) checkTarget(name, target, outputs[name]);
  const filled: [string, RunTensor][] = [];
  for (const [name, tensor] of Object.entries(outputs)) {
    const target = into.get(name);
    if (target) await copy(name, bytesOf(tensor.data as OutputArray), target.data);
    filled.push([name, target ? ({ ...tensor, data: target.data } as RunTensor) : tensor]);
  }
  return Object.fromEntries(filled);
}

function checkTarget(name: string, { shape, data }: ReadyOutput, output: RunTensor | undefined): void {
  if (data.buffer.byteLength === 0 && shape.every((size) => size > 0)) throw lostMemory(name);
  if (output && output.data.length === data.length) return;
  throw dimwiseError({
    code: 'OUTPUT_MISMATCH',
    message: `output "${name}" was to be [${shape.join(', ')}], this run gives [${output?.shape.join(', ') ?? ''}]`,
    origin: { what: `output "${name}"` },
    expected: `[${shape.join(', ')}]`,
    actual: `[${output?.shape.join(', ') ?? ''}]`,
    hint: 'leave its array out of `into`',
  });
}

async function copy(name: string, from: Uint8Array, target: OutputArray): Promise<void> {
  const to = bytesOf(target);
  for (let at = 0; at < from.length; at += PIECE) {
    if (at > 0) await nextTurn();
    // Others run between the pieces, and may hand the memory away.
    if (to.length !== from.length) throw lostMemory(name);
    to.set(from.subarray(at, at + PIECE), at);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: OutputArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const lostMemory = (name: string) =>
  dimwiseError({
    code: 'OUTPUT_ARRAY',
    message: `the array for output "${name}": it was detached while the request was under way`,
    origin: { what: `output "${name}"` },
    hint: 'keep the array until the answer is there',
  });

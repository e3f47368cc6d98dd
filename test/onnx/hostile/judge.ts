// What every input must come to: a model that is written and read again equal, or an error of ours that is no defect.
import { readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { contractOf } from '../../../src/ir/contract.ts';
import { formatGraph } from '../../../src/ir/graph-text.ts';

/** What became of an input: the code of its error, `mistakes` where shapes contradict each other, or `model`. */
export type Verdict = string;

/** Errors that say that dimwise itself is at fault. */
const DEFECTS: readonly string[] = ['INTERNAL_INVARIANT', 'GRAPH_INVALID'];

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Why an input is a defect of dimwise. */
export class Defect extends Error {
  override readonly name = 'Defect';
}

/**
 * Reads, infers, prints and writes an input.
 *
 * @throws Defect when it ends in another exception, an error of ours that says that we are at fault, or another message than it was
 */
export function judge(bytes: Uint8Array): Verdict {
  try {
    const model = readOnnx(bytes);
    // Not every writer is canonical, but what ours writes it must read as what it wrote.
    const written = model.encode();
    if (!isSame(encodeModel(decodeModel(written)), written)) throw new Defect('read again, it is another message');
    const { graph, mistakes } = model.inference;
    for (const { code, message } of mistakes) if (DEFECTS.includes(code)) throw new Defect(`${code}: ${message}`);
    contractOf(graph);
    formatGraph(graph);
    return mistakes.length > 0 ? 'mistakes' : 'model';
  } catch (error) {
    if (error instanceof Defect) throw error;
    if (!isDimwiseError(error))
      throw new Defect(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (DEFECTS.includes(error.code)) throw new Defect(error.stack ?? error.message);
    return error.code;
  }
}

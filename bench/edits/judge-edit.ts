// Judges an edited model: by dimwise check, and by a run on ONNX Runtime.
import { checkModel } from '../../codegen/onnx/check/check-model.ts';
import { addOutputs } from '../../codegen/onnx/edit/model-outputs.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import type { Tensors } from '../real/run-values.ts';
import { runOnce, type Subject } from './subjects.ts';
import type { Trial } from './trials.ts';

/** What became of an edit: done, refused for a reason that the edit may have, not applicable, or wrong. */
export interface Verdict {
  readonly kind: 'good' | 'refused' | 'nothing' | 'wrong';
  /** What is wrong, or why it is refused. */
  readonly text: string;
  /** The edited model, where there is one. */
  readonly model?: OnnxModel;
  /** How long the edit took, in milliseconds. */
  readonly milliseconds: number;
}

/** The inner value of a model in its run; nothing where the model has none. */
export async function innerOf({ model, feeds, middle }: Subject): Promise<Tensors> {
  if (middle === undefined) return {};
  const { [middle]: tensor } = await runOnce(addOutputs(model, [middle]), feeds);
  return tensor ? { [middle]: tensor } : {};
}

/** Makes an edit and judges its result. */
export async function judgeEdit(subject: Subject, inner: Tensors, { edit, refusals = [] }: Trial): Promise<Verdict> {
  const start = performance.now();
  const took = (): number => performance.now() - start;
  try {
    const edited = edit(subject, inner);
    const milliseconds = took();
    if (!edited) return { kind: 'nothing', text: '', milliseconds };
    const { model, feeds, wanted } = edited;
    const faults = [...newErrors(subject.model, model), ...differences(await runOnce(model, feeds), wanted)];
    return { kind: faults.length > 0 ? 'wrong' : 'good', text: faults.join('; '), model, milliseconds };
  } catch (error) {
    const isRefusal = isDimwiseError(error) && refusals.includes(error.code);
    const text = error instanceof Error ? error.message : String(error);
    return { kind: isRefusal ? 'refused' : 'wrong', text, milliseconds: took() };
  }
}

/** Errors that the check finds in the edited model and does not find in the one before. */
function newErrors(before: OnnxModel, after: OnnxModel): string[] {
  const errorsOf = (model: OnnxModel) => checkModel(model).filter(({ severity }) => severity === 'error');
  const found = errorsOf(after);
  if (found.length === 0) return [];
  const known = new Set(errorsOf(before).map(({ code }) => code));
  return found.filter(({ code }) => !known.has(code)).map(({ code, message }) => `${code}: ${message}`);
}

function differences(found: Tensors, wanted: Tensors): string[] {
  return Object.entries(wanted).flatMap(([name, tensor]) => {
    const other = found[name];
    if (!other) return [`no output "${name}"`];
    if (other.type !== tensor.type || other.dims.join() !== tensor.dims.join())
      return [`output "${name}" is ${other.type}[${other.dims}], not ${tensor.type}[${tensor.dims}]`];
    return sameBits(tensor.data, other.data) ? [] : [`the elements of output "${name}" differ`];
  });
}

function sameBits(a: unknown, b: unknown): boolean {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
  }
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, i) => each === b[i]);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

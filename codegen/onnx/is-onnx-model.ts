// Tells models of files from other things.
import type { OnnxModel } from './onnx-model.ts';

/** Whether something is a model of a file; told by its form, so that one of another copy of dimwise is taken too. */
export const isOnnxModel = (thing: unknown): thing is OnnxModel =>
  typeof thing === 'object' && thing !== null && 'proto' in thing && 'inference' in thing && 'encode' in thing;

// The error of a file that is well-formed as bytes but no valid ONNX model.
import { type DimwiseError, dimwiseError } from '../../src/base/errors.ts';

/** What an error of a model file may add to its message. */
export interface MalformedFacts {
  /** The node, value or tensor: `node "Conv_3"`. */
  readonly what?: string | undefined;
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
  readonly hint?: string | undefined;
}

/** Makes the error. */
export function malformed(message: string, { what, ...facts }: MalformedFacts = {}): DimwiseError {
  return dimwiseError({ code: 'ONNX_MALFORMED', message, ...facts, origin: what ? { what } : undefined });
}

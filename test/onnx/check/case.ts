// The form of a test of a check: a wrong model, what is named, and a model beside it that is right.
import type { CheckOptions } from '../../../codegen/onnx/check/check-model.ts';
import type { FindingCode } from '../../../codegen/onnx/check/finding.ts';
import type { ModelProto } from '../../../codegen/onnx/proto/messages.ts';

/** One wrong model and its control. */
export interface CheckCase {
  /** What is wrong, in words; the title of the test. */
  readonly what: string;
  /** The code that is to be found in the wrong model and not in the good one. */
  readonly code: FindingCode;
  /** What the message says, in part. */
  readonly says: string;
  /** Where: the text of the path, in part. */
  readonly at?: string;
  readonly wrong: ModelProto;
  readonly good: ModelProto;
  readonly options?: CheckOptions;
}

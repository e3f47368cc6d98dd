// Which form of a rule an operator follows that shares it with ai.onnx.
import type { InferContext } from '../../ir/operator.ts';

/**
 * The since-version by which a shared rule tells its forms apart: that of ai.onnx; operators of other domains, which count their
 * versions from 1 again, follow the newest form.
 */
export function standardVersion(cx: InferContext): number {
  return cx.domain === '' ? cx.version : Number.POSITIVE_INFINITY;
}

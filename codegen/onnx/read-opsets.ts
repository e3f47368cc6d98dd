// Reads opset imports.
import { malformed } from './malformed.ts';
import type { OperatorSetIdProto } from './proto/messages.ts';

/**
 * Reads opset imports; `ai.onnx` is the empty domain.
 *
 * @param owner the model or function, for messages
 * @throws ONNX_MALFORMED when a domain has two versions, or a version is no positive number
 */
export function readOpsets(imports: readonly OperatorSetIdProto[], owner: string): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain: spelt = '', version = 0 } of imports) {
    const domain = spelt === 'ai.onnx' ? '' : spelt;
    const label = domain || 'ai.onnx';
    if (typeof version !== 'number' || version < 1) {
      throw malformed(`${owner} imports ${label} in version ${version}`, { expected: '>= 1', actual: String(version) });
    }
    const before = opsets.get(domain);
    if (before !== undefined && before !== version) {
      throw malformed(`${owner} imports ${label} in versions ${before} and ${version}`, {
        expected: 'one version of each domain',
        actual: `${before} and ${version}`,
      });
    }
    opsets.set(domain, version);
  }
  return opsets;
}

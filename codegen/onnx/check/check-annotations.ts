// Checks quantization annotations: the tensors that they speak of, and the roles of those that they name.
import type { Findings } from './finding.ts';
import type { Names } from './names.ts';
import type { ModelView } from './scopes.ts';

/** The roles that onnx.proto defines; others are up to a producer and its readers. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(['SCALE_TENSOR', 'ZERO_POINT_TENSOR']);

/** Checks the annotations of all graphs: one for a value, which exists, and parameters that are tensors of the graph. */
export function checkAnnotations({ scopes }: ModelView, names: Names, findings: Findings): void {
  for (const scope of scopes) {
    const seen = new Set<string>();
    for (const { tensorName = '', quantParameterTensorNames = [] } of scope.graph.quantizationAnnotation ?? []) {
      const place = { scope, value: tensorName };
      const what = `the quantization annotation of "${tensorName}"`;
      if (seen.has(tensorName)) findings.add('QUANTIZATION_TWICE', `"${tensorName}" is annotated twice`, place);
      seen.add(tensorName);
      if (!names.made(scope).has(tensorName)) {
        findings.add(
          'QUANTIZATION_NAME',
          `a quantization annotation is of "${tensorName}", which nothing makes`,
          place,
        );
      }
      const keys = new Set<string>();
      for (const { key = '', value = '' } of quantParameterTensorNames) {
        if (keys.has(key)) findings.add('QUANTIZATION_TWICE', `${what} has ${key} twice`, place);
        keys.add(key);
        if (!KNOWN_KEYS.has(key)) findings.add('QUANTIZATION_KEY', `${what} has the key "${key}"`, place);
        else if (!names.find(scope, value)) {
          findings.add('QUANTIZATION_NAME', `${what} names "${value}" as ${key}, which nothing makes`, place);
        }
      }
    }
  }
}

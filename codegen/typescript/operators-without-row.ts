// The operators that have a schema but no row, each with the reason: only the types of their outputs are known.

/** Reasons by the operator's domain and name, `''` being ai.onnx. */
export const WITHOUT_ROW: ReadonlyMap<string, string> = new Map([
  ['com.microsoft.EPContext', 'what it holds is known to its execution provider only'],
  ['com.microsoft.Snpe', 'what it holds is known to its execution provider only'],
  ['GRUUnit', 'dropped before opset 10, and no provider has a kernel'],
  ['GivenTensorFill', 'dropped before opset 10, and no provider has a kernel'],
]);

/** An operator's name behind its domain, alone in ai.onnx. */
export function qualifiedName(domain: string, name: string): string {
  return domain === '' ? name : `${domain}.${name}`;
}

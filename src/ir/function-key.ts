// The key of a function of the model: how a node's call finds it.

/** The key of a function in `graph.functions`: domain, name and overload together identify it (IR version 10). */
export function functionKey(domain: string, name: string, overload = ''): string {
  return JSON.stringify([domain === 'ai.onnx' ? '' : domain, name, overload]);
}

// Where onnxruntime-node lies on the disk, for processes and threads that load it by themselves, and for looking at its files.

/** The file that `require('onnxruntime-node')` loads; undefined where it is not installed, or there is no Node. */
export function ortEntry(): string | undefined {
  if (typeof process === 'undefined') return undefined;
  const { createRequire } = process.getBuiltinModule('node:module');
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node');
  } catch {
    return undefined;
  }
}

/** The folder of the native libraries of onnxruntime-node for this platform; undefined where the package is not found. */
export function ortLibraries(): string | undefined {
  const entry = ortEntry();
  if (entry === undefined) return undefined;
  const { dirname, join } = process.getBuiltinModule('node:path');
  return join(dirname(dirname(entry)), 'bin', 'napi-v6', process.platform, process.arch);
}

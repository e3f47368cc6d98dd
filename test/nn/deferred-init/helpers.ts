// What the tests of deferred initialization share.
import {
  type DefinedModel,
  type Diagnostic,
  materialize,
  type Parameter,
  setWarningHandler,
} from '../../../src/index.ts';

/** The parameters of a model as `0.weight (256, ?)`. */
export const printed = (net: DefinedModel): string[] =>
  [...net.parameters().values()].map((cell) => String(cell).replace(/ \w+\(/, ' ('));

/** The bytes of a parameter. */
export function bytesOf(cell: Parameter): Uint8Array {
  const bytes = materialize(cell.data());
  if (!bytes) throw new Error(`${cell.path} has no bytes in memory`);
  return bytes;
}

/** The bytes of every parameter by path. */
export const weightsOf = (net: DefinedModel): Map<string, Uint8Array> =>
  new Map([...net.parameters()].map(([path, cell]) => [path, bytesOf(cell)]));

/** The float32 elements of a parameter. */
export function floatsOf(cell: Parameter): Float32Array {
  const bytes = bytesOf(cell).slice();
  return new Float32Array(bytes.buffer);
}

/** The warnings that `body` gives. */
export function warningsOf(body: () => unknown): Diagnostic[] {
  const warnings: Diagnostic[] = [];
  const before = setWarningHandler((warning) => warnings.push(warning));
  try {
    body();
  } finally {
    setWarningHandler(before);
  }
  return warnings;
}

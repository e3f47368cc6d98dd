// Tells of parameters that no call reaches.
import { captureSite } from '../base/origin.ts';
import { warn } from '../base/warn.ts';
import type { Graph } from '../ir/graph.ts';
import type { Parameter } from '../nn/parameter.ts';

/** Tells of parameters that the first batch's path does not reach: they stay as they are, and out of the emitted model. */
export function warnUnused(model: string, parameters: ReadonlyMap<string, Parameter>, graph: Graph): void {
  const used = new Set<object>();
  for (const { source } of graph.parameters) if (source.kind === 'parameter') used.add(source.cell);
  const unused: string[] = [];
  for (const [path, cell] of parameters) if (!used.has(cell)) unused.push(path);
  if (unused.length === 0) return;
  warn({
    code: 'PARAM_UNUSED',
    message: `no call reaches ${unused.length} parameters of ${model}: ${listSome(unused)}`,
    origin: { site: captureSite() },
    hint: 'call their layers, or remove them from the model',
  });
}

/** The first few of a list of paths. */
export const listSome = (paths: readonly string[]): string =>
  `${paths.slice(0, 4).join(', ')}${paths.length > 4 ? ', ...' : ''}`;

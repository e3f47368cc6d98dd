// What the declared inputs alone tell about parameters is known at once.
import type { Graph } from '../ir/graph.ts';
import type { ParameterCell } from '../ir/parameter-cell.ts';
import { formatType } from '../ir/type.ts';
import type { Parameter } from '../nn/parameter.ts';

/**
 * Gives the parameters of a traced definition the sizes that it settles.
 *
 * @param source what told more than the declaration does
 */
export function refineParameters(graph: Graph, source: string | undefined): void {
  const inputs = graph.inputs.map((input) => `${input.name}: ${formatType(input.type)}`).join(', ');
  const by = source ?? `the declaration, ${inputs}`;
  for (const value of graph.parameters) {
    if (value.source.kind === 'parameter' && isParameter(value.source.cell)) value.source.cell.refine(value.shape, by);
  }
}

/** Tells whether a graph's parameter is one of a layer, also of another copy of dimwise. */
export function isParameter(cell: ParameterCell | Parameter): cell is Parameter {
  return 'initialize' in cell;
}

// What the declared inputs alone tell about parameters is known at once.
import type { Graph } from '../ir/graph.ts';
import type { ParameterCell } from '../ir/parameter-cell.ts';
import { formatType } from '../ir/type.ts';
import type { Parameter } from '../nn/parameter.ts';

/** Inputs that a declaration is told by: decoders with a cache have two for each layer. */
const MOST_INPUTS = 4;

/**
 * Gives the parameters of a traced definition the sizes that it settles.
 *
 * @param source what told more than the declaration does
 */
export function refineParameters(graph: Graph, source: string | undefined): void {
  const inputs = graph.inputs.slice(0, MOST_INPUTS).map((input) => `${input.name}: ${formatType(input.type)}`);
  const rest = graph.inputs.length > MOST_INPUTS ? `, ... (${graph.inputs.length} inputs)` : '';
  const by = source ?? `the declaration, ${inputs.join(', ')}${rest}`;
  for (const value of graph.parameters) {
    if (value.source.kind === 'parameter' && isParameter(value.source.cell)) value.source.cell.refine(value.shape, by);
  }
}

/** Tells whether a graph's parameter is one of a layer, also of another copy of dimwise. */
export function isParameter(cell: ParameterCell | Parameter): cell is Parameter {
  return 'initialize' in cell;
}

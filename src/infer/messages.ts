// Texts of the engine's mistakes: who met whom, and where each size came from.
import type { Diagnostic, Related } from '../base/errors.ts';
import type { Dim } from '../dim/dim.ts';
import { formatDim } from '../dim/text.ts';
import type { Value } from '../ir/graph.ts';
import type { InferContext } from '../ir/operator.ts';
import type { ParameterCell } from '../ir/parameter-cell.ts';

/** Names an input in a message: by parameter path, by its own name, or by its formal name. */
export function describeInput(value: Value | undefined, formal: string | undefined, i: number): string {
  if (value?.source.kind === 'parameter') return `parameter ${value.source.cell.path}`;
  const label = formal ?? String(i);
  return value?.name ? `input ${label} ("${value.name}")` : `input ${label}`;
}

/** One side of a mismatch. */
export interface MetAxis {
  readonly input: number;
  readonly axis: number;
  readonly dim: Dim;
}

/** The diagnostic for two axes that must agree and do not. */
export function mismatchDiagnostic(cx: InferContext, a: MetAxis, b: MetAxis, what: string): Diagnostic {
  const [owner, other] = cellOf(cx, b) && !cellOf(cx, a) ? [b, a] : [a, b];
  const cell = cellOf(cx, owner);
  const [wanted, found] = [formatDim(owner.dim), formatDim(other.dim)];
  if (!cell) {
    const message = `${cx.op}: ${what} must agree: ${cx.inputName(owner.input)} axis ${owner.axis} has ${wanted}, ${cx.inputName(other.input)} axis ${other.axis} has ${found}`;
    return {
      code: 'SHAPE_MISMATCH',
      message,
      origin: cx.node.origin,
      expected: wanted,
      actual: found,
      related: madeAt(cx, [owner, other]),
    };
  }
  const settled = cell.settledBy(owner.axis < 0 ? owner.axis + cell.shape.length : owner.axis);
  return {
    code: 'SHAPE_MISMATCH',
    message: `${cell.path} takes ${wanted} ${what}, this batch brings ${found}`,
    origin: cx.node.origin,
    expected: wanted,
    actual: found,
    hint: settled
      ? `bind a new instance of the model, or give this input ${wanted} ${what}`
      : `give this input ${wanted} ${what}, or make the layer for ${found}`,
    related: [fixedAt(cx, owner, cell), ...madeAt(cx, [other])],
  };
}

/** Where a parameter's size comes from: its author, an earlier bind, or an earlier call in this trace. */
function fixedAt(cx: InferContext, { input, axis, dim }: MetAxis, cell: ParameterCell): Related {
  const settled = cell.settledBy(axis < 0 ? axis + cell.shape.length : axis);
  const size = formatDim(dim);
  if (settled) return { message: `${size} was fixed by ${settled}`, origin: cell.origin };
  const [first] = cx.node.inputs[input]?.users ?? [];
  if (cell.shape.at(axis)?.kind === 'const' || !first || first === cx.node)
    return { message: `${size} was given where the layer was made`, origin: cell.origin };
  return { message: `${size} was fixed by an earlier call`, origin: first.origin };
}

function cellOf(cx: InferContext, met: MetAxis) {
  const source = cx.node.inputs[met.input]?.source;
  return source?.kind === 'parameter' ? source.cell : undefined;
}

function madeAt(cx: InferContext, mets: readonly MetAxis[]): Related[] {
  const related: Related[] = [];
  for (const met of mets) {
    const value = cx.node.inputs[met.input];
    if (value?.origin)
      related.push({
        message: `${formatDim(met.dim)} comes from ${value.name ?? 'the value made'}`,
        origin: value.origin,
      });
  }
  return related;
}

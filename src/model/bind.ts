// Binding: a trace with the batch's types, checked as a whole, then applied to all parameters or to none.
import { type Diagnostic, isDimwiseError, throwDiagnostics } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { warn } from '../base/warn.ts';
import { inputSymbols } from '../build/assume-shape.ts';
import type { Trace } from '../build/trace.ts';
import { checkConstraint, formatConstraint } from '../dim/constraint.ts';
import { type Dim, hasUnknown, type SymbolDim, symbolsOf } from '../dim/dim.ts';
import { formatDim } from '../dim/text.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { formatShape, type Shape, staticShape } from '../ir/type.ts';
import { Parameter } from '../nn/parameter.ts';
import type { Settlement } from '../nn/parameter-options.ts';
import type { BatchEntry } from './batch.ts';
import { type BoundTypes, bindTypes } from './bind-types.ts';
import { BoundModel } from './bound-model.ts';
import type { DefinedModel } from './defined-model.ts';
import type { Traced } from './program.ts';

/**
 * Binds a model to the entries of a batch.
 *
 * @throws what {@link DefinedModel.bind} says; nothing is changed then
 */
export function bindModel(
  model: DefinedModel,
  entries: ReadonlyMap<string, BatchEntry>,
  isStatic: boolean,
): BoundModel {
  const bound = bindTypes(model.inputs, entries, { isStatic, isDeclared: model.isDeclared });
  const { trace, graph, inputs, ranges } = model.trace(bound);
  const by = `${model.bound ? 'a batch' : 'the first batch'}, ${bound.text}`;
  const settlements: (readonly [Parameter, Settlement])[] = [];
  const mistakes: Diagnostic[] = [...openInputs(graph), ...brokenConstraints(graph, bound, ranges)];
  for (const value of graph.parameters) {
    const { source } = value;
    if (source.kind !== 'parameter' || !(source.cell instanceof Parameter)) continue;
    const mistake = unsettled(source.cell, value, bound);
    const shape = staticShape(value.shape);
    if (mistake) mistakes.push(mistake);
    else if (shape && fillable(source.cell, shape, mistakes))
      settlements.push([source.cell, { shape, dtype: value.dtype, by }]);
  }
  throwDiagnostics(mistakes);
  for (const [cell, settlement] of settlements) cell.settle(settlement);
  if (!model.bound) warnRanges(trace, bound, ranges);
  return new BoundModel({ model, bound, graph, inputs, trace });
}

/** Tells of ranges of symbols that nothing has: a misspelt name would change nothing, silently. */
function warnRanges(trace: Trace, { rename }: BoundTypes, ranges: Traced['ranges']): void {
  const used = new Set([...inputSymbols(trace.root), ...rename.keys(), ...trace.statedSymbols]);
  const names = [...used].map(({ name }) => name);
  for (const symbol of ranges.keys()) {
    if (used.has(symbol)) continue;
    warn({
      code: 'SYMBOL_UNUSED',
      message: `a range is declared for symbol ${formatDim(symbol)} of ${trace.name}, which no input has`,
      origin: { site: captureSite() },
      expected: names.join(', '),
      actual: symbol.name,
      hint: didYouMean(symbol.name, names),
    });
  }
}

/** Whether the initializer can fill the shape; what it says otherwise goes to the mistakes. */
function fillable(cell: Parameter, shape: readonly number[], mistakes: Diagnostic[]): boolean {
  try {
    cell.checkInitializer(shape);
    return true;
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    mistakes.push(...error.errors);
    return false;
  }
}

/** Inputs whose sizes the batch and the program left open. */
function openInputs(graph: Graph): Diagnostic[] {
  return graph.inputs.flatMap((input): Diagnostic[] => {
    const { type } = input;
    if (type.kind !== 'tensor' || !type.shape?.some(hasUnknown)) return [];
    const message = `input "${input.name}" still has unknown sizes: ${formatShape(type.shape)}`;
    return [
      {
        code: 'BIND_INCOMPLETE',
        message,
        origin: input.origin,
        expected: 'a number or a symbol for every axis',
        actual: formatShape(type.shape),
        hint: 'give a size or a symbol for each of them',
      },
    ];
  });
}

/** Why a parameter's sizes cannot become numbers; undefined when they can. */
function unsettled(cell: Parameter, value: Value, bound: BoundTypes): Diagnostic | undefined {
  const { shape } = value;
  const axis = shape.findIndex(
    (dim, i) => dim.kind !== 'const' || (dim.value === 0 && cell.shape[i]?.kind !== 'const'),
  );
  const dim = shape[axis];
  return dim && unsettledAxis(cell, { shape, axis, dim }, bound);
}

/** Why one size of a parameter cannot become a number. */
function unsettledAxis(
  cell: Parameter,
  { shape, axis, dim }: { readonly shape: Shape; readonly axis: number; readonly dim: Dim },
  bound: BoundTypes,
): Diagnostic {
  const place = { path: cell.path, site: cell.origin?.site };
  if (dim.kind === 'const') {
    const message = `parameter ${cell.path} axis ${axis} would get size 0 from this batch (${bound.text})`;
    return {
      code: 'BIND_ZERO',
      message,
      origin: place,
      expected: '>= 1',
      actual: '0',
      hint: 'bind with a batch whose feature axes are not empty',
    };
  }
  if (hasUnknown(dim)) {
    const message = `parameter ${cell.path} has the shape ${formatShape(shape)} after binding: axis ${axis} is still unknown`;
    return {
      code: 'BIND_INCOMPLETE',
      message,
      origin: place,
      actual: formatShape(shape),
      hint: 'give the size where the parameter is made, or let a value with a known size meet it',
    };
  }
  const message = `parameter ${cell.path} axis ${axis} would get the symbolic size ${formatDim(dim)}`;
  return {
    code: 'PARAM_DIM_SYMBOLIC',
    message,
    origin: place,
    expected: 'a number',
    actual: formatDim(dim),
    hint: `declare that axis of the input as a number or as '?', so that the batch settles it`,
  };
}

/** Constraints that the batch itself does not meet, and symbols whose size it makes zero. */
function brokenConstraints(graph: Graph, bound: BoundTypes, ranges: Traced['ranges']): Diagnostic[] {
  const mistakes: Diagnostic[] = [];
  const sizeOf = (s: SymbolDim): number | undefined => bound.sizes.get(s);
  for (const [symbol, size] of bound.sizes) {
    // A symbol that the batch names anew is not part of the graph.
    const min = bound.rename.has(symbol) ? (ranges.get(symbol)?.min ?? 1) : graph.facts.range(symbol).min;
    if (size === 0 && min > 0) {
      const name = formatDim(symbol);
      const message = `symbol ${name} is at least ${min}, this batch (${bound.text}) makes it 0`;
      mistakes.push({
        code: 'BIND_ZERO',
        message,
        origin: { site: captureSite() },
        expected: `>= ${min}`,
        actual: '0',
        hint: `declare it with { symbols: { ${name}: { min: 0 } } } where an empty ${name} is meant`,
      });
    }
  }
  if (mistakes.length > 0) return mistakes;
  for (const constraint of graph.facts.constraints()) {
    const symbols = constraintSymbols(constraint);
    if (![...symbols].every((s) => bound.sizes.has(s)) || checkConstraint(constraint, sizeOf)) continue;
    const text = formatConstraint(constraint);
    const sizes = [...symbols].map((s) => `${formatDim(s)} = ${bound.sizes.get(s)}`).join(', ');
    mistakes.push({
      code: 'BIND_MISMATCH',
      message: `the model needs ${text}, this batch has ${sizes}`,
      origin: constraint.origins[0],
      expected: text,
      actual: sizes,
    });
  }
  return mistakes;
}

function constraintSymbols(constraint: ReturnType<Graph['facts']['constraints']>[number]): Set<SymbolDim> {
  const dims =
    'dim' in constraint
      ? 'divisor' in constraint
        ? [constraint.dim, constraint.divisor]
        : [constraint.dim]
      : [constraint.left, constraint.right];
  return new Set(dims.flatMap((dim) => [...symbolsOf(dim)]));
}

// What the row of an operator gives, read off its worked cases: the ground of the coverage tables.
import { type Dim, symbolsOf } from '../../src/dim/dim.ts';
import { dimOf } from '../../src/ir/content.ts';
import type { OperatorExample, OperatorRow } from '../../src/ir/operator.ts';
import { mapDims, type ValueType } from '../../src/ir/type.ts';
import { parseType, type TypeText } from '../../src/ir/type-text.ts';
import { findRow } from '../../src/ops/rows.ts';

/**
 * Where the sizes of the outputs come from: from sizes and attributes alone; from the values of inputs too, where they are known
 * (a symbol with bounds stands for those that are not); or nowhere, because there is no row.
 */
export type ShapeSource = 'sizes' | 'values' | 'none';

/** What a row gives. */
export interface Coverage {
  readonly shapes: ShapeSource;
  /** Whether known elements are followed through the operator. */
  readonly followsValues: boolean;
  /** Whether its row says what it costs; otherwise each element of the results counts as one operation. */
  readonly hasCost: boolean;
  /** The number of worked cases, each of which is judged by ONNX Runtime where it can. */
  readonly cases: number;
}

/** What the row of an operator gives. */
export function coverageOf(domain: string, name: string): Coverage {
  const row = findRow(domain, name);
  if (!row) return { shapes: 'none', followsValues: false, hasCost: false, cases: 0 };
  return {
    shapes: shapeSource(row),
    followsValues: row.content !== undefined,
    hasCost: row.cost !== undefined,
    cases: row.examples.length,
  };
}

function shapeSource(row: OperatorRow): ShapeSource {
  return row.examples.some(leavesOpen) ? 'values' : 'sizes';
}

/** Whether a case has an output whose rank or one of whose sizes its inputs' sizes do not tell. */
function leavesOpen({ inputs, captured = {}, outputs = [] }: OperatorExample): boolean {
  const texts = [...inputs, ...Object.values(captured)];
  const given = texts.flatMap((text) => (text === null ? [] : [parseType(text)]));
  const known = new Set(given.flatMap(dimsOf).flatMap((dim) => [...symbolsOf(dim)]));
  const isRanked = given.every(({ type }) => !isUnranked(type));
  return outputs.some((text) => {
    const output = parseType(text);
    if (isRanked && isUnranked(output.type)) return true;
    return dimsOf({ type: output.type }).some((dim) =>
      [...symbolsOf(dim)].some((symbol) => symbol.role !== 'unknown' && !known.has(symbol)),
    );
  });
}

function isUnranked(type: ValueType): boolean {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return type.shape === null;
    case 'sequence':
    case 'optional':
      return isUnranked(type.element);
    default:
      return type.kind === 'unknown';
  }
}

function dimsOf({ type, content }: TypeText): Dim[] {
  const dims: Dim[] = [];
  mapDims(type, (dim) => {
    dims.push(dim);
    return dim;
  });
  for (const element of content?.elements ?? []) {
    const dim = dimOf(element);
    if (dim) dims.push(dim);
  }
  return dims;
}

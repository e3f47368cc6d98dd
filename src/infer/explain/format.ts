// The text of explanations: one row for each step, runs of nodes that pass a size on in one row.
import { formatOrigin } from '../../base/origin.ts';
import { type Dim, hasUnknown, type SymbolDim } from '../../dim/dim.ts';
import { formatDim } from '../../dim/text.ts';
import type { Scalar } from '../../ir/content.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { SymbolNames } from '../../ir/symbol-names.ts';
import type { Explanation, ExplanationStep } from './explain.ts';
import type { Place } from './place.ts';

/** What values, nodes and fresh symbols are called in a text. */
export interface ExplanationNames {
  readonly ofValue: (value: Value) => string;
  readonly ofNode: (node: Node) => string;
  readonly symbols: SymbolNames;
}

/** One row of an explanation. */
export interface ExplanationRow {
  /** `y.shape[1]`, or `p[0]` for an element. */
  readonly place: string;
  /** The size or element: `(h + 1)//2`. */
  readonly size: string;
  /** What it is made of: `(x.shape[1] + 1)//2`, or how it came about where that is no formula. */
  readonly from: string;
  /** What made it, and where that is written. */
  readonly by: string;
}

/** The text of a place: `y.shape[1]`, or `p[0]` for an element. */
export function placeText({ value, kind, index }: Place, { ofValue }: ExplanationNames): string {
  return kind === 'axis' ? `${ofValue(value)}.shape[${index}]` : `${ofValue(value)}[${index}]`;
}

/** The text of a size or element; `?` where it is not known. */
export function formatSize(scalar: Scalar, { symbols }: ExplanationNames): string {
  if (scalar === undefined) return '?';
  if (typeof scalar !== 'object') return String(scalar);
  if (scalar.kind !== 'ratio') return symbols.format(scalar);
  return `(${symbols.format(scalar.numerator)}) / (${symbols.format(scalar.denominator)})`;
}

/** Names by what the values themselves are called; a value without a name is called by its operator and place. */
export function plainNames(): ExplanationNames {
  return {
    ofValue: (value) =>
      value.name ?? (value.source.kind === 'parameter' ? value.source.cell.path : value.label.replaceAll(' ', '_')),
    ofNode: (node) => node.name ?? '',
    symbols: new SymbolNames(),
  };
}

/**
 * The text of an explanation: the size that was asked for, then a line for each step.
 *
 * @param names what values, nodes and fresh symbols are called; their own names by default
 */
export function formatExplanation(explanation: Explanation, names: ExplanationNames = plainNames()): string {
  const rows = explanationRows(explanation, names);
  const [first] = rows;
  if (!first) return '';
  const cells = rows.map(({ place, size, from, by }) => [place, size, from, by]);
  const widths = [0, 1, 2].map((i) => Math.max(...cells.map((row) => [...(row[i] ?? '')].length)));
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, i) => cell + ' '.repeat(Math.max((widths[i] ?? 0) - [...cell].length, 0))).join('  ')}`.trimEnd();
  return [`${first.place} is ${first.size}`, ...cells.map(line)].join('\n');
}

/**
 * The rows of an explanation.
 *
 * @param isWhole whether nodes that only pass a size on have a row each
 */
export function explanationRows(
  { steps }: Explanation,
  names: ExplanationNames = plainNames(),
  isWhole = false,
): readonly ExplanationRow[] {
  const text = new StepText(names);
  const rows: ExplanationRow[] = [];
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    if (!step) continue;
    const end = isWhole ? i : endOfRun(steps, i);
    const run = steps.slice(i, end + 1);
    const last = run.at(-1) ?? step;
    rows.push(run.length > 1 ? text.passedOn(step, last, run) : text.row(step));
    i = end;
  }
  return rows;
}

/** The last step of a run that hands one size on; the step itself where there is none. */
function endOfRun(steps: readonly ExplanationStep[], from: number): number {
  let end = from;
  while (passesOn(steps[end]) && passesOn(steps[end + 1])) end++;
  return end;
}

/** Whether a step hands on one other size or element as it is. */
function passesOn(step: ExplanationStep | undefined): step is ExplanationStep {
  return (
    step?.kind === 'node' && step.from.length === 1 && step.formula !== undefined && step.formula === step.markers[0]
  );
}

class StepText {
  readonly #names: ExplanationNames;

  constructor(names: ExplanationNames) {
    this.#names = names;
  }

  row(step: ExplanationStep): ExplanationRow {
    return { ...this.#head(step), from: this.#from(step), by: this.#by(step) };
  }

  /** The row of several nodes that hand one size on. */
  passedOn(first: ExplanationStep, last: ExplanationStep, run: readonly ExplanationStep[]): ExplanationRow {
    const ops = [...new Set(run.map(({ node }) => node?.op ?? ''))];
    const shown = ops.length > 4 ? `${ops.slice(0, 4).join(', ')}, ..` : ops.join(', ');
    return {
      ...this.#head(first),
      from: this.#places(last.from),
      by: `unchanged through ${run.length} nodes: ${shown}`,
    };
  }

  #head({ place, size }: ExplanationStep): { place: string; size: string } {
    return { place: this.#place(place), size: formatSize(size, this.#names) };
  }

  #place(place: Place): string {
    return placeText(place, this.#names);
  }

  #places(places: readonly Place[]): string {
    return places.map((place) => this.#place(place)).join(', ');
  }

  #from({ kind, formula, markers, from, note }: ExplanationStep): string {
    if (kind === 'data') return from.length > 0 ? `depends on data and ${this.#places(from)}` : 'depends on data';
    if (formula && from.length > 0) return this.#formula(formula, markers, from);
    if (from.length > 0) return note ? `${this.#places(from)} (${note})` : `from ${this.#places(from)}`;
    if (kind === 'node') return 'fixed by the operator and its attributes';
    if (kind === 'constant') return 'a constant of the model';
    if (kind === 'parameter') return note ?? 'the parameter declares it';
    if (kind === 'input') return note ?? 'the input declares it';
    return note ?? '';
  }

  /** A formula over places. Markers are printed as identifiers first, because the text form quotes other names. */
  #formula(formula: Dim, markers: readonly SymbolDim[], from: readonly Place[]): string {
    if (hasUnknown(formula)) return `from ${this.#places(from)}`;
    const text = formatDim(formula, (symbol) => {
      const at = markers.indexOf(symbol);
      return at < 0 ? this.#names.symbols.nameOf(symbol) : `place${at}of${markers.length}`;
    });
    const pattern = new RegExp(`\\bplace(\\d+)of${markers.length}\\b`, 'g');
    return text.replaceAll(pattern, (whole, at: string) => {
      const place = from[Number(at)];
      return place ? this.#place(place) : whole;
    });
  }

  #by({ node, origin, kind }: ExplanationStep): string {
    const name = node ? this.#names.ofNode(node) : '';
    const what = node ? (name ? `${node.op} "${name}"` : node.op) : kind;
    // What the origin of a node from a file says is its name, which stands already.
    const at = formatOrigin(origin && { ...origin, what: undefined });
    return at ? `${what} at ${at}` : what;
  }
}

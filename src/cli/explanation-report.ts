// The answers of dimwise explain, as text and as JSON.
import { formatOrigin } from '../base/origin.ts';
import type { SymbolDim } from '../dim/dim.ts';
import type { ConstraintExplanation, Explanation, ExplanationStep } from '../infer/explain/explain.ts';
import {
  type ExplanationNames,
  type ExplanationRow,
  explanationRows,
  formatSize,
  placeText,
} from '../infer/explain/format.ts';
import type { Place } from '../infer/explain/place.ts';
import { entryOf } from '../ir/contract.ts';
import type { Value } from '../ir/graph.ts';
import { formatType } from '../ir/type.ts';
import { formatTable } from './table.ts';

/** Collects answers and writes them. */
export class ExplanationReport {
  readonly #names: ExplanationNames;
  readonly #fed: ReadonlySet<SymbolDim>;
  readonly #explanations: Explanation[] = [];
  readonly #constraints: ConstraintExplanation[] = [];
  readonly #scalars: Value[] = [];

  /** @param fed the symbols that feeds settle */
  constructor(names: ExplanationNames, fed: ReadonlySet<SymbolDim>) {
    this.#names = names;
    this.#fed = fed;
  }

  add(explanation: Explanation): void {
    this.#explanations.push(explanation);
  }

  addConstraint(explanation: ConstraintExplanation): void {
    this.#constraints.push(explanation);
  }

  /** Adds a value that has no axis to explain. */
  addWithoutAxes(value: Value): void {
    this.#scalars.push(value);
  }

  /** @param isWhole whether nodes that only pass a size on have a line each */
  lines(hasColor: boolean, isWhole: boolean): string[] {
    const lines = this.#scalars.map((value) => this.#withoutAxes(value));
    let isShort = false;
    for (const explanation of this.#explanations) {
      const rows = explanationRows(explanation, this.#names, isWhole);
      const [first] = rows;
      if (first) lines.push(`${first.place} is ${first.size}`, ...tableOf(rows, hasColor));
      isShort ||= rows.length < explanation.steps.length;
    }
    for (const explanation of this.#constraints) lines.push(...this.#constraintLines(explanation));
    if (isShort) lines.push('--all shows the nodes that pass a size on, one by one');
    return lines;
  }

  #withoutAxes(value: Value): string {
    const { type } = value;
    const isOpen = type.kind === 'unknown' || ('shape' in type && !type.shape);
    const what = isOpen ? 'its rank is not known' : 'it has no axis to explain';
    return `${this.#names.ofValue(value)} is ${formatType(type, this.#names.symbols.format)}: ${what}`;
  }

  #constraintLines({ constraint, symbols }: ConstraintExplanation): string[] {
    const { expr, scope } = entryOf(constraint, this.#names.symbols, this.#fed);
    const lines = [`${expr} must hold${scope === 'run' ? ', which only a run shows' : ''}`];
    for (const origin of constraint.origins) lines.push(`  asked for by ${formatOrigin(origin)}`);
    for (const { symbol, place } of symbols) {
      if (place) lines.push(`  ${this.#names.symbols.format(symbol)} is in ${this.#place(place)}`);
    }
    return lines;
  }

  #place(place: Place): string {
    return placeText(place, this.#names);
  }

  /** The answers as JSON: a place is `{value, axis}` or `{value, element}`. */
  json(): object {
    return {
      explanations: this.#explanations.map(({ steps }) => ({
        ...this.#jsonPlace(steps[0]?.place),
        size: steps[0] ? formatSize(steps[0].size, this.#names) : null,
        steps: steps.map((step) => this.#jsonStep(step)),
      })),
      constraints: this.#constraints.map(({ constraint, symbols }) => {
        const { kind, expr, scope } = entryOf(constraint, this.#names.symbols, this.#fed);
        return {
          kind,
          expr,
          scope,
          origins: constraint.origins.map((origin) => formatOrigin(origin)),
          symbols: symbols.map(({ symbol, place }) => ({
            symbol: this.#names.symbols.format(symbol),
            place: place ? this.#jsonPlace(place) : null,
          })),
        };
      }),
    };
  }

  #jsonStep(step: ExplanationStep): object {
    const [row] = explanationRows({ steps: [step] }, this.#names, true);
    return {
      ...this.#jsonPlace(step.place),
      kind: step.kind,
      size: formatSize(step.size, this.#names),
      formula: step.formula && step.from.length > 0 ? row?.from : null,
      from: step.from.map((place) => this.#jsonPlace(place)),
      node: step.node ? { op: step.node.op, name: this.#names.ofNode(step.node) || null } : null,
      origin: formatOrigin(step.origin) || null,
      note: step.note ?? null,
    };
  }

  #jsonPlace(place: Place | undefined): object {
    if (!place) return {};
    const { value, kind, index } = place;
    return { value: this.#names.ofValue(value), [kind]: index };
  }
}

const tableOf = (rows: readonly ExplanationRow[], hasColor: boolean): string[] =>
  formatTable(
    ['', 'is', 'from', 'by'],
    rows.map(({ place, size, from, by }) => [place, size, from, by]),
    hasColor,
  ).map((line) => `  ${line}`);

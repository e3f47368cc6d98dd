// Costs as tables for people and as JSON for programs.
import { type Count, constantCount } from '../dim/count.ts';
import { formatCount } from '../dim/count-text.ts';
import type { NameOf } from '../dim/text.ts';
import type { Cost } from '../infer/cost/cost.ts';
import { type CostGroup, costByOperator, costByPath } from '../infer/cost/group-cost.ts';
import { MEASURES, type Measures, trafficOf } from '../infer/cost/measures.ts';
import { nodeLabel } from '../infer/cost/node-measures.ts';
import { formatAmount } from './format-amount.ts';
import { FormulaNames } from './formula-names.ts';
import { formatTable } from './table.ts';

/** What the lines of a report stand for. */
export type CostBy = 'node' | 'path' | 'operator';

/** One count as JSON: the formula, and the number where no symbol is left, as text beyond 2^53. */
export interface JsonCount {
  readonly formula: string;
  readonly value: number | string | null;
}

/** How a report is made. */
export interface CostReportOptions {
  readonly by: CostBy | undefined;
  /** How many parts of the paths are told apart. */
  readonly depth: number;
  readonly nameOf: NameOf;
}

/** One line of a report. */
interface Line extends Measures {
  readonly label: string;
  readonly count: string;
  readonly parameters: Count | undefined;
}

/** The report of one cost. */
export class CostReport {
  readonly #cost: Cost;
  readonly #options: CostReportOptions;

  constructor(cost: Cost, options: CostReportOptions) {
    this.#cost = cost;
    this.#options = options;
  }

  /** The cost as JSON; `formulas` are those of the model before sizes were bound. */
  json(formulas: Cost = this.#cost): object {
    const cost = this.#cost;
    const pair = (count: Count, formula: Count = count): JsonCount => this.#json(count, formula);
    return {
      parameters: {
        elements: pair(cost.parameters.elements, formulas.parameters.elements),
        bytes: pair(cost.parameters.bytes, formulas.parameters.bytes),
      },
      constants: { elements: pair(cost.constants.elements), bytes: pair(cost.constants.bytes) },
      ...Object.fromEntries(MEASURES.map((name) => [name, pair(cost[name], formulas[name])])),
      peak: { ...pair(cost.peak, formulas.peak), at: cost.peakAt.map(({ node }) => nodeLabel(node)) },
      open: formulas.open.map(({ symbol, meaning }) => ({ symbol: this.#options.nameOf(symbol), meaning })),
      ...this.#jsonLines(),
    };
  }

  /** The cost for a person. */
  lines(hasColor: boolean, formulas: Cost = this.#cost): readonly string[] {
    const cost = this.#cost;
    const totals: readonly (readonly [string, Count, Count, string])[] = [
      ['parameters', cost.parameters.elements, formulas.parameters.elements, ''],
      ['weights', cost.parameters.bytes, formulas.parameters.bytes, 'B'],
      ...MEASURES.map(
        (name) => [name, cost[name], formulas[name], name === 'read' || name === 'written' ? 'B' : ''] as const,
      ),
      ['peak', cost.peak, formulas.peak, 'B'],
    ];
    const names = new FormulaNames(
      totals.map(([, , formula]) => formula),
      this.#options.nameOf,
    );
    const rows = totals.map(([name, count, formula, unit]) => [
      name,
      this.#amount(count, unit),
      formulaOf(formula, names),
    ]);
    const lines = [...formatTable(...withoutEmpty(['', 'number', 'formula'], rows), hasColor)];
    const places = [...new Set(cost.peakAt.map(({ node }) => nodeLabel(node)))];
    if (places.length > 0) lines.push(`the peak is at ${places.slice(0, 4).join(', or ')}`);
    for (const { symbol, meaning } of formulas.open) lines.push(`${this.#options.nameOf(symbol) ?? ''}: ${meaning}`);
    const table = this.#options.by ? ['', ...formatTable(this.#header(), this.#rows(names), hasColor)] : [];
    return [...lines, ...names.lines(), ...table];
  }

  #amount(count: Count, unit = ''): string {
    const value = constantCount(count);
    return value === undefined ? '' : formatAmount(value, unit);
  }

  #header(): readonly string[] {
    const { by } = this.#options;
    return [
      by === 'path' ? 'layer' : (by ?? ''),
      by === 'node' ? 'operator' : 'nodes',
      'parameters',
      'macs',
      'flops',
      'bytes',
    ];
  }

  #rows(names: FormulaNames): string[][] {
    return this.#lines().map((line) => [
      line.label,
      line.count,
      line.parameters ? this.#cell(line.parameters, names) : '',
      this.#cell(line.macs, names),
      this.#cell(line.flops, names),
      this.#cell(trafficOf(line), names, 'B'),
    ]);
  }

  #cell(count: Count, names: FormulaNames, unit = ''): string {
    return this.#amount(count, unit) || formulaOf(count, names);
  }

  #lines(): readonly Line[] {
    const { by, depth } = this.#options;
    const cost = this.#cost;
    if (by === 'operator') return byWork(costByOperator(cost)).map((group) => lineOf(group, group.key || '(unread)'));
    if (by === 'path') {
      return costByPath(cost, depth).map((group) => lineOf(group, `${'  '.repeat(group.depth)}${lastPart(group)}`));
    }
    return cost.nodes.map((each) => ({ ...each, label: each.name, count: each.node.op, parameters: undefined }));
  }

  #jsonLines(): object {
    const { by, depth } = this.#options;
    const cost = this.#cost;
    const measures = (part: Measures): object =>
      Object.fromEntries(MEASURES.map((name) => [name, this.#json(part[name])]));
    const group = (each: CostGroup): object => ({
      nodes: each.nodes,
      parameters: this.#json(each.parameters),
      ...measures(each),
    });
    switch (by) {
      case undefined:
        return {};
      case 'operator':
        return { operators: costByOperator(cost).map((each) => ({ operator: each.key, ...group(each) })) };
      case 'path':
        return { paths: costByPath(cost, depth).map((each) => ({ path: each.key, ...group(each) })) };
      case 'node':
        return {
          nodes: cost.nodes.map((each) => ({
            name: each.name,
            operator: each.node.op,
            domain: each.node.domain,
            path: each.path.join('.'),
            runs: this.#json(each.runs),
            ...measures(each),
            ...(each.branches
              ? { branches: each.branches.map((part) => ({ name: part.name, ...measures(part) })) }
              : {}),
          })),
        };
    }
  }

  #json(count: Count, formula: Count = count): JsonCount {
    const value = constantCount(count);
    const isSafe = value !== undefined && value <= BigInt(Number.MAX_SAFE_INTEGER);
    return {
      formula: formatCount(formula, this.#options.nameOf),
      value: value === undefined ? null : isSafe ? Number(value) : String(value),
    };
  }
}

/** A formula where there are symbols; the exact number is in the JSON. */
const formulaOf = (count: Count, names: FormulaNames): string =>
  constantCount(count) === undefined ? names.text(count) : '';

/** A table without the columns in which no row says anything. */
function withoutEmpty(header: readonly string[], rows: readonly string[][]): [readonly string[], readonly string[][]] {
  const kept = header.map((_, i) => rows.some((row) => row[i] !== ''));
  const keep = (row: readonly string[]): string[] => row.filter((_, i) => kept[i]);
  return [keep(header), rows.map(keep)];
}

function lineOf(group: CostGroup, label: string): Line {
  return { ...group, label, count: String(group.nodes) };
}

const lastPart = ({ key, depth }: CostGroup): string => (depth === 0 ? '(model)' : (key.split('.').at(-1) ?? key));

/** Most work first, where the work is a number. */
function byWork(groups: readonly CostGroup[]): readonly CostGroup[] {
  return groups.toSorted((a, b) => {
    const [x, y] = [constantCount(a.flops), constantCount(b.flops)];
    if (x === undefined || y === undefined) return 0;
    return x === y ? 0 : x > y ? -1 : 1;
  });
}

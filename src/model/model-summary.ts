// The summary of a model as an object and as a table that is readable at 80 columns.
import { type Count, constantCount } from '../dim/count.ts';
import { formatCount } from '../dim/count-text.ts';
import { type Dim, hasUnknown } from '../dim/dim.ts';
import type { Graph } from '../ir/graph.ts';
import { SymbolNames } from '../ir/symbol-names.ts';
import { formatShape, formatType, type ValueType } from '../ir/type.ts';
import { formatSummary } from './summary-table.ts';

/** One layer of a summary. Layers that have no row of their own are counted in the one that holds them; the sums of the rows are the totals. */
export interface SummaryRow {
  /** The dotted path; empty for the model itself. */
  readonly path: string;
  /** What it is: `conv2d`; empty for a model that is a function. */
  readonly kind: string;
  /** 0 for the model itself, 1 for its layers. */
  readonly depth: number;
  /** The types of what its first call gives; none where no call was traced. */
  readonly outputs: readonly ValueType[];
  /** Whether layers inside of it have rows. */
  readonly hasChildren: boolean;
  /** Elements of its parameters, shared ones with their first owner; undefined while a size is unknown. */
  readonly parameters: number | undefined;
  /** Those of them that are trainable. */
  readonly trainable: number | undefined;
  /** Operations of one run, as of `costOf`; undefined while sizes are unknown. */
  readonly flops: Count | undefined;
}

/** What a whole model has; undefined while a size is unknown. */
export interface SummaryTotal {
  readonly parameters: number | undefined;
  readonly trainable: number | undefined;
  readonly frozen: number | undefined;
  /** Elements of running statistics and the like. */
  readonly buffers: number | undefined;
  /** Bytes of all of them. */
  readonly bytes: number | undefined;
  /** Elements of the parameters whose sizes are known. */
  readonly known: number;
  /** How many parameters have an unknown size. */
  readonly open: number;
  readonly flops: Count | undefined;
}

/** What a summary is made of. */
export interface SummaryParts {
  readonly name: string;
  readonly state: 'defined' | 'bound';
  readonly graph: Graph | undefined;
  readonly rows: readonly SummaryRow[];
  readonly total: SummaryTotal;
  readonly width: number;
}

/** The summary of a model; its text is a table. */
export class ModelSummary {
  readonly name: string;
  readonly state: 'defined' | 'bound';
  /** The model itself, then its layers, each before those inside of it. */
  readonly rows: readonly SummaryRow[];
  readonly total: SummaryTotal;
  readonly #names = new SymbolNames();
  readonly #width: number;

  constructor(parts: SummaryParts) {
    this.name = parts.name;
    this.state = parts.state;
    this.rows = parts.rows;
    this.total = parts.total;
    this.#width = parts.width;
    for (const { type } of parts.graph?.inputs ?? []) this.#names.reserve(type);
  }

  /** The shape that a row gives, `[batch, 256]`, its element type in front where it is not float32; the number of further values behind. */
  outputText({ outputs }: SummaryRow): string {
    const [first] = outputs;
    if (!first) return '?';
    const text =
      first.kind === 'tensor' && (first.dtype === 'float32' || first.dtype === 'undefined')
        ? formatShape(first.shape, this.#format)
        : formatType(first, this.#format);
    return outputs.length > 1 ? `${text} +${outputs.length - 1}` : text;
  }

  /** The formula of a count, `?` for an unknown one. */
  countText(count: Count | undefined): string {
    return count ? formatCount(count, this.#names.nameOf) : '?';
  }

  readonly #format = (dim: Dim): string => (hasUnknown(dim) ? '?' : this.#names.format(dim));

  /** The table with its totals, as wide as `summary()` was asked for. */
  toString(): string {
    return formatSummary(this, this.#width).join('\n');
  }

  /** Node's `util.inspect` asks for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** What `JSON.stringify` takes: shapes and formulas as text, unknown ones as null. */
  toJSON(): object {
    const flopsOf = (flops: Count | undefined): object => {
      const value = flops && constantCount(flops);
      const isSafe = value !== undefined && value <= BigInt(Number.MAX_SAFE_INTEGER);
      return {
        formula: flops ? this.countText(flops) : null,
        value: value === undefined ? null : isSafe ? Number(value) : String(value),
      };
    };
    const { flops, parameters = null, trainable = null, frozen = null, buffers = null, bytes = null } = this.total;
    return {
      name: this.name,
      state: this.state,
      layers: this.rows.map((row) => ({
        path: row.path,
        kind: row.kind,
        depth: row.depth,
        outputs: row.outputs.map((type) => formatType(type, this.#format)),
        parameters: row.parameters ?? null,
        trainable: row.trainable ?? null,
        flops: flopsOf(row.flops),
      })),
      total: { parameters, trainable, frozen, buffers, bytes, open: this.total.open, flops: flopsOf(flops) },
    };
  }
}

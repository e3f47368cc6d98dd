// The text of a summary: columns that line up, and notes for the cells that are too long for them.
import { constantCount } from '../dim/count.ts';
import type { ModelSummary, SummaryRow } from './model-summary.ts';

const HEADER = ['layer', 'output', 'parameters', 'flops'];
const GAP = 2;
/** What the columns of layers and outputs may take of the width that parameters leave. */
const MOST = [0.55, 0.45];
/** The least that formulas get: the header, or the sign of a note. */
const LEAST = 5;

/** Cells that stand below the table. */
class Notes {
  readonly texts: string[] = [];

  /** The text where it fits, else the sign of its note. */
  fit(text: string, width: number): string {
    if (text.length <= width) return text;
    const [indent = ''] = /^ */.exec(text) ?? [];
    const bare = text.slice(indent.length);
    const known = this.texts.indexOf(bare);
    return `${indent}(${known >= 0 ? known + 1 : this.texts.push(bare)})`;
  }
}

/** The lines of a summary at a width in columns. */
export function formatSummary(summary: ModelSummary, width: number): string[] {
  const notes = new Notes();
  const rows = summary.rows.map((row, i) => cellsOf(summary, i, row));
  const widths = widthsOf(rows, width);
  const [, , , flops = 0] = widths;
  const table = rows.map(([layer = '', output = '', parameters = '', operations = '']) => [
    notes.fit(layer, widths[0] ?? 0),
    notes.fit(output, widths[1] ?? 0),
    parameters,
    notes.fit(operations, flops),
  ]);
  const lines = [HEADER, ...table].map((cells) => lineOf(cells, widths));
  const rule = '-'.repeat(Math.max(...lines.map(({ length }) => length)));
  const [header = '', ...body] = lines;
  const below = notes.texts.flatMap((text, i) => wrap(`(${i + 1}) ${text}`, width));
  return [header, rule, ...body, rule, ...totalLines(summary, width), ...below];
}

function cellsOf(summary: ModelSummary, index: number, row: SummaryRow): readonly string[] {
  const name = row.depth === 0 ? summary.name : pathInParent(summary.rows, index, row);
  const label = `${'  '.repeat(row.depth)}${[name, row.kind].filter(Boolean).join(' ')}`;
  // What only holds other layers has nothing of its own to tell.
  const isBare = row.hasChildren && row.parameters === 0;
  const hasNoWork = row.hasChildren && row.flops !== undefined && constantCount(row.flops) === 0n;
  return [
    label,
    summary.outputText(row),
    isBare ? '' : grouped(row.parameters),
    hasNoWork || (row.hasChildren && !row.flops) ? '' : summary.countText(row.flops),
  ];
}

/** What the path has behind that of the row that holds it. */
function pathInParent(rows: readonly SummaryRow[], index: number, { path, depth }: SummaryRow): string {
  for (let i = index - 1; i > 0; i--) {
    const above = rows[i];
    if (above && above.depth < depth)
      return path.startsWith(`${above.path}.`) ? path.slice(above.path.length + 1) : path;
  }
  return path;
}

function widthsOf(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const longest = (column: number): number =>
    Math.max(HEADER[column]?.length ?? 0, ...rows.map((row) => row[column]?.length ?? 0));
  const third = longest(2);
  const left = width - third - LEAST - 3 * GAP;
  const [first = 0, second = 0] = [0, 1].map((i) => Math.min(longest(i), Math.floor((MOST[i] ?? 1) * left)));
  return [first, second, third, Math.max(Math.min(longest(3), width - first - second - third - 3 * GAP), LEAST)];
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, i) => (i === 2 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
    .join(' '.repeat(GAP))
    .trimEnd();
}

function totalLines(summary: ModelSummary, width: number): readonly string[] {
  const { parameters, trainable, frozen, buffers, bytes, known, open, flops } = summary.total;
  const parts = [
    `${grouped(trainable)} trainable`,
    ...(frozen === 0 ? [] : [`${grouped(frozen)} frozen`]),
    ...(buffers === 0 ? [] : [`${grouped(buffers)} in buffers`]),
  ];
  const all =
    open === 0
      ? `parameters: ${grouped(parameters)} (${parts.join(', ')}), ${grouped(bytes)} bytes`
      : `parameters: ? (${grouped(known)} known; ${open} ${open === 1 ? 'tensor waits' : 'tensors wait'} for a batch)`;
  return [...wrap(all, width), ...wrap(`flops: ${summary.countText(flops)}`, width)];
}

/** `25,557,032`; `?` for an unknown number. */
const grouped = (value: number | undefined): string =>
  value === undefined ? '?' : String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** A text in lines of a width, parted at spaces; further lines are indented. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `    ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

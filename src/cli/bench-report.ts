// The results of a bench as a table for people and as JSON for programs.

import type { BenchResult } from './bench-results.ts';
import type { AbsentProvider } from './bench-variants.ts';
import { formatAmount } from './format-amount.ts';
import { formatTime } from './format-time.ts';
import type { Io } from './io.ts';
import type { MachineFacts } from './machine.ts';
import { formatTable } from './table.ts';

/** All that a bench found. */
export interface BenchReport {
  readonly files: readonly string[];
  readonly machine: MachineFacts;
  readonly results: readonly BenchResult[];
  readonly absent: readonly AbsentProvider[];
  /** What is doubtful of all results. */
  readonly doubts: readonly string[];
}

/** The report as JSON. */
export function benchJson({ files, machine, results, absent, doubts }: BenchReport): object {
  return { files, machine, results: results.map(resultJson), absent, doubts };
}

function resultJson(result: BenchResult): object {
  const { variant, point, feeds, times, latency, runs, items, flops, ratio, doubts } = result;
  const inputs = Object.entries(feeds.feeds).map(([name, { dtype, shape }]) => [name, { dtype, shape }]);
  const isPool = variant.concurrency > 1;
  return {
    file: variant.runnable.file,
    provider: variant.provider,
    fallbacks: variant.fallbacks,
    threads: variant.threads ?? null,
    concurrency: variant.concurrency,
    swept: point.swept,
    inputs: Object.fromEntries(inputs),
    load: variant.load,
    first: times.first,
    latency,
    throughput: { runs, items: items ? runs * items.size : null, symbol: items?.symbol ?? null },
    operations: { flops: flops ?? null, perSecond: flops === undefined ? null : flops * runs },
    memory: { loaded: variant.loadedBytes ?? null, peak: isPool ? null : times.peak },
    measured: times.wall,
    processor: isPool ? null : times.processor,
    gc: times.gc,
    eventLoopDelay: times.eventLoopDelay,
    ratio: ratio ?? null,
    doubts,
  };
}

interface Column {
  readonly name: string;
  readonly cell: (result: BenchResult) => string;
}

/** The report for a person; columns that a narrow terminal has no room for are left out. */
export function benchLines(
  report: BenchReport,
  { hasColor, columns: width }: Pick<Io, 'hasColor' | 'columns'>,
): string[] {
  const { machine, results, absent, doubts } = report;
  const all = columnsFor(results);
  const columns = width === undefined ? all : fitting(all, results, width);
  const rows = results.map((result) => columns.map(({ cell }) => cell(result)));
  const header = columns.map(({ name }) => name);
  const lines = [machineLine(machine), ...sizesLine(results), ...formatTable(header, rows, hasColor)];
  const left = all.filter((column) => !columns.includes(column)).map(({ name }) => name);
  if (left.length > 0) lines.push(`a wider terminal also shows ${left.join(', ')}`);
  for (const { file, provider, reason } of absent) lines.push(`${provider} is absent for ${file}: ${reason}`);
  for (const doubt of doubts) lines.push(`note: ${doubt}`);
  return [...lines, ...resultNotes(results)];
}

/** What is doubtful of some results: each doubt once, with the results that it is of where it is not of all. */
function resultNotes(results: readonly BenchResult[]): string[] {
  const byDoubt = new Map<string, BenchResult[]>();
  for (const result of results) {
    for (const doubt of result.doubts) byDoubt.set(doubt, [...(byDoubt.get(doubt) ?? []), result]);
  }
  return [...byDoubt].map(([doubt, of]) => {
    if (of.length === results.length) return `note: ${doubt}`;
    return `note: ${of.flatMap((result) => labelOf(result, results)).join('; ')}: ${doubt}`;
  });
}

/** The sizes of symbols that no column tells. */
function sizesLine(results: readonly BenchResult[]): string[] {
  const sizes = new Map<string, Set<number>>();
  for (const { feeds, point } of results) {
    for (const [name, size] of feeds.sizes) {
      if (!Object.hasOwn(point.swept, name)) sizes.set(name, (sizes.get(name) ?? new Set()).add(size));
    }
  }
  const told = [...sizes].map(([name, each]) => `${name}=${[...each].join(' or ')}`);
  return told.length > 0 ? [`sizes: ${told.join(' ')}`] : [];
}

/** Columns in the order in which they are left out. */
const LEAST_NEEDED: readonly string[] = ['samples', 'memory', 'load', 'first', 'max', 'operations', 'p90', 'items/s'];

/** The columns that lines of so many characters have room for; those that tell results apart stay. */
function fitting(columns: readonly Column[], results: readonly BenchResult[], width: number): readonly Column[] {
  const widthOf = ({ name, cell }: Column): number =>
    results.reduce((most, result) => Math.max(most, [...cell(result)].length), name.length);
  let kept = columns;
  for (const least of LEAST_NEEDED) {
    if (kept.reduce((sum, column) => sum + widthOf(column) + 2, -2) <= width) break;
    kept = kept.filter(({ name }) => name !== least);
  }
  return kept;
}

const machineLine = ({ processor, cores, node, onnxruntime }: MachineFacts): string =>
  `${processor}, ${cores} cores, Node ${node}, onnxruntime-node ${onnxruntime ?? 'unknown'}`;

/** What tells a result from the others. */
export function labelOf(result: BenchResult, results: readonly BenchResult[]): readonly string[] {
  const parts = identity(results).map(({ cell, name }) => (isPlain(name) ? cell(result) : `${name} ${cell(result)}`));
  return parts.length > 0 ? [parts.join(', ')] : [];
}

const isPlain = (name: string): boolean => name === 'file' || name === 'provider';

/** The columns in which results differ by what was asked for. */
function identity(results: readonly BenchResult[], isAll = false): readonly Column[] {
  const symbols = [...new Set(results.flatMap(({ point }) => Object.keys(point.swept)))];
  const columns: readonly Column[] = [
    { name: 'file', cell: ({ variant }) => variant.runnable.file },
    { name: 'provider', cell: ({ variant }) => variant.provider },
    { name: 'threads', cell: ({ variant }) => String(variant.threads ?? 'default') },
    { name: 'concurrency', cell: ({ variant }) => String(variant.concurrency) },
    ...symbols.map((symbol) => ({ name: symbol, cell: ({ point }: BenchResult) => String(point.swept[symbol] ?? '') })),
  ];
  return columns.filter(({ name, cell }) => (isAll && name === 'provider') || new Set(results.map(cell)).size > 1);
}

function columnsFor(results: readonly BenchResult[]): readonly Column[] {
  const time = (name: string, of: (result: BenchResult) => number): Column => ({
    name,
    cell: (result) => formatTime(of(result)),
  });
  const columns: Column[] = [
    ...identity(results, true),
    time('p50', ({ latency }) => latency.p50),
    time('p90', ({ latency }) => latency.p90),
    time('p99', ({ latency }) => latency.p99),
    time('max', ({ latency }) => latency.max),
    { name: 'runs/s', cell: ({ runs }) => rateText(runs) },
    { name: 'items/s', cell: ({ runs, items }) => (items ? rateText(runs * items.size) : '') },
    { name: 'operations', cell: ({ runs, flops }) => (flops === undefined ? '' : perSecond(flops * runs)) },
    { name: 'ratio', cell: ({ ratio }) => ratioText(ratio) },
    time('first', ({ times }) => times.first),
    time('load', ({ variant }) => variant.load),
    { name: 'memory', cell: ({ variant }) => bytesText(variant.loadedBytes) },
    { name: 'samples', cell: ({ latency }) => String(latency.samples) },
  ];
  return columns.filter(({ cell }) => results.some((result) => cell(result) !== ''));
}

/** Four digits; large numbers end with zeros and not with an exponent. */
const rateText = (rate: number): string =>
  rate < 1000 ? rate.toPrecision(4) : String(Math.round(Number(rate.toPrecision(4))));

const perSecond = (flops: number): string => formatAmount(BigInt(Math.round(flops)), 'FLOP/s');

const bytesText = (bytes: number | undefined): string =>
  bytes === undefined ? '' : formatAmount(BigInt(Math.round(bytes)), 'B');

const ratioText = (ratio: BenchResult['ratio']): string =>
  ratio ? `${ratio.p50.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})` : '';

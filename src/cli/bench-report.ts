// The results of a bench as a table for people and as JSON for programs.

import type { BenchResult } from './bench-results.ts';
import type { AbsentProvider } from './bench-variants.ts';
import { formatAmount } from './format-amount.ts';
import { formatTime } from './format-time.ts';
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

/** The report for a person. */
export function benchLines({ machine, results, absent, doubts }: BenchReport, hasColor: boolean): string[] {
  const columns = columnsFor(results);
  const rows = results.map((result) => columns.map(({ cell }) => cell(result)));
  const header = columns.map(({ name }) => name);
  const lines = [machineLine(machine), ...formatTable(header, rows, hasColor)];
  for (const { file, provider, reason } of absent) lines.push(`${provider} is absent for ${file}: ${reason}`);
  for (const doubt of doubts) lines.push(`note: ${doubt}`);
  for (const result of results) {
    for (const doubt of result.doubts) lines.push(`note: ${[...labelOf(result, results), doubt].join(': ')}`);
  }
  return lines;
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
    { name: 'runs/s', cell: ({ runs }) => runs.toPrecision(4) },
    { name: 'items/s', cell: ({ runs, items }) => (items ? (runs * items.size).toPrecision(4) : '') },
    { name: 'operations', cell: ({ runs, flops }) => (flops === undefined ? '' : perSecond(flops * runs)) },
    { name: 'ratio', cell: ({ ratio }) => ratioText(ratio) },
    time('first', ({ times }) => times.first),
    time('load', ({ variant }) => variant.load),
    { name: 'memory', cell: ({ variant }) => bytesText(variant.loadedBytes) },
    { name: 'samples', cell: ({ latency }) => String(latency.samples) },
  ];
  return columns.filter(({ cell }) => results.some((result) => cell(result) !== ''));
}

const perSecond = (flops: number): string => formatAmount(BigInt(Math.round(flops)), 'FLOP/s');

const bytesText = (bytes: number | undefined): string =>
  bytes === undefined ? '' : formatAmount(BigInt(Math.round(bytes)), 'B');

const ratioText = (ratio: BenchResult['ratio']): string =>
  ratio ? `${ratio.p50.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})` : '';

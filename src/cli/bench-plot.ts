// The plot of a bench: times and throughput over a symbol that was swept, else the percentiles of each measurement.
import { linePlot, type PlotAxis, type PlotPanel, type PlotSeries } from '../../codegen/html/line-plot.ts';
import { type BenchReport, labelOf } from './bench-report.ts';
import type { BenchResult } from './bench-results.ts';
import { formatTime, timeUnit } from './format-time.ts';

/**
 * The plot as SVG.
 *
 * @param isLogarithmic whether times and throughput are laid out by their logarithms
 */
export function benchPlot(report: BenchReport, isLogarithmic: boolean): string {
  const { files, machine, results } = report;
  const symbol = sweptSymbol(results);
  const scale = isLogarithmic ? 'logarithmic' : 'linear';
  const panels = symbol === undefined ? [percentilePanel(results, scale)] : sweepPanels(results, symbol, scale);
  const onnxruntime = machine.onnxruntime === null ? '' : `, onnxruntime-node ${machine.onnxruntime}`;
  return linePlot({
    title: `dimwise bench ${files.join(' ')}`,
    subtitle: `${machine.processor}, ${machine.cores} cores${onnxruntime}`,
    panels,
  });
}

type Scale = 'linear' | 'logarithmic';

/** The symbol with the most sizes. */
function sweptSymbol(results: readonly BenchResult[]): string | undefined {
  const counts = new Map<string, Set<number>>();
  for (const { point } of results) {
    for (const [name, size] of Object.entries(point.swept)) {
      const sizes = counts.get(name) ?? new Set();
      counts.set(name, sizes.add(size));
    }
  }
  const [most] = [...counts].filter(([, sizes]) => sizes.size > 1).sort(([, a], [, b]) => b.size - a.size);
  return most?.[0];
}

function sweepPanels(results: readonly BenchResult[], symbol: string, scale: Scale): PlotPanel[] {
  const sizes = [...new Set(results.map(({ point }) => point.swept[symbol] ?? 0))].sort((a, b) => a - b);
  const groups = groupsOf(results, symbol);
  const lines = (of: (result: BenchResult) => number, isDashed = false): PlotSeries[] =>
    [...groups].map(([name, group]) => ({
      name,
      isDashed,
      points: group
        .map((result): [number, number] => [result.point.swept[symbol] ?? 0, of(result)])
        .sort(([a], [b]) => a - b),
    }));
  const [least = 1, greatest = 1] = [sizes[0], sizes.at(-1)];
  const isSpread = least > 0 && greatest / least >= 8;
  const x = {
    label: isSpread ? `${symbol}, logarithmic` : symbol,
    scale: isSpread ? 'logarithmic' : 'linear',
    ticks: sizes,
    format: String,
  } as const;
  const times = [...lines(({ latency }) => latency.p50), ...lines(({ latency }) => latency.p99, true)];
  const isItems = results.every(({ items }) => items !== undefined);
  const rate = isItems ? 'items/s' : 'runs/s';
  return [
    {
      title: 'time of a run: median, and dashed the 99th percentile',
      x,
      y: timeAxis(times, scale),
      series: times,
    },
    {
      title: 'throughput',
      x,
      y: { label: rate, scale, format: thousands },
      series: lines(({ runs, items }) => runs * (isItems ? (items?.size ?? 1) : 1)),
    },
  ];
}

const thousands = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });

/** An axis whose ticks have one unit, which its label tells. */
function timeAxis(series: readonly PlotSeries[], scale: Scale): PlotAxis {
  const { name, milliseconds } = timeUnit(series.flatMap(({ points }) => points.map(([, time]) => time)));
  return { label: `time in ${name}`, scale, format: (time) => thousands(time / milliseconds), formatPoint: formatTime };
}

/** The results of each line, by its name: what differs beside the symbol. */
function groupsOf(results: readonly BenchResult[], symbol: string): ReadonlyMap<string, readonly BenchResult[]> {
  const without = results.map((result) => {
    const { [symbol]: _, ...swept } = result.point.swept;
    return { ...result, point: { ...result.point, swept } };
  });
  const groups = new Map<string, BenchResult[]>();
  for (const [i, result] of results.entries()) {
    const name = labelOf(without[i] ?? result, without)[0] ?? result.variant.provider;
    const group = groups.get(name) ?? [];
    group.push(result);
    groups.set(name, group);
  }
  return groups;
}

/** The shares of runs that are shown, and where they stand: each step halves or more what is left. */
const SHARES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

function percentilePanel(results: readonly BenchResult[], scale: Scale): PlotPanel {
  const left = (share: number): number => 1 / (1 - share);
  const series = results.map((result) => ({
    name: labelOf(result, results)[0] ?? result.variant.provider,
    points: SHARES.map(([name, share]): [number, number] => [left(share), result.latency[name]]),
  }));
  const names = new Map(SHARES.map(([name, share]) => [left(share), name]));
  return {
    title: 'time that so much of all runs do not exceed',
    x: {
      label: 'percentile',
      scale: 'logarithmic',
      ticks: [...names.keys()],
      format: (value) => names.get(value) ?? String(value),
    },
    y: timeAxis(series, scale),
    series,
  };
}

// The options of `dimwise bench`: lists of sizes, providers, threads and concurrencies, and how long each is measured.

import type { Provider } from '../runtime/provider.ts';
import type { Bindings } from './bind-option.ts';
import { parseBind } from './bind-option.ts';
import { type InputSource, parseSources } from './feed-source.ts';
import { limitOption } from './limit-option.ts';
import { fileKind } from './open-model.ts';
import { flagOption, listOption, type OptionValues, seedOption, textOption } from './options.ts';
import { pictureOption } from './picture-option.ts';
import { parseProvider } from './provider-option.ts';
import { usageError } from './report.ts';
import type { RunnableOptions } from './runnable.ts';
import { weightsOption } from './weights-option.ts';

/** One set of sizes that is measured. */
export interface BenchPoint {
  readonly bindings: Bindings;
  /** The sizes of symbols that are listed, by name. */
  readonly swept: Readonly<Record<string, number>>;
}

/** What a bench measures. */
export interface BenchSettings {
  readonly open: Omit<RunnableOptions, 'bindings'>;
  readonly points: readonly BenchPoint[];
  readonly sources: readonly InputSource[];
  /** Empty for those that a session tries by default. */
  readonly providers: readonly Provider[];
  /** Threads of ONNX Runtime; undefined for its default. */
  readonly threads: readonly (number | undefined)[];
  readonly concurrency: readonly number[];
  /** Milliseconds of each measurement. */
  readonly time: number;
  readonly runs: number | undefined;
  readonly warmup: number;
  readonly svg: string | undefined;
  readonly isLogarithmic: boolean;
  readonly isJson: boolean;
}

/** So many measurements are a mistake rather than a plan. */
const MOST_POINTS = 1000;

/**
 * Reads the options.
 *
 * @throws CLI_USAGE when one cannot be read
 */
export function benchSettings(files: readonly string[], options: OptionValues): BenchSettings {
  for (const file of files) fileKind(file);
  const twice = files.find((file, i) => files.indexOf(file) !== i);
  if (twice !== undefined) throw usageError(`${twice} is given twice`, 'copy it to compare it with itself');
  const runs = wholeOption(options, 'runs', 1);
  const seconds = textOption(options, 'seconds');
  if (runs !== undefined && seconds !== undefined) {
    throw usageError('--runs and --seconds both say how long to measure', 'give one of them');
  }
  const svg = pictureOption(options, 'svg');
  const isLogarithmic = flagOption(options, 'log');
  if (isLogarithmic && svg === undefined)
    throw usageError('--log is of the plot, which --svg asks for', '--svg plot.svg --log');
  return {
    open: {
      isStatic: flagOption(options, 'static'),
      seed: seedOption(options),
      weights: weightsOption(options),
      limits: limitOption(options),
    },
    points: benchPoints(listOption(options, 'bind')),
    sources: parseSources(listOption(options, 'input')),
    providers: [...new Set(listOption(options, 'provider').flatMap((text) => text.split(',').map(parseProvider)))],
    threads: numbersOption(options, 'threads') ?? [undefined],
    concurrency: numbersOption(options, 'concurrency') ?? [1],
    time: 1000 * (seconds === undefined ? 3 : positive('--seconds', seconds)),
    runs,
    warmup: wholeOption(options, 'warmup', 1) ?? 5,
    svg,
    isLogarithmic,
    isJson: flagOption(options, 'json'),
  };
}

/** Reads --bind, in which a symbol may have a list of sizes: each combination of them is a point. */
export function benchPoints(values: readonly string[]): readonly BenchPoint[] {
  const plain: string[] = [];
  const lists: (readonly [name: string, sizes: readonly number[]])[] = [];
  for (const value of values) {
    const [, name, sizes = ''] = /^([^=[\]()]+)=(\d+(?:,\d+)+)$/.exec(value) ?? [];
    if (name === undefined) plain.push(value);
    else lists.push([name.trim(), [...new Set(sizes.split(',').map(Number))]]);
  }
  const names = lists.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw usageError(`--bind names "${twice}" twice`);
  const count = lists.reduce((product, [, sizes]) => product * sizes.length, 1);
  if (count > MOST_POINTS) throw usageError(`--bind asks for ${count} combinations of sizes, more than ${MOST_POINTS}`);
  let swept: readonly Readonly<Record<string, number>>[] = [{}];
  for (const [name, sizes] of lists) {
    swept = swept.flatMap((point) => sizes.map((size) => ({ ...point, [name]: size })));
  }
  return swept.map((point) => {
    const sizes = Object.entries(point).map(([name, size]) => `${name}=${size}`);
    return { bindings: parseBind([...plain, ...sizes]), swept: point };
  });
}

/** Whole numbers between commas, from 1 on; undefined where the option was not given. */
function numbersOption(options: OptionValues, name: string): readonly number[] | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  if (!/^\d+(?:,\d+)*$/.test(text)) throw usageError(`--${name} ${text} is no list of numbers`, `--${name} 1,2`);
  const numbers = [...new Set(text.split(',').map(Number))];
  const wrong = numbers.find((each) => each < 1 || each > 1024);
  if (wrong !== undefined) throw usageError(`--${name} takes numbers from 1 to 1024, not ${wrong}`);
  return numbers;
}

/** A whole number; undefined where the option was not given. @throws CLI_USAGE when it is none, or less than `least` */
export function wholeOption(options: OptionValues, name: string, least: number): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < least || value > 10_000_000) {
    throw usageError(
      `--${name} ${text} is no whole number from ${least} to 10000000`,
      `--${name} ${Math.max(10, least)}`,
    );
  }
  return value;
}

function positive(option: string, text: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value <= 0 || value > 86_400) throw usageError(`${option} ${text} is no number of seconds`, `${option} 3`);
  return value;
}

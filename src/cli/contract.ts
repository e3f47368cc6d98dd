// dimwise contract: what valid feeds meet and what comes out, and whether some feeds are valid.
import type { Diagnostic } from '../base/errors.ts';
import { formatDiagnostic } from '../base/errors.ts';
import { type Contract, type ContractInput, contractOf } from '../ir/contract.ts';
import { checkFeeds, type FeedShape, type OutputShape, outputShapes } from '../ir/feeds.ts';
import { type InputBinding, parseBindings } from './bind-option.ts';
import type { CommandCall } from './command-row.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { type GraphOptions, graphOptions, openGraph } from './open-graph.ts';
import { flagOption, listOption, readOptions } from './options.ts';
import { reportFailure, usageError } from './report.ts';
import { formatTable } from './table.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { tellWeights, weightsMember } from './weights-option.ts';

type Feeds = Readonly<Record<string, FeedShape>>;

/** Prints the contract of a file, and checks the shapes of feeds against it. */
export async function contract({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [file = ''] = args;
  const read = readOptions(io, () => ({
    graph: graphOptions(options, args),
    isAll: flagOption(options, 'all'),
    feeds: parseBindings(listOption(options, 'feed'), '--feed').map(numbersOnly),
  }));
  if (typeof read === 'number') return read;
  const isJson = flagOption(options, 'json');
  return withConsole(io, isJson, () =>
    withWarnings(io, async () => {
      try {
        return await report(file, read.value, isJson, io);
      } catch (error) {
        return reportFailure(file, error, io, isJson);
      }
    }),
  );
}

/** A feed by its name; undefined stands for the only input. */
interface NamedFeed {
  readonly name: string | undefined;
  readonly feed: FeedShape;
}

function numbersOnly({ name, dtype, sizes }: InputBinding): NamedFeed {
  const shape = sizes.filter((size) => typeof size === 'number');
  if (shape.length === sizes.length) return { name, feed: { dtype, shape } };
  throw usageError(
    `--feed ${name ?? ''}=[${sizes.join(',')}] is no shape of a feed: its sizes are numbers`,
    '--feed x=2x20',
  );
}

interface Asked {
  /** Whether inputs that need no feed are listed too. */
  readonly isAll: boolean;
  readonly graph: GraphOptions;
  readonly feeds: readonly NamedFeed[];
}

async function report(file: string, asked: Asked, isJson: boolean, io: Io): Promise<ExitCode> {
  const { graph, defaults, weights } = await openGraph(file, asked.graph);
  const found = contractOf(graph);
  const feeds = asked.feeds.length > 0 ? feedsByName(asked.feeds, Object.keys(found.inputs)) : undefined;
  const mistakes = feeds ? checkFeeds(found, feeds) : [];
  const shapes = feeds && mistakes.length === 0 ? outputShapes(found, feeds) : undefined;
  if (isJson) {
    const answer = feeds ? jsonAnswer(mistakes, shapes) : {};
    io.out(JSON.stringify({ file, contract: found, defaults: [...defaults], ...answer, ...weightsMember(weights) }));
  } else {
    tellWeights(weights, io);
    if (!shapes) printContract(file, found, { defaults, isAll: asked.isAll }, io);
    else printShapes(shapes, found, io);
    for (const mistake of mistakes) io.err(formatDiagnostic(mistake));
  }
  return mistakes.length === 0 ? EXIT.ok : EXIT.failed;
}

function feedsByName(feeds: readonly NamedFeed[], inputs: readonly string[]): Feeds {
  return Object.fromEntries(feeds.map(({ name, feed }) => [name ?? inputs[0] ?? '', feed]));
}

const jsonAnswer = (
  mistakes: readonly Diagnostic[],
  shapes: Readonly<Record<string, OutputShape>> | undefined,
): object => ({
  mistakes: mistakes.map(({ code, message, expected, actual }) => ({ code, message, expected, actual })),
  outputShapes: shapes ?? null,
});

/** Inputs that the file has elements for. */
interface Filled {
  readonly defaults: ReadonlySet<string>;
  readonly isAll: boolean;
}

function printContract(file: string, contract: Contract, { defaults, isAll }: Filled, io: Io): void {
  const { inputs, outputs = {}, symbols, constraints } = contract;
  io.out(file);
  const rows = [
    ...Object.entries(inputs).map(([name, input]) => ['input', name, typeText(input)]),
    ...Object.entries(outputs).map(([name, output]) => ['output', name, typeText(output)]),
  ];
  for (const line of formatTable(['', 'name', 'type'], rows, io.hasColor)) io.out(`  ${line}`);
  if (defaults.size > 0) {
    const fact = defaults.size === 1 ? '1 more input has' : `${defaults.size} more inputs have`;
    io.out(`  ${fact} a value in the file, so no feed is needed${isAll ? '' : '; --all lists them'}`);
  }
  if (isAll) for (const name of defaults) io.out(`    ${name}`);
  if (Object.keys(symbols).length > 0) io.out('  symbols');
  for (const [name, { min, max }] of Object.entries(symbols)) {
    io.out(`    ${max === undefined ? `${name} >= ${min}` : `${min} <= ${name} <= ${max}`}`);
  }
  if (constraints.length > 0) io.out('  holds for');
  for (const { expr, scope, origins } of constraints) {
    io.out(`    ${expr}${scope === 'run' ? '  (seen in a run only)' : ''}`);
    for (const origin of origins) io.out(`      asked for by ${origin}`);
  }
}

function printShapes(shapes: Readonly<Record<string, OutputShape>>, { outputs = {} }: Contract, io: Io): void {
  const rows = Object.entries(shapes).map(([name, shape]) => {
    const declared = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    return [name, typeText({ ...(declared ?? { kind: 'tensor' }), shape })];
  });
  for (const line of formatTable(['output', 'type'], rows, io.hasColor)) io.out(line);
}

function typeText({ kind, dtype, shape }: ContractInput): string {
  if (kind !== 'tensor' && kind !== 'sparse') return kind;
  const text = `${dtype ?? '?'}${shape ? `[${shape.join(', ')}]` : '[...]'}`;
  return kind === 'sparse' ? `sparse(${text})` : text;
}

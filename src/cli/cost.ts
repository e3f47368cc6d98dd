// dimwise cost: parameters, operations, memory traffic and the peak of activations of models and .onnx files.
import { isUnbound, NO_BINDINGS } from '../../codegen/onnx/bind/bindings.ts';
import { type Cost, costOf } from '../infer/cost/cost.ts';
import { allGraphs } from '../ir/bodies.ts';
import { SymbolNames } from '../ir/symbol-names.ts';
import type { CommandCall } from './command-row.ts';
import { type CostBy, CostReport } from './cost-report.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { type GraphOptions, graphOptions, type OpenedGraph, openGraph } from './open-graph.ts';
import { compileOpened, fileKind, openModel } from './open-model.ts';
import { flagOption, type OptionValues, readOptions, textOption } from './options.ts';
import { jsonDiagnostics, printError, usageError } from './report.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { type LoadedWeights, tellWeights, weightsMember } from './weights-option.ts';

/** What is asked of each file. */
interface Question {
  readonly graph: GraphOptions;
  readonly by: CostBy | undefined;
  readonly depth: number;
  readonly isJson: boolean;
}

/** Prints the cost of each file; one that fails is reported, and the rest go on. */
export async function cost({ args, options, io }: CommandCall): Promise<ExitCode> {
  const read = readOptions(io, () => ({
    graph: graphOptions(options, args),
    by: byOption(options),
    depth: depthOption(options),
    isJson: flagOption(options, 'json'),
  }));
  if (typeof read === 'number') return read;
  const { value: question } = read;
  let code: ExitCode = EXIT.ok;
  for (const file of args) {
    const own = args.length > 1 ? { ...io, err: (line: string) => io.err(`${file}: ${line}`) } : io;
    const isPrinted = await withConsole(own, question.isJson, () =>
      withWarnings(own, () => printFile(file, question, own)),
    );
    if (!isPrinted) code = EXIT.failed;
  }
  return code;
}

const KINDS: readonly string[] = ['node', 'path', 'operator'] satisfies CostBy[];

const isCostBy = (text: string): text is CostBy => KINDS.includes(text);

function byOption(options: OptionValues): CostBy | undefined {
  const by = textOption(options, 'by');
  if (by === undefined || isCostBy(by)) return by;
  throw usageError(`--by ${by} is none of ${KINDS.join(', ')}`, 'for example --by operator');
}

function depthOption(options: OptionValues): number {
  const text = textOption(options, 'depth');
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(text)) throw usageError(`--depth ${text} is no whole number`, 'for example --by path --depth 2');
  return Number(text);
}

async function printFile(file: string, question: Question, io: Io): Promise<boolean> {
  const { by, depth, isJson } = question;
  try {
    const { bound, formulas, names, weights } = await costOfFile(file, question);
    const report = new CostReport(bound, { by, depth, nameOf: names.nameOf });
    if (isJson) io.out(JSON.stringify({ file, ...report.json(formulas), ...weightsMember(weights) }));
    else {
      tellWeights(weights, io);
      io.out(file);
      for (const line of report.lines(io.hasColor, formulas)) io.out(line === '' ? '' : `  ${line}`);
    }
    return true;
  } catch (error) {
    if (isJson) io.out(JSON.stringify({ file, errors: jsonDiagnostics(error) }));
    printError(error, io);
    return false;
  }
}

interface FileCost {
  /** The cost under the bindings. */
  readonly bound: Cost;
  /** The cost before sizes were bound, where the file says enough for one. */
  readonly formulas: Cost;
  readonly names: SymbolNames;
  readonly weights: LoadedWeights | undefined;
}

async function costOfFile(file: string, { graph: options }: Question): Promise<FileCost> {
  const { graph, weights } = await openSized(file, options);
  const bound = costOf(graph);
  const isSame = isUnbound(options.bindings) || fileKind(file) !== 'onnx';
  const free = isSame ? graph : (await openSized(file, { ...options, bindings: NO_BINDINGS })).graph;
  const names = new SymbolNames();
  for (const each of allGraphs(free)) for (const value of each.inputs) names.reserve(value.type);
  return { bound, formulas: isSame ? bound : costOf(free), names, weights };
}

type SizedGraph = Pick<OpenedGraph, 'graph' | 'weights'>;

/** Opens a file; the sizes of a model file must be settled, for a formula in what is still open would say nothing. */
async function openSized(file: string, options: GraphOptions): Promise<SizedGraph> {
  if (fileKind(file) === 'onnx') return openGraph(file, options);
  if (options.assumptions.length > 0) {
    throw usageError('--assume is for .onnx files', 'in a model file, call assumeShape(value, [...])');
  }
  const { model, weights } = await openModel(file, options);
  return { graph: compileOpened(file, model, undefined).graph, weights };
}

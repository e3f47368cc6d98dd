// dimwise summary: the layers of model files, with shapes, parameters and operations.
import { dimwiseError } from '../base/errors.ts';
import type { ModelSummary } from '../model/model-summary.ts';
import type { CommandCall } from './command-row.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { type GraphOptions, graphOptions } from './open-graph.ts';
import { fileKind, openModel } from './open-model.ts';
import { flagOption, type OptionValues, readOptions, textOption } from './options.ts';
import { jsonDiagnostics, printError, usageError } from './report.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { type LoadedWeights, tellWeights, weightsMember } from './weights-option.ts';

/** Prints the summary of each file; one that fails is reported, and the rest go on. */
export async function summary({ args, options, io }: CommandCall): Promise<ExitCode> {
  const read = readOptions(io, () => ({
    graph: graphOptions(options, withLayers(args)),
    depth: numberOption(options, 'depth', 0),
    width: numberOption(options, 'width', 60),
  }));
  if (typeof read === 'number') return read;
  const isJson = flagOption(options, 'json');
  let code: ExitCode = EXIT.ok;
  for (const file of args) {
    const own = args.length > 1 ? { ...io, err: (line: string) => io.err(`${file}: ${line}`) } : io;
    const isPrinted = await withConsole(own, isJson, () =>
      withWarnings(own, () => printFile(file, { ...read.value, isJson }, own)),
    );
    if (!isPrinted) code = EXIT.failed;
  }
  return code;
}

/** @throws CLI_USAGE for an `.onnx` file */
function withLayers(files: readonly string[]): readonly string[] {
  const file = files.find((each) => fileKind(each) === 'onnx');
  if (file === undefined) return files;
  throw usageError(`${file} has operators, no layers`, `dimwise cost ${file} --by path counts what its names tell`);
}

interface Question {
  readonly graph: GraphOptions;
  readonly depth: number | undefined;
  readonly width: number | undefined;
  readonly isJson: boolean;
}

/** A summary, and what was loaded before it was made. */
interface Made {
  readonly made: ModelSummary;
  readonly weights: LoadedWeights | undefined;
}

async function printFile(file: string, question: Question, io: Io): Promise<boolean> {
  try {
    const { made, weights } = await summaryOf(file, question);
    if (question.isJson) io.out(JSON.stringify({ file, ...made.toJSON(), ...weightsMember(weights) }));
    else {
      tellWeights(weights, io);
      io.out(file);
      for (const line of made.toString().split('\n')) io.out(`  ${line}`);
    }
    return true;
  } catch (error) {
    if (question.isJson) io.out(JSON.stringify({ file, errors: jsonDiagnostics(error) }));
    printError(error, io);
    return false;
  }
}

async function summaryOf(file: string, { graph, depth, width }: Question): Promise<Made> {
  const { model, weights } = await openModel(file, graph);
  if (model.state === 'compiled') {
    throw dimwiseError({
      code: 'CLI_USAGE',
      message: `${file} exports a compiled model, which has operators, no layers`,
      hint: 'export the model itself, before bind() and compile()',
    });
  }
  return { made: model.summary({ depth, width }), weights };
}

function numberOption(options: OptionValues, name: string, least: number): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw usageError(`--${name} ${text} is no whole number from ${least} on`, `for example --${name} ${least + 2}`);
  return Number(text);
}

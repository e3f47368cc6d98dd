// dimwise compile: a model file becomes an .onnx file.
import { parseTarget } from '../ir/target.ts';
import { formatType } from '../ir/type.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import { saveModel } from '../node/save-model.ts';
import type { WrittenModel } from '../node/write-model.ts';
import { parseBind } from './bind-option.ts';
import type { CommandCall } from './command-row.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { compileOpened, fileKind, openModel } from './open-model.ts';
import {
  flagOption,
  listOption,
  type OptionValues,
  readOptions,
  seedOption,
  textOption,
  threadsOption,
} from './options.ts';
import { parsePlacement } from './placement-option.ts';
import { progressLine } from './progress-line.ts';
import { reportFailure, usageError } from './report.ts';
import { formatTable } from './table.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { type LoadedWeights, tellWeights, weightsMember, weightsOption } from './weights-option.ts';

/** Compiles one model file. */
export async function compile({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [path = ''] = args;
  const isQuiet = flagOption(options, 'quiet');
  const read = readOptions(io, () => readCompileOptions(path, options));
  if (typeof read === 'number') return read;
  const { output, placement, seed, target, threads, ...open } = read.value;
  const isJson = flagOption(options, 'json');
  const work = async (): Promise<ExitCode> => {
    try {
      const { model, weights } = await openModel(path, { ...open, seed });
      if (!isQuiet && !isJson) tellWeights(weights, io);
      const compiled = compileOpened(path, model, seed, target);
      const line = progressLine(io, output, isJson || isQuiet);
      const saving = saveModel(compiled, output, { ...placement, threads, onProgress: line.show });
      const written = await saving.finally(line.clear);
      if (isQuiet) return EXIT.ok;
      if (isJson) io.out(JSON.stringify(describe(path, compiled, written, weights)));
      else printWritten(compiled, written, io);
      return EXIT.ok;
    } catch (error) {
      return reportFailure(path, error, io, isJson);
    }
  };
  return withConsole(io, isJson, () => withWarnings(io, work));
}

function readCompileOptions(path: string, options: OptionValues) {
  if (fileKind(path) !== 'model') {
    throw usageError(`${path} is compiled already`, 'compile takes a .ts or .js model file');
  }
  const output = textOption(options, 'output') ?? '';
  if (!output.endsWith('.onnx')) throw usageError(`-o ${output} must end in .onnx`, `-o ${output || 'model'}.onnx`);
  const target = textOption(options, 'target');
  return {
    output,
    placement: parsePlacement(textOption(options, 'externalData') ?? 'auto'),
    seed: seedOption(options),
    weights: weightsOption(options),
    threads: threadsOption(options),
    target: target === undefined ? undefined : parseTarget(target).name,
    bindings: parseBind(listOption(options, 'bind')),
    isStatic: flagOption(options, 'static'),
  };
}

function describe(
  file: string,
  compiled: CompiledModel,
  { path, bytes, external }: WrittenModel,
  weights: LoadedWeights | undefined,
): object {
  const { name } = compiled.target;
  return { file, output: path, bytes, external: external ?? null, target: name, ...weightsMember(weights) };
}

function printWritten({ graph, target }: CompiledModel, { path, bytes, external }: WrittenModel, io: Io): void {
  const rows = [
    ...graph.inputs.map((value) => ['input', value.name ?? '', formatType(value.type)]),
    ...graph.outputs.map((value) => ['output', value.name ?? '', formatType(value.type)]),
  ];
  for (const line of formatTable(['', 'name', 'type'], rows, io.hasColor)) io.out(line);
  io.out(`written for ${target.name}: ${path}, ${bytes} bytes`);
  if (external) io.out(`weights beside it: ${external.path}, ${external.bytes} bytes`);
}

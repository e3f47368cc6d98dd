// What commands share that read an .onnx file and write an edited copy.
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { formatType } from '../ir/type.ts';
import { type OpenOnnxOptions, openOnnx } from '../node/open-onnx.ts';
import { inFile } from '../node/read-model.ts';
import type { SaveOptions } from '../node/save-model.ts';
import { saveOnnx } from '../node/save-onnx.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { openingOptions } from './limit-option.ts';
import { flagOption, type OptionValues, textOption } from './options.ts';
import { parsePlacement } from './placement-option.ts';
import { reportFailure, usageError } from './report.ts';
import { formatTable } from './table.ts';
import { withConsole, withWarnings } from './warnings.ts';

/** Where an edited copy goes. */
export interface OutputOptions {
  readonly output: string;
  readonly save: SaveOptions;
  /** How the file is opened. */
  readonly open: OpenOnnxOptions;
}

/**
 * Reads the options of a command that edits an `.onnx` file.
 *
 * @throws CLI_USAGE when the file or the output is no `.onnx` file, or a limit is none
 */
export function outputOptions(path: string, options: OptionValues): OutputOptions {
  const output = textOption(options, 'output') ?? '';
  if (!path.toLowerCase().endsWith('.onnx')) throw usageError(`${path} is no .onnx file`, 'compile a model file first');
  if (!output.endsWith('.onnx')) throw usageError(`-o ${output} must end in .onnx`, `-o ${output || 'model'}.onnx`);
  const placement = textOption(options, 'externalData');
  const save = placement === undefined ? {} : parsePlacement(placement);
  return { output, save, open: openingOptions(options) };
}

/** One call of such a command. */
export interface EditCall {
  readonly path: string;
  readonly options: OptionValues;
  readonly io: Io;
  readonly to: OutputOptions;
  readonly edit: (model: OnnxModel) => OnnxModel;
}

/** Opens a file, edits it, writes the copy, and tells its inputs and outputs. */
export function editFile({ path, options, io, to, edit }: EditCall): Promise<ExitCode> {
  const isJson = flagOption(options, 'json');
  return withConsole(io, isJson, () =>
    withWarnings(io, async () => {
      try {
        const before = await openOnnx(path, to.open);
        const model = inFile(path, () => edit(before));
        const { bytes, external } = await saveOnnx(model, to.output, to.save);
        const counts = { before: nodeCount(before), after: nodeCount(model) };
        if (isJson) {
          io.out(JSON.stringify({ file: path, output: to.output, bytes, external: external ?? null, nodes: counts }));
        } else {
          printEdges(model, io);
          const nodes = counts.before === counts.after ? `${counts.after}` : `${counts.after} of ${counts.before}`;
          io.out(`written: ${to.output}, ${nodes} nodes, ${bytes} bytes`);
          if (external) io.out(`weights beside it: ${external.path}, ${external.bytes} bytes`);
        }
        return EXIT.ok;
      } catch (error) {
        return reportFailure(path, error, io, isJson);
      }
    }),
  );
}

const nodeCount = ({ proto }: OnnxModel): number => proto.graph?.node?.length ?? 0;

function printEdges({ graph }: OnnxModel, io: Io): void {
  const rows = [
    ...graph.inputs.map((value) => ['input', value.name ?? '', formatType(value.declaredType)]),
    ...graph.outputs.map((value) => ['output', value.name ?? '', formatType(value.type)]),
  ];
  for (const line of formatTable(['', 'name', 'type'], rows, io.hasColor)) io.out(line);
}

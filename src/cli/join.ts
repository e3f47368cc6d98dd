// dimwise join: two .onnx files become one.
import { joinModels } from '../../codegen/onnx/edit/join-models.ts';
import { openOnnx } from '../node/open-onnx.ts';
import type { CommandCall } from './command-row.ts';
import { editFile, outputOptions } from './edit-file.ts';
import { pairOf } from './edit-steps.ts';
import { EXIT, type ExitCode } from './io.ts';
import { flagOption, listOption, readOptions, textOption } from './options.ts';
import { jsonDiagnostics, printError, usageError } from './report.ts';

/** Joins two files. */
export async function join({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [path = '', secondPath = ''] = args;
  const read = readOptions(io, () => {
    const to = outputOptions(path, options);
    outputOptions(secondPath, options);
    const connect = Object.fromEntries(listOption(options, 'connect').map((each) => pairOf('connect', each)));
    if (Object.keys(connect).length === 0)
      throw usageError(
        'join needs a connection',
        '--connect INPUT=VALUE: an input of the second file, a value of the first',
      );
    return { to, connect };
  });
  if (typeof read === 'number') return read;
  const { to, connect } = read.value;
  const prefix = textOption(options, 'prefix');
  const keepOutputs = listOption(options, 'keepOutput');
  try {
    const second = await openOnnx(secondPath);
    const edit = (first: typeof second) => joinModels(first, second, { connect, prefix, keepOutputs });
    return await editFile({ path, options, io, to, edit });
  } catch (error) {
    if (flagOption(options, 'json')) io.out(JSON.stringify({ file: secondPath, errors: jsonDiagnostics(error) }));
    printError(error, io);
    return EXIT.failed;
  }
}

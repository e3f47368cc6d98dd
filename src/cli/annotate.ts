// dimwise annotate: an .onnx file becomes a copy in which every value has its shape.
import { annotateModel } from '../../codegen/onnx/annotate/annotate-model.ts';
import type { CommandCall } from './command-row.ts';
import { editFile, outputOptions } from './edit-file.ts';
import type { ExitCode } from './io.ts';
import { readOptions } from './options.ts';

/** Annotates one file. */
export async function annotate({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [path = ''] = args;
  const read = readOptions(io, () => outputOptions(path, options));
  if (typeof read === 'number') return read;
  const contract = options['contract'] !== false;
  return editFile({ path, options, io, to: read.value, edit: (model) => annotateModel(model, { contract }) });
}

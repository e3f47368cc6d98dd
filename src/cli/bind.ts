// dimwise bind: an .onnx file becomes a copy for some sizes of its inputs.
import { bindTo } from '../../codegen/onnx/bind/bind-model.ts';
import { isUnbound } from '../../codegen/onnx/bind/bindings.ts';
import { parseBind } from './bind-option.ts';
import type { CommandCall } from './command-row.ts';
import { editFile, outputOptions } from './edit-file.ts';
import type { ExitCode } from './io.ts';
import { listOption, readOptions } from './options.ts';
import { usageError } from './report.ts';

/** Binds one file. */
export async function bind({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [path = ''] = args;
  const read = readOptions(io, () => {
    const to = outputOptions(path, options);
    const bindings = parseBind(listOption(options, 'bind'));
    if (isUnbound(bindings)) throw usageError('bind needs sizes to bind', '--bind batch=1, or --bind x=[1,3,224,224]');
    return { to, bindings };
  });
  if (typeof read === 'number') return read;
  const { to, bindings } = read.value;
  const isFolded = options['fold'] !== false;
  return editFile({ path, options, io, to, edit: (model) => bindTo(model, bindings, isFolded) });
}

// dimwise edit: an .onnx file becomes an edited copy, step by step.
import type { CommandCall } from './command-row.ts';
import { editFile, outputOptions } from './edit-file.ts';
import { type EditStep, readSteps } from './edit-steps.ts';
import type { ExitCode } from './io.ts';
import { readOptions } from './options.ts';

/** Edits one file. */
export async function edit({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [path = ''] = args;
  const read = readOptions(io, () => ({
    to: outputOptions(path, options),
    edit: readSteps(stepsOf(options['steps'])),
  }));
  if (typeof read === 'number') return read;
  return editFile({ path, options, io, to: read.value.to, edit: read.value.edit });
}

/** The steps as the definition of the command collects them. */
function stepsOf(value: unknown): readonly EditStep[] {
  return Array.isArray(value) ? value.filter((each): each is EditStep => Array.isArray(each) && each.length === 2) : [];
}

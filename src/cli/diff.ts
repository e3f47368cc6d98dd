// dimwise diff: how two .onnx files differ, by structure and not by names.
import { diffModels } from '../../codegen/onnx/diff/diff-models.ts';
import { type Difference, formatDifference } from '../../codegen/onnx/diff/difference.ts';
import { openOnnx } from '../node/open-onnx.ts';
import { inFile } from '../node/read-model.ts';
import type { CommandCall } from './command-row.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { openingOptions } from './limit-option.ts';
import { flagOption, type OptionValues, readOptions, textOption } from './options.ts';
import { jsonDiagnostics, printError, usageError } from './report.ts';
import { withConsole, withWarnings } from './warnings.ts';

/** The exit code of two files that differ; trouble has another one, as in diff(1). */
const DIFFERENT = EXIT.failed;
const TROUBLE = EXIT.usage;

/** Compares two files. */
export async function diff({ args: [a = '', b = ''], options, io }: CommandCall): Promise<ExitCode> {
  const read = readOptions(io, () => ({
    how: { tolerance: toleranceOf(options), shapes: flagOption(options, 'shapes') },
    open: openingOptions(options),
  }));
  if (typeof read === 'number') return read;
  const { how, open } = read.value;
  const isJson = flagOption(options, 'json');
  return withConsole(io, isJson, () =>
    withWarnings(io, async () => {
      try {
        const [before, after] = [await openOnnx(a, open), await openOnnx(b, open)];
        // A model is read when its graph is asked for; what is wrong names its file.
        inFile(a, () => before.inference);
        inFile(b, () => after.inference);
        const differences = diffModels(before, after, how);
        if (isJson) io.out(JSON.stringify({ files: [a, b], differences }));
        else print(a, b, differences, io);
        return differences.length === 0 ? EXIT.ok : DIFFERENT;
      } catch (error) {
        if (isJson) io.out(JSON.stringify({ files: [a, b], errors: jsonDiagnostics(error) }));
        printError(error, io);
        return TROUBLE;
      }
    }),
  );
}

function toleranceOf(options: OptionValues): number {
  const text = textOption(options, 'tolerance');
  const tolerance = text === undefined ? 0 : Number(text);
  if (text?.trim() !== '' && tolerance >= 0 && tolerance < Infinity) return tolerance;
  throw usageError(`--tolerance ${text} is no number from 0 on`, 'give a relative difference: --tolerance 1e-5');
}

function print(a: string, b: string, differences: readonly Difference[], io: Io): void {
  if (differences.length > 0) for (const line of [`- ${a}`, `+ ${b}`]) io.out(line);
  for (const difference of differences) io.out(formatDifference(difference));
  const count = (kind: Difference['kind']): number => differences.filter((each) => each.kind === kind).length;
  const [changed, added, removed] = [count('changed'), count('added'), count('removed')];
  io.out(differences.length === 0 ? 'no difference' : `${changed} changed, ${added} added, ${removed} removed`);
}

// dimwise convert: .onnx to text and back, and weights from one place to another.
import { extname } from 'node:path';
import { lostInText } from '../../codegen/onnx/text/lost-in-text.ts';
import { warn } from '../base/warn.ts';
import { openOnnxText, saveOnnxText } from '../node/onnx-text-file.ts';
import { type OpenOnnxOptions, openOnnx } from '../node/open-onnx.ts';
import type { SaveOptions } from '../node/save-model.ts';
import { saveOnnx } from '../node/save-onnx.ts';
import type { CommandCall } from './command-row.ts';
import { EXIT, type ExitCode } from './io.ts';
import { openingOptions } from './limit-option.ts';
import { flagOption, type OptionValues, readOptions, textOption } from './options.ts';
import { parsePlacement } from './placement-option.ts';
import { refuseEmpty } from './refuse-empty.ts';
import { reportFailure, usageError } from './report.ts';
import { withConsole, withWarnings } from './warnings.ts';

/** Converts one file. */
export async function convert({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [path = ''] = args;
  const read = readOptions(io, () => readConvertOptions(path, options));
  if (typeof read === 'number') return read;
  const isJson = flagOption(options, 'json');
  const work = async (): Promise<ExitCode> => {
    try {
      const { lost, ...written } = await convertFile(path, read.value);
      if (isJson) io.out(JSON.stringify({ file: path, ...written, lost }));
      else io.out(`written: ${written.output}, ${written.bytes} bytes`);
      if (!isJson && written.external) {
        io.out(`weights beside it: ${written.external.path}, ${written.external.bytes} bytes`);
      }
      if (lost.length > 0) warnLost(path, lost);
      return EXIT.ok;
    } catch (error) {
      return reportFailure(path, error, io, isJson);
    }
  };
  return withConsole(io, isJson, () => withWarnings(io, work));
}

interface ConvertOptions {
  readonly output: string;
  readonly save: SaveOptions;
  readonly open: OpenOnnxOptions;
}

const TEXT = '.onnxtxt';

function readConvertOptions(path: string, options: OptionValues): ConvertOptions {
  const output = textOption(options, 'output') ?? '';
  for (const each of [path, output]) {
    if (extname(each) === '.onnx' || extname(each) === TEXT) continue;
    throw usageError(`${each || 'the output'} is neither .onnx nor ${TEXT}`, `convert writes .onnx or ${TEXT} files`);
  }
  const placement = textOption(options, 'externalData');
  if (placement !== undefined && extname(output) === TEXT) {
    throw usageError(
      `--external-data has no meaning for ${output}`,
      'a text names its external data as the model does',
    );
  }
  const save = placement === undefined ? {} : parsePlacement(placement);
  return { output, save, open: openingOptions(options) };
}

async function convertFile(path: string, { output, save, open }: ConvertOptions) {
  await refuseEmpty(path);
  const model = await (extname(path) === TEXT ? openOnnxText(path, open) : openOnnx(path, open));
  if (extname(output) !== TEXT) {
    const { bytes, external } = await saveOnnx(model, output, save);
    return { output, bytes, external: external ?? null, lost: [] };
  }
  return { output, bytes: await saveOnnxText(model, output), external: null, lost: lostInText(model) };
}

function warnLost(path: string, lost: readonly string[]): void {
  const [first, ...others] = lost;
  warn({
    code: 'TEXT_LOSSY',
    message: `${path} holds what ONNX's text cannot say: ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
    hint: 'keep the .onnx file, or see all of them with --json',
  });
}

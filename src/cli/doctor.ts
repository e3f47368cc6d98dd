// dimwise doctor: what is installed for running models, which providers work, and what to do about the others.
import { fileURLToPath } from 'node:url';
import { nearest } from '../base/nearest.ts';
import { type Diagnosis, diagnose } from '../node/doctor/doctor.ts';
import { fetchCuda } from '../node/doctor/fetch-cuda.ts';
import { thisMachine } from '../node/doctor/machine.ts';
import { findOrtPackage } from '../node/doctor/ort-package.ts';
import { type Provider, RUN_PROVIDERS } from '../runtime/provider.ts';
import type { CommandCall } from './command-row.ts';
import { doctorLines, jsonDiagnosis } from './doctor-report.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { flagOption, listOption, type OptionValues, readOptions, textOption } from './options.ts';
import { reportFailure, usageError } from './report.ts';

interface DoctorOptions {
  readonly wanted: readonly Provider[];
  readonly folder: string | undefined;
  readonly deviceId: number | undefined;
  readonly fetches: boolean;
  readonly isDry: boolean;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

/** Looks at this machine and prints what was found. */
export async function doctor({ options, io }: CommandCall): Promise<ExitCode> {
  const read = readOptions(io, () => readDoctorOptions(options));
  if (typeof read === 'number') return read;
  const { value: question } = read;
  const { folder, isJson } = question;
  try {
    if (question.fetches) await fetch(question, io);
    if (question.isDry) return EXIT.ok;
    const starts = [process.cwd(), fileURLToPath(new URL('.', import.meta.url))];
    const diagnosis = await diagnose(thisMachine(), { ...question, starts });
    print(diagnosis, isJson, io);
    return diagnosis.isWell ? EXIT.ok : EXIT.failed;
  } catch (error) {
    return reportFailure(folder ?? 'onnxruntime-node', error, io, isJson);
  }
}

async function fetch({ folder, isDry, isForced }: DoctorOptions, io: Io): Promise<void> {
  const machine = thisMachine();
  // What is done goes to the diagnostics: under --json the result is the diagnosis alone.
  await fetchCuda(machine, findOrtPackage(machine, folder), {
    isDry,
    isForced,
    tell: (line) => (isDry ? io.out(line) : io.err(line)),
  });
}

function readDoctorOptions(options: OptionValues): DoctorOptions {
  const [fetches, isDry] = [flagOption(options, 'fetchCuda'), flagOption(options, 'dryRun')];
  const isForced = flagOption(options, 'force');
  if ((isDry || isForced) && !fetches) {
    throw usageError(
      `--${isDry ? 'dry-run' : 'force'} belongs to --fetch-cuda`,
      'dimwise doctor --fetch-cuda --dry-run',
    );
  }
  return {
    wanted: listOption(options, 'provider').map(parseProvider),
    folder: textOption(options, 'onnxruntime'),
    deviceId: deviceOption(options),
    fetches,
    isDry,
    isForced,
    isJson: flagOption(options, 'json'),
  };
}

function parseProvider(text: string): Provider {
  const found = RUN_PROVIDERS.find((each) => each === text);
  if (found) return found;
  const near = nearest(text, RUN_PROVIDERS);
  const hint = near ? `did you mean ${near}?` : `one of ${RUN_PROVIDERS.join(', ')}`;
  throw usageError(`--provider ${text} is unknown`, hint);
}

function deviceOption(options: OptionValues): number | undefined {
  const text = textOption(options, 'device');
  if (text === undefined) return undefined;
  if (!/^\d{1,3}$/.test(text))
    throw usageError(`--device ${text} is no number of a GPU`, 'the first one is --device 0');
  return Number(text);
}

function print(diagnosis: Diagnosis, isJson: boolean, io: Io): void {
  if (isJson) io.out(JSON.stringify(jsonDiagnosis(diagnosis)));
  else for (const line of doctorLines(diagnosis, io.hasColor)) io.out(line);
}

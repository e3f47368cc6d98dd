// dimwise check: everything that is wrong with .onnx files, or worth knowing, with the path of each node.
import { type CheckOptions, checkModel } from '../../codegen/onnx/check/check-model.ts';
import type { Severity } from '../../codegen/onnx/check/check-rules.ts';
import type { Finding } from '../../codegen/onnx/check/finding.ts';
import { type CheckedFile, sarifOf } from '../../codegen/onnx/check/sarif.ts';
import { ERROR_CODES } from '../base/codes.ts';
import { isDimwiseError } from '../base/errors.ts';
import { parseTarget } from '../ir/target.ts';
import { type OpenOnnxOptions, openOnnx } from '../node/open-onnx.ts';
import type { CommandCall } from './command-row.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { openingOptions } from './limit-option.ts';
import { fileKind } from './open-model.ts';
import { flagOption, type OptionValues, readOptions, textOption } from './options.ts';
import { usageError } from './report.ts';
import { formatTable } from './table.ts';

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** The options of a check. */
interface CheckCall extends CheckOptions {
  /** The least grave findings that are printed. */
  readonly shown: Severity;
  readonly maxWarnings: number;
  /** So many findings of a file are printed, the gravest first. */
  readonly most: number;
  /** Whether a person sees every finding, also where many are alike. */
  readonly isAll: boolean;
  readonly open: OpenOnnxOptions;
  readonly form: 'text' | 'json' | 'sarif';
}

/** A file may have as many mistakes as nodes. */
const MOST = 1000;
/** So many findings of one code and gravity are told to a person; of more than that, the first ones. */
const MOST_ALIKE = 6;
const FIRST_ALIKE = 4;

/** Checks each file; a file that cannot be read has one finding that says why. */
export async function check({ args, options, io }: CommandCall): Promise<ExitCode> {
  const read = readOptions(io, () => checkOptions(options, args));
  if (typeof read === 'number') return read;
  const call = read.value;
  const files: CheckedFile[] = [];
  let code: ExitCode = EXIT.ok;
  for (const file of args) {
    const findings = await findingsOf(file, call);
    const counts = countsOf(findings);
    if (counts.error > 0 || counts.warning > call.maxWarnings) code = EXIT.failed;
    const grave = findings.filter(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(call.shown));
    const shown = grave.slice(0, call.most);
    const omitted = grave.length - shown.length;
    if (call.form === 'sarif') files.push({ file, findings: shown, omitted });
    else if (call.form === 'json') {
      const { error: errors, warning: warnings, note: notes } = counts;
      io.out(JSON.stringify({ file, errors, warnings, notes, findings: shown, omitted }));
    } else
      printFile(file, { shown, counts, ...(call.isAll ? rowsOfAll(shown, omitted) : rowsOfKinds(shown, grave)) }, io);
  }
  if (call.form !== 'sarif') return code;
  for (const line of JSON.stringify(sarifOf(files), undefined, 2).split('\n')) io.out(line);
  return code;
}

function checkOptions(options: OptionValues, files: readonly string[]): CheckCall {
  const target = textOption(options, 'target');
  const shown = textOption(options, 'severity') ?? 'note';
  const known = SEVERITIES.find((severity) => severity === shown);
  if (!known)
    throw usageError(`--severity ${shown} is none of ${SEVERITIES.join(', ')}`, 'give the least grave to print');
  const [isJson, isSarif] = [flagOption(options, 'json'), flagOption(options, 'sarif')];
  if (isJson && isSarif) throw usageError('--json and --sarif are two forms of one result', 'give one of them');
  for (const file of files) {
    if (fileKind(file) === 'model') throw usageError(`${file} is no .onnx file`, 'dimwise compile writes one');
  }
  return {
    target: target === undefined ? undefined : parseTarget(target),
    weights: options['weights'] !== false,
    shown: known,
    maxWarnings: countOption(options, 'maxWarnings', '--max-warnings') ?? Number.POSITIVE_INFINITY,
    most: countOption(options, 'most', '--most') ?? MOST,
    isAll: flagOption(options, 'all'),
    open: openingOptions(options),
    form: isSarif ? 'sarif' : isJson ? 'json' : 'text',
  };
}

function countOption(options: OptionValues, name: string, flag: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw usageError(`${flag} ${text} is no whole number`);
}

async function findingsOf(file: string, options: CheckCall): Promise<readonly Finding[]> {
  try {
    return checkModel(await openOnnx(file, options.open), options);
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors.map(({ code, message, hint }) => {
      const text = message.startsWith(`${file}: `) ? message.slice(file.length + 2) : message;
      return { code, severity: 'error', message: text, path: [], hint: hint ?? ERROR_CODES[code].remedy };
    });
  }
}

type Counts = Readonly<Record<Severity, number>>;

function countsOf(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** The lines of a table, and how many findings it has no word of. */
interface Rows {
  readonly rows: readonly (readonly string[])[];
  readonly omitted: number;
}

interface Printed extends Rows {
  readonly shown: readonly Finding[];
  readonly counts: Counts;
}

function printFile(file: string, { shown, rows, omitted, counts }: Printed, io: Io): void {
  io.out(file);
  if (rows.length > 0) for (const line of formatTable(['', 'code', 'finding'], rows, io.hasColor)) io.out(`  ${line}`);
  if (omitted > 0) io.out(`  and ${omitted} more, which --most ${shown.length + omitted} prints`);
  const told = new Set<string>();
  for (const { severity, code, hint } of shown) {
    // The way out of notes is in the documentation; a hint that is the same for many is told once.
    if (severity === 'note' || told.has(`${code}: ${hint}`)) continue;
    if (told.size === 0) io.out('  hints');
    told.add(`${code}: ${hint}`);
    io.out(`    ${code}: ${hint}`);
  }
  io.out(`  ${SEVERITIES.map((severity) => counted(counts[severity], severity)).join(', ')}`);
}

const rowOf = ({ severity, code, message, path }: Finding): string[] => [
  severity,
  code,
  path.length > 1 ? `${message} (${path.join(' > ')})` : message,
];

const rowsOfAll = (shown: readonly Finding[], omitted: number): Rows => ({ rows: shown.map(rowOf), omitted });

const kindOf = ({ severity, code }: Finding): string => `${severity} ${code}`;

/** Rows in which many findings of one code and gravity are told by the first ones and a number. */
function rowsOfKinds(shown: readonly Finding[], grave: readonly Finding[]): Rows {
  const groups = new Map<string, Finding[]>();
  for (const finding of shown) {
    const alike = groups.get(kindOf(finding));
    if (alike) alike.push(finding);
    else groups.set(kindOf(finding), [finding]);
  }
  const total = new Map<string, number>();
  for (const finding of grave) total.set(kindOf(finding), (total.get(kindOf(finding)) ?? 0) + 1);
  let omitted = grave.length;
  const rows: string[][] = [];
  for (const [kind, alike] of groups) {
    const all = total.get(kind) ?? alike.length;
    const first = all > MOST_ALIKE ? alike.slice(0, FIRST_ALIKE) : alike;
    rows.push(...first.map(rowOf));
    const [one] = alike;
    if (one && all > first.length)
      rows.push([one.severity, one.code, `${all - first.length} more of these; --all lists them`]);
    omitted -= all;
  }
  return { rows, omitted };
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

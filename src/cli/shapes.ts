// dimwise shapes: the symbolic shape of every value of models and .onnx files.
import type { CommandCall } from './command-row.ts';
import { describeGraph, type JsonGraph } from './describe-graph.ts';
import type { JsonShape, JsonType } from './describe-type.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { type GraphOptions, graphOptions, openGraph } from './open-graph.ts';
import { fileKind } from './open-model.ts';
import { flagOption, readOptions } from './options.ts';
import { jsonDiagnostics, printError } from './report.ts';
import { formatTable } from './table.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { type LoadedWeights, tellWeights, weightsMember } from './weights-option.ts';

/** Prints the shapes of each file; one that fails is reported, and the rest go on. */
export async function shapes({ args, options, io }: CommandCall): Promise<ExitCode> {
  const read = readOptions(io, () => ({ ...graphOptions(options, args), isAll: flagOption(options, 'all') }));
  if (typeof read === 'number') return read;
  const isJson = flagOption(options, 'json');
  let code: ExitCode = EXIT.ok;
  for (const file of args) {
    const own = args.length > 1 ? namingFile(file, io) : io;
    const isPrinted = await withConsole(own, isJson, () =>
      withWarnings(own, () => printFile(file, read.value, isJson, own)),
    );
    if (!isPrinted) code = EXIT.failed;
  }
  return code;
}

/** The streams for one file of several: its diagnostics name it. */
const namingFile = (file: string, io: Io): Io => ({ ...io, err: (line) => io.err(`${file}: ${line}`) });

interface ShapesOptions extends GraphOptions {
  /** Whether each weight and each note is listed, however many there are. */
  readonly isAll: boolean;
}

/** Prints the shapes of a file, or what is wrong with it; false then. */
async function printFile(file: string, options: ShapesOptions, isJson: boolean, io: Io): Promise<boolean> {
  try {
    const { described, weights } = await describeFile(file, options);
    if (isJson) io.out(JSON.stringify({ file, ...described, ...weightsMember(weights) }));
    else {
      tellWeights(weights, io);
      printGraph(file, described, options.isAll || fileKind(file) !== 'onnx', io);
    }
    return true;
  } catch (error) {
    if (isJson) io.out(JSON.stringify({ file, errors: jsonDiagnostics(error) }));
    printError(error, io);
    return false;
  }
}

/** A graph as it is printed. */
type Described = JsonGraph & { readonly notes: readonly JsonNote[] };

/** What is worth knowing of a file and no mistake. */
interface JsonNote {
  readonly code: string;
  readonly message: string;
}

interface DescribedFile {
  readonly described: Described;
  readonly weights: LoadedWeights | undefined;
}

async function describeFile(file: string, options: GraphOptions): Promise<DescribedFile> {
  const { graph, isOnnx, defaults, notes, weights } = await openGraph(file, options);
  const described = describeGraph(graph, { areConstantsParameters: isOnnx, defaults });
  return { described: { ...described, notes: notes.map(({ code, message }) => ({ code, message })) }, weights };
}

/** So many notes are printed; of more than that, the first ones. */
const MOST_NOTES = 8;
const FIRST_NOTES = 6;

/** Weights of a file are counted where they are more: they would stand before all that one looks for. */
const MOST_WEIGHTS = 12;

function printGraph(file: string, graph: Described, isAll: boolean, io: Io): void {
  io.out(`${file}`);
  const rows: string[][] = [];
  for (const [name, type] of Object.entries(graph.inputs)) rows.push(['input', name, typeText(type)]);
  const parameters = Object.entries(graph.parameters);
  if (isAll || parameters.length <= MOST_WEIGHTS) {
    for (const [name, parameter] of parameters)
      rows.push(['parameter', name, typeText({ kind: 'tensor', ...parameter })]);
  } else rows.push(['parameter', `(${parameters.length} weights; --all lists them)`, '']);
  for (const [name, type] of Object.entries(graph.values)) rows.push(['value', name, typeText(type)]);
  for (const [name, type] of Object.entries(graph.outputs)) rows.push(['output', name, typeText(type)]);
  for (const line of formatTable(['', 'name', 'type'], rows, io.hasColor)) io.out(`  ${line}`);
  if (graph.constraints.length > 0) io.out('  holds for');
  for (const { expr, scope } of graph.constraints)
    io.out(`    ${expr}${scope === 'run' ? '  (seen in a run only)' : ''}`);
  if (graph.notes.length > 0) io.out('  notes');
  const shown = isAll || graph.notes.length <= MOST_NOTES ? graph.notes : graph.notes.slice(0, FIRST_NOTES);
  for (const { message } of shown) io.out(`    ${message}`);
  const more = graph.notes.length - shown.length;
  if (more > 0) io.out(`    and ${more} more; --all lists them`);
}

function typeText(type: JsonType): string {
  switch (type.kind) {
    case 'tensor':
      return `${type.dtype ?? '?'}${shapeText(type.shape)}`;
    case 'map':
      return `map(${type.key}, ${typeText(type.of)})`;
    case 'unknown':
      return 'unknown';
    case 'sequence':
    case 'optional':
    case 'sparse':
      return `${type.kind}(${typeText(type.of)})`;
  }
}

const shapeText = (shape: JsonShape): string => (shape ? `[${shape.map((size) => size ?? '?').join(', ')}]` : '[...]');

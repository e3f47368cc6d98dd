// dimwise explain: how the sizes of a value came about, and where constraints come from.
import { ValueNames } from '../../codegen/onnx/value-names.ts';
import { dimwiseError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Constraint } from '../dim/constraint.ts';
import { explain as explainAxis, explainConstraint } from '../infer/explain/explain.ts';
import { sizesOf } from '../infer/explain/place.ts';
import { allGraphs } from '../ir/bodies.ts';
import { entryOf, fedSymbols, settledConstraints } from '../ir/contract.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { SymbolNames } from '../ir/symbol-names.ts';
import type { CommandCall } from './command-row.ts';
import { ExplanationReport } from './explanation-report.ts';
import { EXIT, type ExitCode } from './io.ts';
import { graphOptions, openGraph } from './open-graph.ts';
import { flagOption, readOptions, textOption } from './options.ts';
import { reportFailure, usageError } from './report.ts';
import { withConsole, withWarnings } from './warnings.ts';
import { tellWeights, weightsMember } from './weights-option.ts';

/** What is to be explained; everything at the outputs and all constraints where nothing is named. */
interface Question {
  readonly value: string | undefined;
  readonly axis: number | undefined;
  readonly constraint: string | undefined;
}

/** Explains a size, all sizes of a value, or a constraint. */
export async function explain({ args, options, io }: CommandCall): Promise<ExitCode> {
  const [file = '', value, axis] = args;
  const read = readOptions(io, () => ({
    question: { value, axis: parseAxis(axis), constraint: textOption(options, 'constraint') },
    graph: graphOptions(options, [file]),
  }));
  if (typeof read === 'number') return read;
  const isJson = flagOption(options, 'json');
  return withConsole(io, isJson, () =>
    withWarnings(io, async () => {
      try {
        const { graph, weights } = await openGraph(file, read.value.graph);
        const report = answer(graph, read.value.question);
        if (isJson) io.out(JSON.stringify({ file, ...report.json(), ...weightsMember(weights) }));
        else {
          tellWeights(weights, io);
          for (const line of report.lines(io.hasColor, flagOption(options, 'all'))) io.out(line);
        }
        return EXIT.ok;
      } catch (error) {
        return reportFailure(file, error, io, isJson);
      }
    }),
  );
}

function parseAxis(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text))
    throw usageError(`AXIS is a whole number, got ${text}`, 'count from 0, or from -1 at the end');
  return Number(text);
}

function answer(graph: Graph, { value: name, axis, constraint }: Question): ExplanationReport {
  const names = new ValueNames(graph);
  const symbols = new SymbolNames();
  for (const each of allGraphs(graph)) for (const value of valuesOf(each)) symbols.reserve(value.type);
  const report = new ExplanationReport(
    {
      ofValue: (value) => names.of(value) || value.label,
      ofNode: (node) => names.ofNode(node),
      symbols,
    },
    fedSymbols(graph),
  );
  const constraints = settledConstraints(graph);
  if (constraint !== undefined) {
    report.addConstraint(explainConstraint(graph, findConstraint(constraints, constraint, symbols)));
    return report;
  }
  const values = name === undefined ? graph.outputs : [findValue(graph, name, names)];
  for (const value of values) {
    const axes = axis === undefined ? sizesOf(value).map((_, i) => i) : [axis];
    if (axes.length === 0) report.addWithoutAxes(value);
    for (const each of axes) report.add(explainAxis(value, each));
  }
  if (name === undefined) for (const each of constraints) report.addConstraint(explainConstraint(graph, each));
  return report;
}

function* valuesOf(graph: Graph): IterableIterator<Value> {
  yield* graph.inputs;
  yield* graph.parameters;
  yield* graph.constants;
  for (const node of graph.nodes()) yield* node.outputs;
}

/** The value of a name, also as `dimwise shapes` prints those of bodies: `node/body/value`. */
function findValue(graph: Graph, name: string, names: ValueNames): Value {
  const byName = new Map<string, Value>();
  for (const each of allGraphs(graph)) {
    for (const value of valuesOf(each)) {
      const own = names.of(value);
      if (own !== '' && !byName.has(own)) byName.set(own, value);
    }
  }
  for (let rest = name; ; rest = rest.slice(rest.indexOf('/') + 1)) {
    const found = byName.get(rest);
    if (found) return found;
    if (!rest.includes('/')) break;
  }
  throw dimwiseError({
    code: 'VALUE_UNKNOWN',
    message: `"${graph.name}" has no value "${name}"`,
    actual: name,
    hint: didYouMean(name, [...byName.keys()]) ?? 'dimwise shapes lists all values',
  });
}

/** The constraint of a text, or the n-th one, counted from 1. */
function findConstraint(constraints: readonly Constraint[], asked: string, symbols: SymbolNames): Constraint {
  const plain = (text: string): string => text.replaceAll(/\s/g, '');
  const texts = constraints.map((constraint) => entryOf(constraint, symbols).expr);
  const index = /^\d+$/.test(asked) ? Number(asked) - 1 : texts.findIndex((text) => plain(text) === plain(asked));
  const found = constraints[index];
  if (found) return found;
  throw dimwiseError({
    code: 'EXPLAIN_UNKNOWN',
    message: `there is no constraint ${asked}; there ${texts.length === 1 ? 'is 1' : `are ${texts.length}`}${texts.length > 0 ? `: ${texts.join(', ')}` : ''}`,
    expected: texts.join(', '),
    actual: asked,
  });
}

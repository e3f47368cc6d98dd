// Infers a model and tells what inference finds, each mistake at the node of the message that it is about.
import { type Diagnostic, isDimwiseError } from '../../../src/base/errors.ts';
import { formatOrigin, type Origin } from '../../../src/base/origin.ts';
import { setWarningHandler } from '../../../src/base/warn.ts';
import type { Graph } from '../../../src/ir/graph.ts';
import { inferReadModel } from '../infer-read.ts';
import type { OnnxModel } from '../onnx-model.ts';
import type { ReadModel } from '../read.ts';
import type { Severity } from './check-rules.ts';
import type { Findings, Place } from './finding.ts';
import { mendModel } from './mend.ts';
import type { Names } from './names.ts';
import type { ModelView, Scope } from './scopes.ts';

/** Mistakes that the message tells as well as inference does. */
const TOLD_BEFORE = new Set([
  'INPUT_COUNT',
  'ATTRIBUTE_UNKNOWN',
  'ATTRIBUTE_MISSING',
  'ATTRIBUTE_INVALID',
  'OP_UNKNOWN',
]);
/** Notes of reading that the rules of the table tell better. */
const READING_NOTES = new Set(['ONNX_MALFORMED', 'FILE_FORMAT']);

/**
 * Infers a model. One that cannot be read is mended first: what is wrong with it was told, and the rest can be inferred.
 *
 * @returns the inferred graph; undefined where the model cannot be read however it is mended
 */
export function checkInference(model: OnnxModel, view: ModelView, names: Names, findings: Findings): Graph | undefined {
  const read = readable(model, view, findings);
  if (!read) return undefined;
  const places = placesOf(read.graph, view, names);
  const told = new Set<string>();
  const tell = (diagnostic: Diagnostic, severity: Severity): void => {
    const { code, message, origin, hint, related = [] } = diagnostic;
    const place = placeOf(origin, places, view);
    const { scope, node } = place;
    const index = scope && node !== undefined ? `${scope.path.join('\n')}\n${node}` : '';
    const calls = related.map((each) => `${each.message} ${formatOrigin(each.origin)}`);
    const text =
      calls.length > 0 && !message.includes('the file states') ? `${message} (${calls.join(', ')})` : message;
    const key = `${code}\n${index}\n${text}`;
    if (told.has(key) || (TOLD_BEFORE.has(code) && findings.hasAt(code, place))) return;
    told.add(key);
    findings.add(code, text, place, { hint, severity });
  };
  const before = setWarningHandler((warning) => {
    if (warning.code !== 'OP_UNKNOWN') tell(warning, 'warning');
  });
  try {
    // ONNX Runtime may refuse to load a branch that cannot run.
    const note = (each: Diagnostic): void => tell(each, each.code === 'BRANCH_RULED_OUT' ? 'warning' : 'note');
    inferReadModel(read, (mistake) => tell(mistake, 'error'), { note });
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    for (const each of error.errors) tell(each, 'error');
    return undefined;
  } finally {
    setWarningHandler(before);
  }
  for (const note of read.notes) if (!READING_NOTES.has(note.code)) tell(note, 'note');
  return read.graph;
}

/** Reads the model, mended where it cannot be read as it is. */
function readable(model: OnnxModel, view: ModelView, findings: Findings): ReadModel | undefined {
  if (!view.main) return undefined;
  let first: readonly Diagnostic[];
  try {
    return model.read();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    first = error.errors;
  }
  const isTold = findings.list.some(({ severity }) => severity === 'error');
  const tellAll = (mistakes: readonly Diagnostic[]): void => {
    for (const { code, message, hint } of mistakes) findings.add(code, message, {}, { hint });
  };
  // A model that asks for too much is not tried a second time.
  if (first.some(({ code }) => code !== 'ONNX_MALFORMED' && code !== 'EXTERNAL_DATA' && code !== 'FILE_FORMAT')) {
    tellAll(first);
    return undefined;
  }
  if (!isTold && !findings.list.some(({ code }) => code === 'CONTRACT_UNREADABLE')) tellAll(first);
  try {
    return mendModel(model, view).read();
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    if (isTold) tellAll(error.errors);
    return undefined;
  }
}

/** Where the nodes of a graph stand in the message. */
function placesOf(graph: Graph, view: ModelView, names: Names): ReadonlyMap<Origin, Place> {
  const places = new Map<Origin, Place>();
  const stack: [Graph, Scope | undefined][] = [[graph, view.main]];
  for (const [key, { body }] of graph.functions) stack.push([body, view.functions.get(key)]);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [at, scope] = next;
    if (!scope) continue;
    const made = names.made(scope);
    for (const node of at.nodes()) {
      const name = node.outputs.find((output) => output.name !== undefined)?.name ?? '';
      const maker = made.get(name);
      const index = maker?.kind === 'node' ? maker.index : undefined;
      const { origin } = node;
      if (origin) places.set(origin, index === undefined ? { scope } : { scope, node: index });
      if (node.attributes.size === 0) continue;
      const bodies = index === undefined ? [] : (scope.bodies.get(index) ?? []);
      for (const [attribute, { kind, value }] of node.attributes) {
        const graphs = kind === 'graph' ? [value] : kind === 'graphs' ? value : [];
        for (const [i, body] of graphs.entries()) {
          const label = kind === 'graphs' ? `${attribute}[${i}]` : attribute;
          stack.push([body, bodies.find(({ path }) => path.at(-1) === label)]);
        }
      }
    }
  }
  return places;
}

function placeOf(origin: Origin | undefined, places: ReadonlyMap<Origin, Place>, { main }: ModelView): Place {
  const place = origin && places.get(origin);
  if (place) return place;
  const value = /^(?:input|initializer|value|output) "(.*)"$/.exec(origin?.what ?? '')?.[1];
  return { scope: main, ...(value === undefined ? {} : { value }) };
}

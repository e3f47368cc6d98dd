// Compares two models by structure: names of inner values and nodes, their order and how weights are stored do not count.
import { formatConstraint } from '../../../src/dim/constraint.ts';
import { CONTRACT_KEY, settledConstraints } from '../../../src/ir/contract.ts';
import type { Graph } from '../../../src/ir/graph.ts';
import { sameBytes } from '../../../src/ir/same-bytes.ts';
import { SymbolNames } from '../../../src/ir/symbol-names.ts';
import { formatType } from '../../../src/ir/type.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { MESSAGES } from '../proto/message-table.ts';
import type { ModelProto } from '../proto/messages.ts';
import { encodeMessage } from '../proto/write-message.ts';
import { requireModel } from '../require-model.ts';
import { compareGraphs } from './compare-graphs.ts';
import type { Comparison } from './compare-nodes.ts';
import { changed, type Difference, type DifferenceSubject, type Tell } from './difference.ts';
import { Matching } from './match-nodes.ts';
import { Numbering } from './numbering.ts';
import { SymbolPairs } from './symbol-pairs.ts';
import { Weights } from './weights.ts';

/** How two models are compared. */
export interface DiffOptions {
  /** The greatest difference of weights that counts as none, relative to the greatest element of a tensor; 0 by default. */
  readonly tolerance?: number | undefined;
  /** Whether the shapes of all values are compared, not only those of inputs and outputs; false by default. */
  readonly shapes?: boolean | undefined;
}

/**
 * Compares two models. Nodes are matched by what they compute, whatever they are called and in whatever valid order they stand.
 *
 * @param a the first model: what only it has is `removed`
 * @param b the second model: what only it has is `added`
 * @returns the differences in the order of the first model; none where the models are the same
 * @throws ONNX_MALFORMED, EXTERNAL_DATA when a model cannot be read
 * @example diffModels(readOnnx(before), readOnnx(after)).map(formatDifference)
 */
export function diffModels(a: OnnxModel, b: OnnxModel, options: DiffOptions = {}): Difference[] {
  requireModel('diffModels', a, 'the first model');
  requireModel('diffModels', b, 'the second model');
  const found: Difference[] = [];
  const tell: Tell = (difference) => found.push(difference);
  compareHeaders(a.proto, b.proto, tell);
  const [left, right] = [a.inference.graph, b.inference.graph];
  const names = [namesOf(left), namesOf(right)] as const;
  const weights = [new Weights(a.files), new Weights(b.files)] as const;
  const begin = (): { readonly comparison: Comparison; readonly symbols: SymbolPairs } => {
    const symbols = new SymbolPairs();
    const comparison: Comparison = {
      numbering: new Numbering(),
      weights,
      matching: new Matching(),
      tolerance: options.tolerance ?? 0,
      compared: new Set(),
      allShapes: options.shapes ?? false,
      sameType: symbols.sameType,
      typeTexts: [(type) => formatType(type, names[0].format), (type) => formatType(type, names[1].format)],
      tell,
    };
    return { comparison, symbols };
  };
  const { comparison, symbols } = begin();
  compareGraphs(left, right, comparison);
  compareContracts([left, right], names, symbols, tell);
  compareFunctions(
    left,
    right,
    (place) => ({
      ...begin().comparison,
      // Types of a function are those of its calls.
      sameType: () => true,
      allShapes: false,
      tell: (difference) => tell({ ...difference, place: `${place} / ${difference.place}` }),
    }),
    tell,
  );
  return found;
}

/** Names for the symbols of a graph: those that are given stay, others are numbered by first appearance. */
function namesOf(graph: Graph): SymbolNames {
  const names = new SymbolNames();
  for (const value of [...graph.inputs, ...graph.outputs]) names.reserve(value.declaredType);
  return names;
}

function compareFunctions(a: Graph, b: Graph, begin: (place: string) => Comparison, tell: Tell): void {
  for (const [key, { domain, name, body }] of a.functions) {
    const place = `function ${domain ? `${domain}.` : ''}${name}`;
    const other = b.functions.get(key);
    if (!other) tell({ kind: 'removed', subject: 'function', place, detail: '' });
    else compareGraphs(body, other.body, begin(place));
  }
  for (const [key, { domain, name }] of b.functions) {
    if (a.functions.has(key)) continue;
    tell({ kind: 'added', subject: 'function', place: `function ${domain ? `${domain}.` : ''}${name}`, detail: '' });
  }
}

/** Compares what the two ask of their feeds, in the symbols of the first one. */
function compareContracts(
  [a, b]: readonly [Graph, Graph],
  [first, second]: readonly [SymbolNames, SymbolNames],
  symbols: SymbolPairs,
  tell: Tell,
): void {
  const ours = new Set(settledConstraints(a).map((constraint) => formatConstraint(constraint, first.nameOf)));
  const theirs = new Map<string, string>();
  for (const constraint of settledConstraints(b)) {
    const own = formatConstraint(constraint, second.nameOf);
    theirs.set(symbols.inFirst(constraint, first.nameOf) ?? `${own} (of the second model)`, own);
  }
  for (const detail of ours)
    if (!theirs.has(detail)) tell({ kind: 'removed', subject: 'contract', place: 'contract', detail });
  for (const [key, detail] of theirs)
    if (!ours.has(key)) tell({ kind: 'added', subject: 'contract', place: 'contract', detail });
}

/** Compares what stands beside the graph. */
function compareHeaders(a: ModelProto, b: ModelProto, tell: Tell): void {
  const [before, after] = [String(a.irVersion ?? 0), String(b.irVersion ?? 0)];
  if (before !== after) tell(changed('model', 'model', 'IR version', before, after));
  const opsets = ({ opsetImport = [] }: ModelProto) =>
    new Map(opsetImport.map(({ domain = '', version = 0 }) => [domain === '' ? 'ai.onnx' : domain, String(version)]));
  compareEntries('opset', opsets(a), opsets(b), tell);
  const metadata = ({ metadataProps = [] }: ModelProto) =>
    new Map(
      metadataProps
        .filter(({ key }) => key !== CONTRACT_KEY)
        .map(({ key = '', value = '' }) => [key, JSON.stringify(value)]),
    );
  compareEntries('metadata', metadata(a), metadata(b), tell);
  for (const [detail, part] of PARTS) {
    const [x, y] = [part(a), part(b)];
    if (!sameBytes(encodeMessage(MESSAGES.model, x), encodeMessage(MESSAGES.model, y)))
      tell({ kind: 'changed', subject: 'model', place: 'model', detail });
  }
}

/** What is compared as a whole: nothing here reads it further. */
const PARTS: readonly (readonly [name: string, of: (model: ModelProto) => ModelProto])[] = [
  ['training information', ({ trainingInfo }) => ({ trainingInfo })],
  ['device configurations', ({ configuration }) => ({ configuration })],
  ['quantization annotations', ({ graph }) => ({ graph: { quantizationAnnotation: graph?.quantizationAnnotation } })],
];

function compareEntries(
  subject: DifferenceSubject & ('opset' | 'metadata'),
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
  tell: Tell,
): void {
  for (const [key, before] of a) {
    const after = b.get(key);
    if (after === undefined) tell({ kind: 'removed', subject, place: subject, detail: `${key} ${before}` });
    else if (after !== before) tell(changed(subject, subject, key, before, after));
  }
  for (const [key, after] of b)
    if (!a.has(key)) tell({ kind: 'added', subject, place: subject, detail: `${key} ${after}` });
}

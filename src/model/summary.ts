// The summary of a model: a row for each layer with what it gives, its parameters and what it computes.
import { isDimwiseError } from '../base/errors.ts';
import type { Trace } from '../build/trace.ts';
import { type Count, CountSum } from '../dim/count.ts';
import { symbolsOfCount } from '../dim/evaluate-count.ts';
import { type Cost, costOf } from '../infer/cost/cost.ts';
import type { NodeCost } from '../infer/cost/graph-cost.ts';
import { DTYPES } from '../ir/dtype.ts';
import { type Graph, Value } from '../ir/graph.ts';
import type { ValueType } from '../ir/type.ts';
import { refuseArgument } from '../nn/arguments.ts';
import { type AnyLayer, layerFacts } from '../nn/layer.ts';
import { checkOptions, type OptionNames } from '../nn/option-names.ts';
import type { Parameter } from '../nn/parameter.ts';
import type { LayerTree } from './model-layers.ts';
import { ModelSummary, type SummaryRow, type SummaryTotal } from './model-summary.ts';

/** Options of `summary()`. */
export interface SummaryOptions {
  /** How many levels of layers have rows of their own; deeper ones are counted in the layer that holds them. All by default. */
  readonly depth?: number | undefined;
  /** Columns of the text; longer cells become notes below the table. 80 by default, 60 at least. */
  readonly width?: number | undefined;
}

const SUMMARY_OPTIONS: OptionNames<SummaryOptions> = { depth: true, width: true };

/** What a summary is made of. */
export interface SummarySource {
  readonly name: string;
  readonly state: 'defined' | 'bound';
  readonly layers: readonly LayerTree[];
  readonly trace: Trace | undefined;
  readonly graph: Graph | undefined;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly composition: AnyLayer | undefined;
}

/**
 * Makes the summary of a model.
 *
 * @throws LAYER_ARGUMENT when an option is wrong
 */
export function summarize(source: SummarySource, options: SummaryOptions): ModelSummary {
  checkOptions('summary()', options, SUMMARY_OPTIONS);
  const { depth = Number.POSITIVE_INFINITY, width = 80 } = options;
  if (!(depth >= 0)) refuseArgument('summary()', 'depth', 'a number >= 0', depth);
  if (!(width >= 60)) refuseArgument('summary()', 'width', 'a number >= 60', width);
  const parts = partsOf(source, depth);
  const cost = costIn(source.graph);
  for (const node of cost?.nodes ?? []) ownerOf(node.path.join('.'), parts).nodes.push(node);
  const rows = [...parts.values()].map((part) => rowOf(part, source.state, cost !== undefined));
  const total = totalOf(source.parameters, sumOf(cost?.nodes, source.state));
  return new ModelSummary({ name: source.name, state: source.state, graph: source.graph, rows, total, width });
}

/** One row while it is made. */
interface Part {
  readonly path: string;
  readonly kind: string;
  readonly depth: number;
  readonly outputs: readonly ValueType[];
  readonly hasChildren: boolean;
  readonly cells: Parameter[];
  readonly nodes: NodeCost[];
}

/** The rows by path; the first one is the model itself, and has what no layer has. */
function partsOf(source: SummarySource, most: number): ReadonlyMap<string, Part> {
  const { layers, trace, parameters, composition } = source;
  const parts = new Map<string, Part>();
  const taken = new Set<Parameter>();
  const take = (cells: Parameter[], found: Iterable<Parameter>): void => {
    for (const cell of found) {
      if (!taken.has(cell)) cells.push(cell);
      taken.add(cell);
    }
  };
  const walk = (tree: LayerTree, depth: number, into: Part): void => {
    let part = into;
    if (depth > 0 && depth <= most) {
      const outputs = typesOf(trace?.resultOf(tree.layer));
      part = {
        path: tree.path,
        kind: tree.kind,
        depth,
        outputs,
        cells: [],
        nodes: [],
        hasChildren: depth < most && tree.children.length > 0,
      };
      parts.set(tree.path, part);
    }
    take(part.cells, tree.parameters.values());
    for (const child of tree.children) walk(child, depth + 1, part);
  };
  const whole: Part = {
    path: '',
    kind: composition ? layerFacts(composition).kind : '',
    depth: 0,
    outputs: source.graph?.outputs.map(({ type }) => type) ?? [],
    hasChildren: most > 0 && (layers[0]?.path === '' ? layers[0].children : layers).length > 0,
    cells: [],
    nodes: [],
  };
  parts.set('', whole);
  for (const tree of layers) walk(tree, tree.path === '' ? 0 : 1, whole);
  take(whole.cells, parameters.values());
  return parts;
}

/** The part with the longest path that a node's path begins with. */
function ownerOf(path: string, parts: ReadonlyMap<string, Part>): Part {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const found = parts.get(path.slice(0, end));
    if (found) return found;
  }
  const [whole] = parts.values();
  return whole ?? { path: '', kind: '', depth: 0, outputs: [], hasChildren: false, cells: [], nodes: [] };
}

/** The types of what a layer gave: a value, or lists and objects of them. */
function typesOf(result: unknown): readonly ValueType[] {
  if (result instanceof Value) return [result.type];
  if (typeof result !== 'object' || result === null) return [];
  return Object.values(result).flatMap(typesOf);
}

/** The cost as far as the types tell; undefined where they cannot be counted within the limit of work. */
function costIn(graph: Graph | undefined): Cost | undefined {
  if (!graph) return undefined;
  try {
    return costOf(graph);
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return undefined;
  }
}

function rowOf(part: Part, state: SummarySource['state'], isCounted: boolean): SummaryRow {
  const { path, kind, depth, outputs, hasChildren, cells, nodes } = part;
  return {
    path,
    kind,
    depth,
    outputs,
    hasChildren,
    parameters: countOf(cells),
    trainable: countOf(cells.filter(({ trainable }) => trainable)),
    flops: isCounted ? sumOf(nodes, state) : undefined,
  };
}

/** The elements of parameters; undefined where a size is open. */
function countOf(cells: readonly Parameter[]): number | undefined {
  let sum = 0;
  for (const { size } of cells) {
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}

/** Operations together; before a batch, undefined where they depend on what it brings. */
function sumOf(nodes: readonly NodeCost[] | undefined, state: SummarySource['state']): Count | undefined {
  if (!nodes) return undefined;
  const sum = new CountSum();
  for (const { flops } of nodes) sum.add(flops);
  const total = sum.total();
  const isOpen = state === 'defined' && [...symbolsOfCount(total)].some(({ role }) => role !== 'named');
  return isOpen ? undefined : total;
}

function totalOf(parameters: ReadonlyMap<string, Parameter>, flops: Count | undefined): SummaryTotal {
  const cells = [...parameters.values()];
  const known = cells.filter(({ isSettled }) => isSettled);
  const bytes = known.reduce((sum, { size = 0, dtype }) => sum + Math.ceil((size * DTYPES[dtype].bits) / 8), 0);
  return {
    parameters: countOf(cells),
    trainable: countOf(cells.filter(({ trainable }) => trainable)),
    frozen: countOf(cells.filter(({ trainable, isBuffer }) => !trainable && !isBuffer)),
    buffers: countOf(cells.filter(({ isBuffer }) => isBuffer)),
    bytes: known.length === cells.length ? bytes : undefined,
    known: countOf(known) ?? 0,
    open: cells.length - known.length,
    flops,
  };
}

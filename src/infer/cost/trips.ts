// How often the body of a Loop, Scan or SequenceMap runs.
import { maxOf } from '../../dim/arithmetic.ts';
import { type Dim, isConst, type SymbolDim } from '../../dim/dim.ts';
import { dimOf } from '../../ir/content.ts';
import type { Graph, Node } from '../../ir/graph.ts';
import { tripCount } from '../../ops/rules/trip-count.ts';
import { nodeLabel } from './node-measures.ts';
import type { OpenCounts } from './open-counts.ts';

/** The runs of a body. */
export interface Trips {
  readonly count: Dim;
  /** The symbol that stands for the number of the step inside of the body, counted from 0. */
  readonly step?: SymbolDim | undefined;
}

/** The steps of a Loop: as many as it gives rows, else as its limit and condition tell; a symbol where they do not. */
export function loopTrips(node: Node, body: Graph, open: OpenCounts): Trips {
  const { facts } = node.graph;
  const number = dimOf(body.inputs[0]?.content?.elements[0]);
  const step = number?.kind === 'symbol' ? number : undefined;
  if (step) open.note(step, `the number of a step of ${nodeLabel(node)}, counted from 0`);
  const carried = Math.max(node.inputs.length - 2, 0);
  for (const rows of node.outputs.slice(carried)) {
    const [count] = rows.type.kind === 'tensor' ? (rows.type.shape ?? []) : [];
    if (count) return { count, step };
  }
  const [m, start] = node.inputs;
  const known = dimOf(m?.content?.elements[0]);
  const limit = known && facts.simplify(maxOf(known, 0));
  const goesOn = body.outputs[0];
  const isInner = (symbol: SymbolDim): boolean => symbol === step;
  const head = {
    limit,
    limited: m !== undefined && !isEndless(known),
    start,
    goesOn,
    isInner,
    facts,
    bodyFacts: body.facts,
  };
  const exact = step && tripCount({ ...head, limit: isEndless(known) ? undefined : limit, step }).exact;
  return { count: exact ?? stand(node, open), step };
}

/** Exporters write the greatest int64 where there is no limit. */
const isEndless = (limit: Dim | undefined): boolean => limit !== undefined && isConst(limit) && limit.value >= 2 ** 52;

/** The steps of a Scan: the sizes of the axes that it runs along are equal. */
export function scanTrips(node: Node, open: OpenCounts): Trips {
  const attribute = node.attribute('num_scan_inputs');
  const scans = attribute?.kind === 'int' ? Number(attribute.value) : 1;
  const opset = node.graph.opsets.get('') ?? 9;
  // Scan-8 has lengths before all else, and a batch axis in front.
  const isBatched = opset < 9;
  const first = node.inputs.length - scans;
  const axes = node.attribute('scan_input_axes');
  for (let i = first; i < node.inputs.length; i++) {
    const type = node.inputs[i]?.type;
    if (type?.kind !== 'tensor' || !type.shape) continue;
    const given = axes?.kind === 'ints' ? Number(axes.value[i - first] ?? 0) : 0;
    const axis = isBatched ? 1 : given < 0 ? given + type.shape.length : given;
    const count = type.shape[axis];
    if (count) return { count };
  }
  return { count: stand(node, open) };
}

/** The runs of SequenceMap: one for each tensor in the sequence. */
export function sequenceTrips(node: Node, open: OpenCounts): Trips {
  const [sequence] = node.inputs;
  const length = sequence && open.lengthOf(sequence);
  return { count: length ?? stand(node, open) };
}

function stand(node: Node, open: OpenCounts): Dim {
  return open.symbol('trips', `steps of ${nodeLabel(node)}`);
}

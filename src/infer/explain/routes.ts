// Where sizes go in and out of bodies: an input of a body comes from its node, an output of its node from the body.
import type { Graph, Node, Value } from '../../ir/graph.ts';
import { ruledOutOf } from '../rule-out.ts';
import { axisOf, elementOf, type Place, scalarAt, sizesOf } from './place.ts';

/** One way of a size into or out of a body. */
export interface Route {
  readonly from: readonly Place[];
  /** What the way is, as a phrase. */
  readonly note: string;
}

/** Where a place of a body's input comes from; undefined where the body stands alone. */
export function routeInto(place: Place): Route | undefined {
  const { value } = place;
  const node = value.graph.owner;
  const index = value.graph.inputs.indexOf(value);
  if (!node || index < 0) return undefined;
  if (node.op === 'Loop') return intoLoop(node, place, index);
  if (node.op === 'Scan') return intoScan(node, place, index);
  return { from: [], note: `given to the body by ${node.op}` };
}

function intoLoop(node: Node, place: Place, index: number): Route {
  if (index < 2) return { from: [], note: index === 0 ? 'the number of the step' : 'the condition of the step' };
  return { from: [{ ...place, value: node.inputs[index] ?? place.value }], note: 'state before the first step' };
}

function intoScan(node: Node, place: Place, index: number): Route {
  const { states, first } = scanCounts(node);
  const outer = node.inputs[first + index];
  if (!outer || place.kind !== 'axis') return { from: [], note: 'given to the body by Scan' };
  if (index < states) return { from: [axisOf(outer, place.index + first)], note: 'state before the first step' };
  const cut = first > 0 ? 1 : scanAxis(node, 'scan_input_axes', index - states, sizesOf(outer).length);
  const axis = first > 0 ? place.index + 2 : place.index + (place.index >= cut ? 1 : 0);
  return { from: [axisOf(outer, axis)], note: 'one slice of a scan input' };
}

/** Where a place of the output of a node with bodies comes from; undefined for nodes without. */
export function routeOutOf(node: Node, place: Place): Route | undefined {
  const index = node.outputs.indexOf(place.value);
  switch (node.op) {
    case 'If':
      return fromBranches(node, place, index);
    case 'Loop':
      return fromLoop(node, place, index);
    case 'Scan':
      return fromScan(node, place, index);
    default:
      return undefined;
  }
}

function fromBranches(node: Node, place: Place, index: number): Route {
  const from: Place[] = [];
  const ends: string[] = [];
  const ruledOut = ruledOutOf(node)?.branch;
  for (const name of ['then_branch', 'else_branch']) {
    if (name === ruledOut) continue;
    const output = bodyOf(node, name)?.outputs[index];
    if (!output || (place.kind === 'axis' && !sizesOf(output)[place.index])) continue;
    from.push({ ...place, value: output });
    ends.push(name);
  }
  const why = ruledOut ? `, because no valid run takes the ${ruledOut}` : '';
  return { from, note: `from ${ends.join(' or ') || 'a branch'}${why}` };
}

function fromLoop(node: Node, place: Place, index: number): Route {
  const carried = Math.max(node.inputs.length - 2, 0);
  const output = bodyOf(node, 'body')?.outputs[index + 1];
  if (index < carried) {
    const initial = node.inputs[index + 2];
    const from = [initial, output].flatMap((value) => (value ? [{ ...place, value }] : []));
    const changes = initial && scalarAt({ ...place, value: initial }) !== scalarAt(place);
    const counts = changes ? stepCount(node) : [];
    const note = 'state before the first step, and after each';
    return { from: [...from, ...counts], note: counts.length > 0 ? `${note} of so many` : note };
  }
  if (place.kind === 'axis' && place.index > 0 && output) {
    return { from: [axisOf(output, place.index - 1)], note: 'rows of the steps' };
  }
  return { from: stepCount(node), note: 'the number of steps' };
}

/** Where the most steps of a loop stand; nowhere where they are not known. */
function stepCount(node: Node): readonly Place[] {
  const [limit] = node.inputs;
  return limit?.content ? [elementOf(limit, 0)] : [];
}

function fromScan(node: Node, place: Place, index: number): Route {
  const { states, first } = scanCounts(node);
  const output = bodyOf(node, 'body')?.outputs[index];
  const scanned = node.inputs[first + states];
  if (place.kind !== 'axis' || !output) return { from: [], note: 'made by Scan' };
  const rank = sizesOf(place.value).length;
  if (first > 0) {
    const ahead = index < states ? 1 : 2;
    if (place.index < ahead)
      return { from: scanned ? [axisOf(scanned, place.index)] : [], note: 'an axis of the scan inputs' };
    return { from: [axisOf(output, place.index - ahead)], note: 'made by the body' };
  }
  if (index < states) return { from: [axisOf(output, place.index)], note: 'state after a step' };
  const along = scanAxis(node, 'scan_output_axes', index - states, rank);
  if (place.index !== along)
    return { from: [axisOf(output, place.index - (place.index > along ? 1 : 0))], note: 'rows of the steps' };
  const axis = scanned ? scanAxis(node, 'scan_input_axes', 0, sizesOf(scanned).length) : 0;
  return { from: scanned ? [axisOf(scanned, axis)] : [], note: 'the length of the scan inputs' };
}

/** How many states a scan has, and where they begin: the form of opset 8 has the lengths of its sequences first. */
function scanCounts(node: Node): { readonly states: number; readonly first: number } {
  const scans = node.attribute('num_scan_inputs');
  const opset = node.graph.opsets.get('') ?? Number.POSITIVE_INFINITY;
  const first = opset < 9 ? 1 : 0;
  return { states: node.inputs.length - first - Number(scans?.kind === 'int' ? scans.value : 0), first };
}

function scanAxis(node: Node, name: string, index: number, rank: number): number {
  const axes = node.attribute(name);
  const axis = axes?.kind === 'ints' ? Number(axes.value[index] ?? 0) : 0;
  return axis < 0 ? axis + rank : axis;
}

function bodyOf(node: Node, name: string): Graph | undefined {
  const body = node.attribute(name);
  return body?.kind === 'graph' ? body.value : undefined;
}

/** Where an input of a function's body comes from: the same input of its call. */
export function routeIntoCall(call: Node, place: Place): Route {
  const index = place.value.graph.inputs.indexOf(place.value);
  const given: Value | undefined = call.inputs[index];
  return { from: given ? [{ ...place, value: given }] : [], note: 'given by the call' };
}

// The parameters of a model: which of its constants are weights, and which only steer its operators.
import type { Count } from '../../dim/count.ts';
import { CountSum, constantCount, isZero } from '../../dim/count.ts';
import { allGraphs } from '../../ir/bodies.ts';
import { DTYPES, type DType } from '../../ir/dtype.ts';
import type { Graph, Node, Value } from '../../ir/graph.ts';
import { onePerOutput } from '../../ops/costs/elementwise.ts';
import { findRow } from '../../ops/rows.ts';
import type { OpenCounts } from './open-counts.ts';

/** One weight of a model, or a constant that is none. */
export interface Weight {
  readonly value: Value;
  readonly elements: Count;
  readonly bytes: Count;
  /** Whether it counts as a parameter. */
  readonly isParameter: boolean;
  /** The node that reads it first; undefined where none does. */
  readonly reader: Node | undefined;
}

/** Counts of weights. */
export interface WeightTotals {
  readonly elements: Count;
  readonly bytes: Count;
}

/** All weights of a graph and of its bodies, each once, in the order of the graph. */
export function weightsOf(graph: Graph, open: OpenCounts): readonly Weight[] {
  const weights: Weight[] = [];
  for (const each of allGraphs(graph)) {
    for (const value of [...each.parameters, ...each.constants]) weights.push(weightOf(value, open));
    for (const node of each.nodes()) {
      const [value] = node.outputs;
      if (value && isConstantNode(node)) weights.push(weightOf(value, open));
    }
  }
  return weights;
}

/** Whether a node only holds a constant. */
export function isConstantNode({ op, domain }: Node): boolean {
  return op === 'Constant' && domain === '';
}

/** The sums over weights. */
export function sumWeights(weights: readonly Weight[]): WeightTotals {
  const [elements, bytes] = [new CountSum(), new CountSum()];
  for (const weight of weights) {
    elements.add(weight.elements);
    bytes.add(weight.bytes);
  }
  return { elements: elements.total(), bytes: bytes.total() };
}

function weightOf(value: Value, open: OpenCounts): Weight {
  const elements = open.elementsOf(value);
  const reader = value.users[0];
  return { value, elements, bytes: open.bytesOf(value), reader, isParameter: isParameter(value, elements) };
}

/** A parameter of a layer is one unless it holds running statistics; a constant is one if any of its readers takes it as weights. */
function isParameter(value: Value, elements: Count): boolean {
  if (isZero(elements)) return false;
  if (value.source.kind === 'parameter') return value.users.some((node) => !isSettingOf(node, value));
  const { type } = value;
  if (type.kind !== 'tensor' || type.dtype === 'undefined') return false;
  const { dtype } = type;
  return value.users.some((node) => !isSettingOf(node, value) && isWeight(node, dtype, constantCount(elements) === 1n));
}

function isSettingOf(node: Node, value: Value): boolean {
  const settings = (node.row ?? findRow(node.domain, node.op))?.settings;
  return settings !== undefined && node.inputs.every((input, i) => input !== value || settings.includes(i));
}

const QUANTIZED = /^(?:QLinear|QGemm|DequantizeLinear|QOrdered|QAttention|QEmbed)/;

/**
 * Floats are weights, but single ones that are added, multiplied or compared; integers are sizes and indices, but those of up to 8 bits
 * and the biases of quantized operators.
 */
function isWeight(node: Node, dtype: DType, isSingle: boolean): boolean {
  const { kind, bits } = DTYPES[dtype];
  if (isSingle) {
    const row = node.row ?? findRow(node.domain, node.op);
    return kind === 'float' && row?.cost !== undefined && row.cost !== onePerOutput;
  }
  if (kind === 'float' || kind === 'complex') return true;
  if (kind !== 'int' && kind !== 'uint') return false;
  return bits <= 8 || (bits === 32 && QUANTIZED.test(node.op));
}

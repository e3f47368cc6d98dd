// Layer nodes: one node of the IR per layer call, with its shape rule and its way into ONNX operators.

import { invariant } from '../base/assert-never.ts';
import { emitNode } from '../build/emit-node.ts';
import type { AttributeInput } from '../build/operands.ts';
import { LAYER_DOMAIN } from '../infer/infer-node.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { OperatorRow } from '../ir/operator.ts';
import type { Target } from '../ir/target.ts';

/** A row that can also turn its node into ONNX operators. */
export interface LayerRow extends OperatorRow {
  readonly domain: typeof LAYER_DOMAIN;
  /**
   * Emits ONNX operators for a node whose shapes are known, by `op.*`, in front of the node; returns what takes the place of its outputs.
   */
  readonly lower: (node: Node, target: Target) => readonly (Value | undefined)[];
}

/** Tells whether a row can lower. */
export function isLayerRow(row: OperatorRow | undefined): row is LayerRow {
  return row !== undefined && 'lower' in row;
}

/** Adds a layer node to the graph being traced and returns its outputs. */
export function emitLayer(
  row: LayerRow,
  inputs: readonly (Value | undefined)[],
  attributes: Readonly<Record<string, AttributeInput | undefined>> = {},
  outputs = 1,
): Value[] {
  return emitNode({ domain: LAYER_DOMAIN, op: row.name, inputs, attributes, outputs, row });
}

/** As {@link emitLayer}, for a layer with one output. */
export function emitLayerOne(
  row: LayerRow,
  inputs: readonly (Value | undefined)[],
  attributes: Readonly<Record<string, AttributeInput | undefined>> = {},
): Value {
  const [value] = emitLayer(row, inputs, attributes);
  invariant(value, 'a layer node has an output');
  return value;
}

/** An input that the row's rule guarantees. */
export function inputOf(node: Node, i: number): Value {
  const value = node.inputs[i];
  invariant(value, `${node.op} has input ${i}`);
  return value;
}

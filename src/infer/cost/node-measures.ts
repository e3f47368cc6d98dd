// What one node without bodies does: the rule of its row, or one operation per element of its first output.
import { addCounts, type Count, CountSum, countOf, multiplyCounts, ZERO } from '../../dim/count.ts';
import type { Work } from '../../ir/cost.ts';
import type { Node, Value } from '../../ir/graph.ts';
import { onePerOutput } from '../../ops/costs/elementwise.ts';
import { findRow } from '../../ops/rows.ts';
import { findSchema } from '../../ops/schema.ts';
import { LAYER_DOMAIN } from '../infer-node.ts';
import { NodeCostContext } from './cost-context.ts';
import { type Measures, NOTHING } from './measures.ts';
import { pathOf } from './node-path.ts';
import type { OpenCounts } from './open-counts.ts';

/** What a node does, and whether its first output is its first input under another shape. */
export interface NodeWork {
  readonly measures: Measures;
  readonly isView: boolean;
}

/** The work of a node whose types are inferred; what its rule cannot tell is a symbol. */
export function workOf(node: Node, open: OpenCounts): NodeWork {
  const row = node.row ?? findRow(node.domain, node.op);
  const opset = node.graph.opsets.get(node.domain) ?? Number.MAX_SAFE_INTEGER;
  const schema = node.row || node.domain === LAYER_DOMAIN ? undefined : findSchema(node.domain, node.op, opset);
  const cx = new NodeCostContext(node, schema, open);
  const rule = row ? (row.cost ?? onePerOutput) : () => undefined;
  const work: Work = rule(cx) ?? {
    operations: open.stand('work', `operations of ${nodeLabel(node)}, which its types do not tell`),
  };
  if (work.traffic === 'view') return { measures: NOTHING, isView: true };
  const macs = work.macs ?? ZERO;
  const flops = addCounts(work.operations ?? ZERO, multiplyCounts(countOf(2), macs));
  const written = bytesOf(node.outputs.filter(isWritten), open);
  return { measures: { macs, flops, read: readBytes(node, work, open), written }, isView: false };
}

/** Whether an output is computed: an optional one that nobody named or reads is not asked for. */
export function isWritten({ source, users, returnedBy, name }: Value): boolean {
  return (
    (source.kind === 'node' && source.index === 0) || users.length > 0 || returnedBy.length > 0 || name !== undefined
  );
}

/** A node in a sentence: by its name, or by the layer that it is of. */
export function nodeLabel(node: Node): string {
  if (node.name) return `${node.op} "${node.name}"`;
  const path = pathOf(node).join('.');
  return path === '' ? node.op : `${node.op} of "${path}"`;
}

function readBytes(node: Node, { traffic = 'all', source: from = 0 }: Work, open: OpenCounts): Count {
  if (traffic === 'written') return ZERO;
  const inputs = new Set(node.inputs.filter((value) => value !== undefined));
  if (traffic === 'all') return bytesOf([...inputs], open);
  const source = node.inputs[from];
  if (source) inputs.delete(source);
  return addCounts(bytesOf([...inputs], open), bytesOf(node.outputs.filter(isWritten), open));
}

function bytesOf(values: readonly Value[], open: OpenCounts): Count {
  const sum = new CountSum();
  for (const value of values) sum.add(open.bytesOf(value));
  return sum.total();
}

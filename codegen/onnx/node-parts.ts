// What emission asks of a node: its layer path, and which of its outputs are written.
import { formalAt } from '../../src/infer/type-variables.ts';
import type { Node, Value } from '../../src/ir/graph.ts';
import { findSchema } from '../../src/ops/schema.ts';

/** The dotted path of the layer that made a node or value, without the model's name and the layer's kind; empty at the root. */
export function layerPath({ origin, graph }: Pick<Node | Value, 'origin' | 'graph'>): string {
  if (!origin?.path) return '';
  const [dotted = ''] = origin.path.split(' ', 1);
  const { name } = graph.root;
  if (dotted === name) return '';
  return dotted.startsWith(`${name}.`) ? dotted.slice(name.length + 1) : dotted;
}

/**
 * Tells which outputs of a node are written. An optional output that nobody named or reads is left out, because a runtime
 * computes what it is asked for.
 *
 * @param kept the outputs of the graph
 * @returns the outputs with undefined for those left out, none of these at the end
 */
export function writtenOutputs(node: Node, kept: ReadonlySet<Value>): readonly (Value | undefined)[] {
  const { outputs } = node;
  if (areUsed(outputs, kept)) return outputs;
  const schema = findSchema(node.domain, node.op, node.graph.opsets.get(node.domain) ?? Number.MAX_SAFE_INTEGER);
  if (!schema) return outputs;
  const written = outputs.map((value, i) =>
    isUsed(value, kept) || formalAt(schema.outputs, i)?.option !== 'optional' ? value : undefined,
  );
  while (written.at(-1) === undefined && written.length > 0) written.pop();
  return written;
}

function areUsed(values: readonly Value[], kept: ReadonlySet<Value>): boolean {
  for (const value of values) if (!isUsed(value, kept)) return false;
  return true;
}

function isUsed(value: Value, kept: ReadonlySet<Value>): boolean {
  return value.name !== undefined || value.isRead || kept.has(value);
}

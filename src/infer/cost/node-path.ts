// The layer path of a node: where the author's layers, or the names of an exporter, put it.
import type { Node } from '../../ir/graph.ts';

/** The key of a node's metadata that holds its layer path. */
const PATH_KEY = 'dimwise.path';

/**
 * The parts of a node's layer path, outermost first; empty for a node of no layer. In a file of another tool they are the parts of the
 * node's name, split at `/` and `.`, without the last one, which names the operator.
 */
export function pathOf(node: Node): readonly string[] {
  const written = node.metadata?.get(PATH_KEY);
  if (written !== undefined) return split(written, '.');
  const traced = node.origin?.path;
  if (traced !== undefined) {
    const [dotted = ''] = traced.split(' ', 1);
    const parts = split(dotted, '.');
    return parts[0] === node.graph.root.name ? parts.slice(1) : parts;
  }
  return split(node.name ?? '', /[/.]/).slice(0, -1);
}

const split = (text: string, at: string | RegExp): string[] => text.split(at).filter((part) => part !== '');

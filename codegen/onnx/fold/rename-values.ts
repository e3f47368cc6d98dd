// Gives values of nodes other names, in the bodies that read them too.

import { mapAll } from '../annotate/scope-values.ts';
import type { GraphProto, NodeProto } from '../proto/messages.ts';
import { madeNames } from './prune.ts';

/** New names by old ones. */
export type Renames = ReadonlyMap<string, string>;

/** A node with values renamed; the node itself where it has none of them. */
export function renameInNode(node: NodeProto, names: Renames): NodeProto {
  if (names.size === 0) return node;
  const rename = (name: string): string => names.get(name) ?? name;
  const input = node.input && mapAll(node.input, rename);
  const output = node.output && mapAll(node.output, rename);
  const attribute =
    node.attribute &&
    mapAll(node.attribute, (each) => {
      const g = each.g && renameInBody(each.g, names);
      const graphs = each.graphs && mapAll(each.graphs, (body) => renameInBody(body, names));
      return g === each.g && graphs === each.graphs
        ? each
        : { ...each, ...(g ? { g } : {}), ...(graphs ? { graphs } : {}) };
    });
  if (input === node.input && output === node.output && attribute === node.attribute) return node;
  const parts = { input, output, attribute };
  return { ...node, ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part)) };
}

/** A body reads values around it by name, but for those that it makes itself. */
function renameInBody(body: GraphProto, names: Renames): GraphProto {
  const own = new Set(madeNames(body));
  for (const { name } of body.input ?? []) if (name) own.add(name);
  const around = new Map([...names].filter(([name]) => !own.has(name)));
  if (around.size === 0) return body;
  const node = body.node && mapAll(body.node, (each) => renameInNode(each, around));
  const output =
    body.output &&
    mapAll(body.output, (info) => {
      const name = around.get(info.name ?? '');
      return name === undefined ? info : { ...info, name };
    });
  if (node === body.node && output === body.output) return body;
  return { ...body, ...(node ? { node } : {}), ...(output ? { output } : {}) };
}

// What each layer of a model gives: the rows of a shape table.
import type { Graph, Node } from '../ir/graph.ts';
import type { ValueType } from '../ir/type.ts';

/** One layer of a model and the type of its output. */
export interface LayerShape {
  /** The dotted path, `0`, `encoder.1`; empty for operators outside of any layer. */
  readonly path: string;
  /** What the layer is, `conv2d`; empty where only the layers inside it are known, the operator outside of any layer. */
  readonly kind: string;
  /** The type of the value that the layer gives. */
  readonly type: ValueType;
}

/**
 * Lists the layers of a graph in the order of their calls, each with the type of its output. A layer that is called again
 * stands there again.
 *
 * @param model a bound model, or a defined one as far as its definition tells
 * @param depth how many segments of the paths are told apart; 1, the outermost layers, by default
 * @throws RANK_UNKNOWN when a defined model can only be traced for a batch
 * @example for (const { path, kind, type } of layerShapes(net.bind([1, 1, 28, 28]))) console.log(path, kind, formatType(type));
 */
export function layerShapes(model: { readonly graph: Graph }, depth = 1): readonly LayerShape[] {
  const { graph } = model;
  const rows: { path: string; type: ValueType; op: string }[] = [];
  const kinds = new Map<string, string>();
  for (const node of graph.nodes()) {
    const [output] = node.outputs;
    if (!output) continue;
    const { path, kind } = placeOf(node, graph.name);
    if (kind) kinds.set(path, kind);
    const outer = path.split('.').slice(0, depth).join('.');
    if (outer !== '' && rows.at(-1)?.path === outer) rows.pop();
    rows.push({ path: outer, type: output.type, op: node.op });
  }
  return rows.map(({ path, type, op }) => ({ path, kind: path === '' ? op : (kinds.get(path) ?? ''), type }));
}

/** Origins read `model`, `model dense` or `model.0.fc1 dense`: the graph's name, the path, the kind. Only kinds hold no spaces. */
function placeOf(node: Node, name: string): { readonly path: string; readonly kind: string | undefined } {
  const text = node.origin?.path ?? name;
  const own = text.startsWith(name) ? text.slice(name.length) : `.${text}`;
  const end = own.lastIndexOf(' ');
  return end < 0 ? { path: own.slice(1), kind: undefined } : { path: own.slice(1, end), kind: own.slice(end + 1) };
}

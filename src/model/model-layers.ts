// The layers of a model as a tree: by the paths that a trace gave them, and by what they hold where it did not reach them.
import type { Trace } from '../build/trace.ts';
import { type AnyLayer, isLayer, layerFacts } from '../nn/layer.ts';
import type { Parameter } from '../nn/parameter.ts';

/** A layer in a model. */
export interface ModelLayer {
  /** The dotted path; empty for the layer that is the whole model. */
  readonly path: string;
  /** What it is: `conv2d`. */
  readonly kind: string;
  readonly layer: AnyLayer;
  /** Its own parameters by local name, `weight`; those of layers inside of it are theirs. */
  readonly parameters: ReadonlyMap<string, Parameter>;
}

/** A layer with the layers inside of it, in the order of their first call. */
export interface LayerTree extends ModelLayer {
  readonly children: readonly LayerTree[];
}

/**
 * The outermost layers of a model, each with what lies inside of it. A layer that is called again stands there once.
 *
 * @param composition the layer that is the whole model, where one is
 * @param trace the latest trace, where there was one
 */
export function layerTrees(composition: AnyLayer | undefined, trace: Trace | undefined): readonly LayerTree[] {
  const paths = new Map<AnyLayer, string>();
  const hold = (layer: AnyLayer, path: string): void => {
    if (!paths.has(layer)) paths.set(layer, path);
    for (const [key, child] of layerFacts(layer).children) {
      const segment = layerFacts(child).label ?? key;
      if (!paths.has(child)) hold(child, path === '' ? segment : `${path}.${segment}`);
    }
  };
  for (const [layer, path] of trace?.layers ?? []) if (isLayer(layer)) paths.set(layer, path);
  if (composition) hold(composition, '');
  for (const [layer, path] of paths) hold(layer, path);
  return grow(paths);
}

/** Hangs every layer under the one with the longest path that its own begins with. */
function grow(paths: ReadonlyMap<AnyLayer, string>): readonly LayerTree[] {
  const trees = new Map<string, { tree: LayerTree; children: LayerTree[] }>();
  for (const [layer, path] of paths) {
    const { kind, parameters } = layerFacts(layer);
    const children: LayerTree[] = [];
    const tree = { path, kind, layer, parameters: new Map(Object.entries(parameters)), children };
    // Two layers have one path where one computes the other, as weightNorm does: the outer one, which came first, stands for both.
    if (!trees.has(path)) trees.set(path, { tree, children });
  }
  const roots: LayerTree[] = [];
  for (const [path, { tree }] of trees) {
    const parent = path === '' ? undefined : parentOf(path, trees);
    (parent?.children ?? roots).push(tree);
  }
  return roots;
}

function parentOf<T>(path: string, trees: ReadonlyMap<string, T>): T | undefined {
  for (let end = path.lastIndexOf('.'); end > 0; end = path.lastIndexOf('.', end - 1)) {
    const found = trees.get(path.slice(0, end));
    if (found) return found;
  }
  return trees.get('');
}

/** Every layer of trees, those inside before those that hold them. */
export function* insideFirst(trees: readonly LayerTree[]): IterableIterator<LayerTree> {
  for (const tree of trees) {
    yield* insideFirst(tree.children);
    yield tree;
  }
}

// Makes every tensor of a model an output, those in the branches of If included, so that a run tells all their sizes.
import { ATTRIBUTE_TYPE } from '../../codegen/onnx/proto/enums.ts';
import type { AttributeProto, GraphProto, ModelProto, NodeProto } from '../../codegen/onnx/proto/messages.ts';

/** The sizes of what stands for a value of the branch that did not run. */
export const NOT_RUN: readonly number[] = [0, 7, 0, 7, 0];

/** A model that returns all its values. */
export interface ExposedModel {
  readonly model: ModelProto;
  /** The name of the output for each value, by the path of the value. */
  readonly outputs: ReadonlyMap<string, string>;
}

/** The path of a value: its name, behind those of the nodes whose branches hold it. */
export const pathOf = (prefix: string, name: string): string => `${prefix}${name}`;

/** The prefix of the paths of what a branch holds. */
export const branchPrefix = (prefix: string, output: string, branch: string): string =>
  `${pathOf(prefix, output)}/${branch.replace('_branch', '')}/`;

interface Exposed {
  readonly path: string;
  readonly name: string;
}

/**
 * Gives a model all its tensors as outputs without types, and takes away what the file states of inner values.
 *
 * @param model the model; loops are left as they are
 * @param dtypes the element type by path, a value of `DATA_TYPE`; what has none is left out
 */
export function exposeValues(model: ModelProto, dtypes: ReadonlyMap<string, number>): ExposedModel {
  const { graph = {} } = model;
  const inner = new Exposer(dtypes).graph(graph, '');
  const output = inner.exposed.map(({ name }) => ({ name }));
  return {
    model: { ...model, graph: { ...inner.graph, output, valueInfo: [] } },
    outputs: new Map(inner.exposed.map(({ path, name }) => [path, name])),
  };
}

class Exposer {
  readonly #dtypes: ReadonlyMap<string, number>;
  #fresh = 0;

  constructor(dtypes: ReadonlyMap<string, number>) {
    this.#dtypes = dtypes;
  }

  /** The graph with the values of its branches led out, and all that it can return. */
  graph(graph: GraphProto, prefix: string): { readonly graph: GraphProto; readonly exposed: readonly Exposed[] } {
    const exposed: Exposed[] = [];
    const node = (graph.node ?? []).map((one) => {
      for (const name of one.output ?? []) {
        const path = pathOf(prefix, name);
        if (name && this.#dtypes.has(path)) exposed.push({ path, name });
      }
      return one.opType === 'If' ? this.#branches(one, prefix, exposed) : one;
    });
    return { graph: { ...graph, node, valueInfo: [] }, exposed };
  }

  /** An If that returns what its branches hold beside what it returns anyway. */
  #branches(node: NodeProto, prefix: string, exposed: Exposed[]): NodeProto {
    const [first = ''] = node.output ?? [];
    const bodies = (node.attribute ?? []).flatMap(({ name = '', g }) =>
      g ? [{ name, ...this.graph(g, branchPrefix(prefix, first, name)) }] : [],
    );
    const outer = new Map<string, string>();
    for (const { path } of bodies.flatMap((body) => body.exposed)) outer.set(path, `exposed.${this.#fresh++}`);
    for (const [path, name] of outer) exposed.push({ path, name });
    const attribute = (node.attribute ?? []).map((one): AttributeProto => {
      const body = bodies.find(({ name }) => name === one.name);
      return body ? { ...one, g: this.#complete(body.graph, body.exposed, [...outer.keys()]) } : one;
    });
    return { ...node, attribute, output: [...(node.output ?? []), ...outer.values()] };
  }

  /** A branch that also returns its own values, and stand-ins for those of the other. */
  #complete(graph: GraphProto, own: readonly Exposed[], paths: readonly string[]): GraphProto {
    const names = new Map(own.map(({ path, name }) => [path, name]));
    const more: NodeProto[] = [];
    const added = paths.map((path) => {
      const fresh = `exposed.${this.#fresh++}`;
      const name = names.get(path);
      // An Identity, because a branch may return a value only once.
      more.push(name === undefined ? standIn(fresh, this.#dtypes.get(path) ?? 1) : identity(name, fresh));
      return { name: fresh };
    });
    return { ...graph, node: [...(graph.node ?? []), ...more], output: [...(graph.output ?? []), ...added] };
  }
}

const identity = (input: string, output: string): NodeProto => ({
  opType: 'Identity',
  input: [input],
  output: [output],
});

function standIn(output: string, dataType: number): NodeProto {
  const t = { dims: [...NOT_RUN], dataType, rawData: new Uint8Array(0) };
  return { opType: 'Constant', output: [output], attribute: [{ name: 'value', type: ATTRIBUTE_TYPE.TENSOR, t }] };
}

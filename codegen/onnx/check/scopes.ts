// The scopes of a model's message: its graph, its functions, and the bodies inside of them.
import { functionKey } from '../../../src/ir/function-key.ts';
import type { FunctionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto } from '../proto/messages.ts';

/** One list of nodes with the names that it sees. */
export interface Scope {
  readonly kind: 'graph' | 'function' | 'body';
  /** The message; that of a function has the function's inputs and outputs without types. */
  readonly graph: GraphProto;
  readonly path: readonly string[];
  /** For messages: `graph "main"`, `function own.F`, `body then_branch of node 3 (If)`. */
  readonly owner: string;
  /** The scope around a body. */
  readonly outer: Scope | undefined;
  /** The function that it is, or lies in. */
  readonly function: FunctionProto | undefined;
  /** Domain to version; the first one where a domain stands twice. */
  readonly opsets: ReadonlyMap<string, number>;
  /** The bodies of its nodes, by the index of the node. */
  readonly bodies: Map<number, Scope[]>;
}

/** A model with its scopes. */
export interface ModelView {
  readonly model: ModelProto;
  readonly irVersion: number;
  /** All scopes, outer ones first. */
  readonly scopes: readonly Scope[];
  /** The main graph. */
  readonly main: Scope | undefined;
  /** The model's functions by their keys; the first one of a name. */
  readonly functions: ReadonlyMap<string, Scope>;
}

/** The scopes of a model; a stack in place of recursion, since bodies may lie deep. */
export function viewOf(model: ModelProto): ModelView {
  const irVersion = Number(model.irVersion ?? 0);
  const scopes: Scope[] = [];
  const functions = new Map<string, Scope>();
  const opsets = opsetsOf(model.opsetImport);
  if (opsets.size === 0) opsets.set('', 1);
  const { graph } = model;
  const name = graph?.name ? `graph "${graph.name}"` : 'graph';
  const main: Scope | undefined = graph && {
    kind: 'graph',
    graph,
    path: [name],
    owner: name,
    outer: undefined,
    function: undefined,
    opsets,
    bodies: new Map(),
  };
  if (main) addWithBodies(main, scopes);
  for (const proto of model.functions ?? []) {
    const scope = functionScope(proto);
    const key = functionKey(domainOf(proto), proto.name ?? '', proto.overload ?? '');
    if (!functions.has(key)) functions.set(key, scope);
    addWithBodies(scope, scopes);
  }
  return { model, irVersion, scopes, main, functions };
}

/** The text of a function's name: `function own.F`, with its overload. */
export function functionLabel({ domain, name = '', overload }: FunctionProto): string {
  return `function ${domain ? `${domain}.` : ''}${name}${overload ? `:${overload}` : ''}`;
}

/** The domain of a node or function; ai.onnx is the empty text. */
export function domainOf({ domain = '' }: { readonly domain?: string | undefined }): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** A node in a path: its index, its name and its operator, `3 "conv" (Conv)`. */
export function labelOf(index: number, node: NodeProto): string {
  const domain = domainOf(node);
  const op = `${domain ? `${domain}.` : ''}${node.opType ?? ''}`;
  return node.name ? `${index} "${node.name}" (${op})` : `${index} (${op})`;
}

/** Domain to version. */
function opsetsOf(imports: readonly OperatorSetIdProto[] = []): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const entry of imports) {
    const domain = domainOf(entry);
    if (!opsets.has(domain)) opsets.set(domain, Number(entry.version ?? 0));
  }
  return opsets;
}

function functionScope(proto: FunctionProto): Scope {
  const owner = functionLabel(proto);
  return {
    kind: 'function',
    graph: {
      node: proto.node,
      input: (proto.input ?? []).map((name) => ({ name })),
      output: (proto.output ?? []).map((name) => ({ name })),
      valueInfo: proto.valueInfo,
    },
    path: [owner],
    owner,
    outer: undefined,
    function: proto,
    opsets: opsetsOf(proto.opsetImport),
    bodies: new Map(),
  };
}

function addWithBodies(root: Scope, scopes: Scope[]): void {
  const stack = [root];
  for (let scope = stack.pop(); scope; scope = stack.pop()) {
    scopes.push(scope);
    const inner: Scope[] = [];
    for (const [index, node] of (scope.graph.node ?? []).entries()) {
      for (const { name = '', g, graphs } of node.attribute ?? []) {
        if (!g && !graphs?.length) continue;
        const label = labelOf(index, node);
        for (const [i, graph] of [...(g ? [g] : []), ...(graphs ?? [])].entries()) {
          const attribute = graphs?.length ? `${name}[${i}]` : name;
          const body: Scope = {
            ...scope,
            kind: 'body',
            graph,
            path: [...scope.path, label, attribute],
            owner: `body ${attribute} of node ${label}`,
            outer: scope,
            bodies: new Map(),
          };
          const list = scope.bodies.get(index) ?? [];
          list.push(body);
          scope.bodies.set(index, list);
          inner.push(body);
        }
      }
    }
    for (const body of inner.reverse()) stack.push(body);
  }
}

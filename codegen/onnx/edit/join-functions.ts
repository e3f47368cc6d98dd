// Brings the functions of two models together.
import { functionKey } from '../../../src/ir/function-key.ts';
import { mapAll } from '../annotate/scope-values.ts';
import type { FunctionProto, ModelProto } from '../proto/messages.ts';
import { encodeModel } from '../proto/write-message.ts';
import { freshName } from './fresh-name.ts';
import { mapNodeList, mapNodes } from './rename-nodes.ts';

const keyOf = ({ domain = '', name = '', overload = '' }: FunctionProto): string => functionKey(domain, name, overload);

/**
 * The functions of both models, and the second model with its calls of them. A function that both have alike stays one; one that only
 * has the same name is renamed in the second.
 */
export function joinFunctions(
  first: ModelProto,
  second: ModelProto,
): { readonly functions: readonly FunctionProto[]; readonly second: ModelProto } {
  const known = new Map((first.functions ?? []).map((each) => [keyOf(each), each]));
  const names = new Set([...(first.functions ?? []), ...(second.functions ?? [])].map(({ name = '' }) => name));
  const renames = new Map<string, string>();
  for (const each of second.functions ?? []) {
    const other = known.get(keyOf(each));
    if (!other || isSame(other, each)) continue;
    const name = freshName(each.name ?? '', names);
    names.add(name);
    renames.set(keyOf(each), name);
  }
  const renamed = renames.size === 0 ? second : withCalls(second, renames);
  const added = (renamed.functions ?? []).filter((each) => !known.has(keyOf(each)));
  return { functions: [...(first.functions ?? []), ...added], second: renamed };
}

/** What is stated of values belongs to the calls, not to the function. */
const isSame = (a: FunctionProto, b: FunctionProto): boolean => {
  const [one, two] = [a, b].map((each) => encodeModel({ functions: [{ ...each, valueInfo: undefined }] }));
  return one?.length === two?.length && (one?.every((byte, i) => byte === two?.[i]) ?? false);
};

/** The model with other names of functions, where they stand and where they are called. */
function withCalls(model: ModelProto, renames: ReadonlyMap<string, string>): ModelProto {
  const call = <
    T extends {
      readonly domain?: string | undefined;
      readonly opType?: string | undefined;
      readonly overload?: string | undefined;
    },
  >(
    node: T,
  ): T => {
    const name = renames.get(functionKey(node.domain ?? '', node.opType ?? '', node.overload));
    return name === undefined ? node : { ...node, opType: name };
  };
  const functions = mapAll(model.functions ?? [], (each) => {
    const name = renames.get(keyOf(each));
    const node = mapNodeList(each.node, call);
    return { ...each, ...(name === undefined ? {} : { name }), ...(node ? { node } : {}) };
  });
  return { ...model, functions, ...(model.graph ? { graph: mapNodes(model.graph, call) } : {}) };
}

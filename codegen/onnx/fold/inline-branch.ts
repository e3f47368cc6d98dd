// Puts the branch of an If whose condition is known in the place of the If.
import type { GraphProto, NodeProto, TensorAnnotation, ValueInfoProto } from '../proto/messages.ts';
import type { SparseTensorProto, TensorProto } from '../proto/tensor-messages.ts';
import type { ModelNames } from './model-names.ts';
import { madeNames } from './prune.ts';
import { renameInNode } from './rename-values.ts';

/** What a graph gets from a branch. */
export interface InlinedBranch {
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly sparseInitializer: readonly SparseTensorProto[];
  readonly valueInfo: readonly ValueInfoProto[];
  readonly quantizationAnnotation: readonly TensorAnnotation[];
}

/**
 * The parts of a branch under names that fit the graph around it. What the If gives keeps its name; a name of the branch gives way only
 * where another graph of the model has it too.
 *
 * @param isTensor whether an output of the If is a tensor, which any Identity copies
 * @returns undefined where the branch cannot take the place of the If
 */
export function inlineBranch(
  { output = [] }: NodeProto,
  branch: GraphProto,
  names: ModelNames,
  isTensor: (name: string) => boolean,
): InlinedBranch | undefined {
  const results = branch.output ?? [];
  if (results.length !== output.length || branch.input?.length) return undefined;
  const renames = new Map<string, string>();
  const copies: NodeProto[] = [];
  const madeByNodes = new Set(madeNames({ node: branch.node ?? [] }));
  for (const [i, name] of output.entries()) {
    const result = results[i]?.name ?? '';
    if (name === '') continue;
    if (madeByNodes.has(result) && !renames.has(result) && (result === name || names.count(name) === 1))
      renames.set(result, name);
    else if (isTensor(name)) copies.push({ input: [result], output: [name], name, opType: 'Identity' });
    else return undefined;
  }
  for (const name of madeNames(branch)) {
    if (!renames.has(name) && names.count(name) > 1) renames.set(name, names.invent(name));
  }
  const rename = (name = ''): string => renames.get(name) ?? name;
  const renamed = <T extends { readonly name?: string | undefined }>(each: T): T =>
    renames.has(each.name ?? '') ? { ...each, name: rename(each.name) } : each;
  const own = new Set(output);
  return {
    node: [...(branch.node ?? []), ...copies].map((node, i) =>
      i < (branch.node?.length ?? 0) ? renameInNode(node, renames) : { ...node, input: (node.input ?? []).map(rename) },
    ),
    initializer: (branch.initializer ?? []).map(renamed),
    sparseInitializer: (branch.sparseInitializer ?? []).map((each) =>
      each.values ? { ...each, values: renamed(each.values) } : each,
    ),
    // The graph has its own entries for what the If gives.
    valueInfo: (branch.valueInfo ?? []).map(renamed).filter(({ name }) => !own.has(name ?? '')),
    quantizationAnnotation: (branch.quantizationAnnotation ?? []).map((each) => ({
      ...each,
      ...(each.tensorName === undefined ? {} : { tensorName: rename(each.tensorName) }),
      ...(each.quantParameterTensorNames
        ? {
            quantParameterTensorNames: each.quantParameterTensorNames.map((entry) => ({
              ...entry,
              value: rename(entry.value),
            })),
          }
        : {}),
    })),
  };
}

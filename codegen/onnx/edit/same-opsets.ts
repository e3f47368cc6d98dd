// Brings two models to the same opsets, where no operator changes by it.

import { dimwiseError } from '../../../src/base/errors.ts';
import { functionKey } from '../../../src/ir/function-key.ts';
import { findSchema } from '../../../src/ops/schema.ts';
import { bodiesOf } from '../message-bodies.ts';
import type { GraphProto, ModelProto, OperatorSetIdProto } from '../proto/messages.ts';
import { readOpsets } from '../read-opsets.ts';

/**
 * The opsets under which the graphs of two models mean what they mean alone. Functions have opsets of their own.
 *
 * @param first imports, and entries of them, that stay as they are written where the versions agree
 * @throws JOIN_MISMATCH when an operator differs between the versions; it is named
 */
export function sameOpsets(first: ModelProto, second: ModelProto): readonly OperatorSetIdProto[] {
  const one = readOpsets(first.opsetImport ?? [], 'the first model');
  const two = readOpsets(second.opsetImport ?? [], 'the second model');
  const versions = new Map(one);
  for (const [domain, version] of two) {
    const other = one.get(domain);
    if (other === undefined || other === version) versions.set(domain, version);
    else versions.set(domain, commonVersion(domain, { model: first, version: other }, { model: second, version }));
  }
  const entries = [...(first.opsetImport ?? [])].map((entry) => {
    const version = versions.get(plain(entry.domain)) ?? 0;
    versions.delete(plain(entry.domain));
    return version === entry.version ? entry : { ...entry, version };
  });
  return [...entries, ...Array.from(versions, ([domain, version]) => ({ domain, version }))];
}

const plain = (domain = ''): string => (domain === 'ai.onnx' ? '' : domain);

interface Versioned {
  readonly model: ModelProto;
  readonly version: number;
}

/** The newer version where no operator of the older model changes up to it, else the older one where none of the newer does. */
function commonVersion(domain: string, first: Versioned, second: Versioned): number {
  const [older, newer] = first.version < second.version ? [first, second] : [second, first];
  const raised = changedOperator(older, domain, newer.version);
  if (raised === undefined) return newer.version;
  if (changedOperator(newer, domain, older.version) === undefined) return older.version;
  const which = older === first ? 'first' : 'second';
  throw dimwiseError({
    code: 'JOIN_MISMATCH',
    message: `join: the first model has opset ${first.version} of ${domain || 'ai.onnx'}, the second ${second.version}, and ${raised} of the ${which} is another operator in opset ${newer.version}`,
    expected: 'one opset for both',
    actual: `${first.version} and ${second.version}`,
    hint: `export the ${which} model with opset ${newer.version}, or convert it (onnx.version_converter)`,
  });
}

/** An operator of a model's graph that another opset defines anew, or does not have. */
function changedOperator({ model, version }: Versioned, domain: string, wanted: number): string | undefined {
  const own = new Set(
    (model.functions ?? []).map((each) => functionKey(each.domain ?? '', each.name ?? '', each.overload)),
  );
  const open: GraphProto[] = model.graph ? [model.graph] : [];
  for (let graph = open.pop(); graph; graph = open.pop()) {
    for (const node of graph.node ?? []) {
      open.push(...bodiesOf(node));
      const { opType = '' } = node;
      if (plain(node.domain) !== domain || own.has(functionKey(domain, opType, node.overload))) continue;
      const now = findSchema(domain, opType, version);
      if (!now || now.sinceVersion !== findSchema(domain, opType, wanted)?.sinceVersion) return opType;
    }
  }
  return undefined;
}

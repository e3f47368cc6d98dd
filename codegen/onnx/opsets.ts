// Which opsets a graph needs, within the limits of a target; forms of operators are checked at the opsets that result.
import { type Diagnostic, throwDiagnostics } from '../../src/base/errors.ts';
import { allNodes } from '../../src/ir/bodies.ts';
import type { Graph, Node } from '../../src/ir/graph.ts';
import type { Target } from '../../src/ir/target.ts';
import { findSchema, type OperatorSchema, schemaVersions } from '../../src/ops/schema.ts';

const ML = 'ai.onnx.ml';

/**
 * The opsets that a graph is written with: those it was inferred at, raised to the oldest that has every operator.
 *
 * @returns domain to version, `''` being ai.onnx, always present
 * @throws EMIT_OPSET when an operator needs more than the target takes, or does not exist; all such nodes are listed
 */
export function neededOpsets(graph: Graph, target: Target): Map<string, number> {
  const opsets = new Map(graph.opsets);
  const schemas = new SchemasInForce();
  const limits = limitsOf(target);
  let isChecked = true;
  for (const node of allNodes(graph)) {
    const { domain } = node;
    const opset = opsets.get(domain) ?? 1;
    if (!opsets.has(domain)) opsets.set(domain, opset);
    const { versions, current } = schemas.of(node, opset);
    if (current && fits(node, current)) {
      if (current.sinceVersion > (limits.get(domain) ?? Number.POSITIVE_INFINITY)) isChecked = false;
      continue;
    }
    isChecked = false;
    const newer = versions.find((schema) => schema.sinceVersion > opset && fits(node, schema));
    if (newer) opsets.set(domain, newer.sinceVersion);
  }
  // Where every node fits the opsets that the graph came with, there is nothing more to check.
  if (!isChecked) check(allNodes(graph), opsets, target, schemas);
  checkFunctions(graph, target);
  // What no operator needs is given back: the forms in force at the limit are the ones that were checked.
  for (const [domain, limit] of limitsOf(target)) {
    if ((opsets.get(domain) ?? 0) > limit) opsets.set(domain, limit);
  }
  return opsets;
}

/** What there is of an operator at an opset. */
interface InForce {
  readonly opset: number;
  readonly versions: readonly OperatorSchema[];
  readonly current: OperatorSchema | undefined;
}

/** Looks schemas up; large graphs have few operators and many nodes of each. */
class SchemasInForce {
  readonly #domains = new Map<string, Map<string, InForce>>();

  of({ domain, op }: Node, opset: number): InForce {
    let known = this.#domains.get(domain);
    if (!known) this.#domains.set(domain, (known = new Map()));
    let found = known.get(op);
    if (found?.opset !== opset) {
      found = { opset, versions: schemaVersions(domain, op), current: findSchema(domain, op, opset) };
      known.set(op, found);
    }
    return found;
  }
}

const limitsOf = (target: Target): ReadonlyMap<string, number> =>
  new Map([
    ['', target.opset],
    [ML, target.ml],
  ]);

/** Functions keep the opsets that they were written for. */
function checkFunctions(graph: Graph, target: Target): void {
  const mistakes: Diagnostic[] = [];
  for (const { name, opsets } of graph.functions.values()) {
    for (const [domain, limit] of limitsOf(target)) {
      const opset = opsets.get(domain) ?? 0;
      if (opset <= limit) continue;
      mistakes.push({
        code: 'EMIT_OPSET',
        message: `function ${name} is written for opset ${opset} of ${domain || 'ai.onnx'}, ${target.name} takes ${limit} at most`,
        origin: { what: `function ${name}` },
        expected: `opset <= ${limit}`,
        actual: `opset ${opset}`,
        hint: 'choose a newer target',
      });
    }
  }
  throwDiagnostics(mistakes);
}

function fits(node: Node, schema: OperatorSchema): boolean {
  if (schema.deprecated || node.inputs.length > schema.maxInputs) return false;
  for (const name of node.attributes.keys()) if (!schema.attributes.has(name)) return false;
  return true;
}

function check(
  nodes: Iterable<Node>,
  opsets: ReadonlyMap<string, number>,
  target: Target,
  schemas: SchemasInForce,
): void {
  const mistakes: Diagnostic[] = [];
  const limits = limitsOf(target);
  for (const node of nodes) {
    const { domain, op } = node;
    const opset = opsets.get(domain) ?? 1;
    const { versions, current: schema } = schemas.of(node, opset);
    const known = domain === '' || versions.length > 0;
    const limit = limits.get(domain) ?? Number.POSITIVE_INFINITY;
    if (known && !(schema && fits(node, schema))) {
      mistakes.push({
        code: 'EMIT_OPSET',
        message: `${op} as it is used here does not exist in opset ${opset} of ${domain || 'ai.onnx'}`,
        origin: node.origin,
        actual: `opset ${opset}`,
      });
    } else if (schema && schema.sinceVersion > limit) {
      mistakes.push({
        code: 'EMIT_OPSET',
        message: `${op} in the form used here came with opset ${schema.sinceVersion}, ${target.name} takes ${limit} at most`,
        origin: node.origin,
        expected: `opset <= ${limit}`,
        actual: `opset ${schema.sinceVersion}`,
        hint: 'choose a newer target, or replace the operator',
      });
    }
  }
  throwDiagnostics(mistakes);
}

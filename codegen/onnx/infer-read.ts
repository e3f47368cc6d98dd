// Infers a model that was read, and holds the types that its file states against what inference finds.
import type { ErrorCode } from '../../src/base/codes.ts';
import type { Facts } from '../../src/dim/facts.ts';
import { inferNode, type Report } from '../../src/infer/infer-node.ts';
import type { Value } from '../../src/ir/graph.ts';
import { formatType, type Shape, type ValueType } from '../../src/ir/type.ts';
import type { ReadModel } from './read.ts';

/**
 * Infers all values of a model that was read. Where no rule tells a type (operators of unknown domains), the one that the file
 * states is taken; where a rule contradicts the file, that is reported with both, and the inferred type stays.
 *
 * @param read the model, as `readModel` gave it
 * @param report takes the mistakes: those of nodes, and SHAPE_MISMATCH, RANK_MISMATCH, DTYPE_MISMATCH, KIND_MISMATCH of values
 *   whose stated type is false
 */
export function inferReadModel({ graph, declared }: ReadModel, report: Report): void {
  for (const node of graph.nodes()) {
    inferNode(node, report);
    for (const output of node.outputs) {
      const stated = declared.get(output);
      if (stated && !output.poisoned) settle(output, stated, report);
    }
  }
  for (const [value, stated] of declared) {
    // Values of bodies were inferred with the nodes that hold them, where a rule looked into the body.
    if (value.graph !== graph && !value.poisoned) settle(value, stated, report);
  }
}

/** Takes over what inference does not know, and reports what it knows better. */
function settle(value: Value, stated: ValueType, report: Report): void {
  const completed = complete(value.type, stated);
  if (completed !== value.type) value.setType(completed, value.content);
  contradict(value, stated, report);
}

/** The inferred type with what only the file tells: kind, element type, rank. Single sizes stay as inferred. */
function complete(inferred: ValueType, stated: ValueType): ValueType {
  if (inferred.kind === 'unknown') return stated;
  if (inferred.kind === 'tensor' || inferred.kind === 'sparse') {
    if (stated.kind !== inferred.kind) return inferred;
    if (inferred.dtype !== 'undefined' && inferred.shape) return inferred;
    const dtype = inferred.dtype === 'undefined' ? stated.dtype : inferred.dtype;
    return { ...inferred, dtype, shape: inferred.shape ?? stated.shape };
  }
  if ((inferred.kind === 'sequence' || inferred.kind === 'optional') && stated.kind === inferred.kind) {
    const element = complete(inferred.element, stated.element);
    return element === inferred.element ? inferred : { ...inferred, element };
  }
  return inferred;
}

function contradict(value: Value, stated: ValueType, report: Report): void {
  const code = contradiction(value.type, stated, value.graph.facts);
  if (!code) return;
  const [found, said] = [formatType(value.type), formatType(stated)];
  report({
    code,
    message: `the file states ${said} for ${value.label}, inference finds ${found}`,
    origin: value.source.kind === 'node' ? value.source.node.origin : value.origin,
    expected: found,
    actual: said,
    hint: 'the tool that wrote the file stated a wrong type; what is printed is the inferred one',
  });
}

/** The code of the first contradiction between an inferred and a stated type. */
function contradiction(inferred: ValueType, stated: ValueType, facts: Facts): ErrorCode | undefined {
  if (inferred.kind === 'unknown' || stated.kind === 'unknown') return undefined;
  if (inferred.kind !== stated.kind) return 'KIND_MISMATCH';
  switch (inferred.kind) {
    case 'tensor':
    case 'sparse':
      return stated.kind === inferred.kind ? tensorContradiction(inferred, stated, facts) : undefined;
    case 'sequence':
    case 'optional':
      return stated.kind === inferred.kind ? contradiction(inferred.element, stated.element, facts) : undefined;
    case 'map':
      return stated.kind === 'map' ? contradiction(inferred.value, stated.value, facts) : undefined;
  }
}

type TensorLike = Extract<ValueType, { kind: 'tensor' | 'sparse' }>;

function tensorContradiction(inferred: TensorLike, stated: TensorLike, facts: Facts): ErrorCode | undefined {
  const isOpen = inferred.dtype === 'undefined' || stated.dtype === 'undefined';
  if (!isOpen && inferred.dtype !== stated.dtype) return 'DTYPE_MISMATCH';
  if (!inferred.shape || !stated.shape) return undefined;
  if (inferred.shape.length !== stated.shape.length) return 'RANK_MISMATCH';
  return sizesContradict(inferred.shape, stated.shape, facts) ? 'SHAPE_MISMATCH' : undefined;
}

function sizesContradict(inferred: Shape, stated: Shape, facts: Facts): boolean {
  return inferred.some((dim, axis) => {
    const other = stated[axis];
    return other !== undefined && facts.equal(dim, other) === 'false';
  });
}

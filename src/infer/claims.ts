// Statements about the types of values, from files and authors, met with what inference finds.
import type { ErrorCode } from '../base/codes.ts';
import type { Diagnostic } from '../base/errors.ts';
import type { Origin } from '../base/origin.ts';
import type { Dim } from '../dim/dim.ts';
import type { Facts } from '../dim/facts.ts';
import type { Claim } from '../ir/claim.ts';
import type { Node, Value } from '../ir/graph.ts';
import { formatShape, formatType, type Shape, sameType, type ValueType } from '../ir/type.ts';
import { meetSize, type Speaker, saysNothing } from './meet-sizes.ts';
import { type InferAgain, shapeOf, spreadRank } from './spread-rank.ts';

/** A statement about a value. */
export interface Statement {
  readonly type: ValueType;
  readonly speaker: Speaker;
  readonly origin: Origin | undefined;
}

/**
 * Meets a statement with what inference has found of a value: what only a run, or a batch, can tell is taken over.
 *
 * @param again infers a node of which an unknown number of axes became known
 * @returns the code of what contradicts the inferred type; undefined where nothing does
 */
export function meetStatement(value: Value, statement: Statement, again: InferAgain): ErrorCode | undefined {
  const { type } = value;
  if (sameType(type, statement.type)) return undefined;
  const completed = complete(type, statement.type);
  if (completed !== type) {
    const hadShape = shapeOf(type) !== undefined;
    value.setType(completed, value.content);
    if (!hadShape && shapeOf(completed)) spreadRank(value, again);
  }
  return meetTypes(value, completed, statement);
}

/** Meets the outputs of a node that was inferred with what is stated of them; contradictions are looked for at the end. */
export function takeClaims(node: Node, claims: ReadonlyMap<Value, Claim>, again: InferAgain): void {
  for (const output of node.outputs) {
    for (let claim = claims.get(output); claim; claim = claim.also) takeClaim(output, claim, again);
  }
}

function takeClaim(value: Value, claim: Claim, again: InferAgain): void {
  const { type } = value;
  if (sameType(type, claim.type)) return;
  // What a body states of sizes cannot be asked of the graph around it, where it may not run.
  if (!value.graph.parent || claim.speaker === 'author') {
    meetStatement(value, { ...claim, origin: originOf(value, claim) }, again);
    return;
  }
  const completed = complete(type, claim.type);
  if (completed === type) return;
  value.setType(completed, value.content);
  if (!shapeOf(type) && shapeOf(completed)) spreadRank(value, again);
}

/** Where a statement stands: the author's call, or the value's entry in the file. */
export function originOf(value: Value, { origin }: Claim): Origin {
  return origin ?? { what: `what the file states of "${value.name ?? ''}"` };
}

/** The inferred type with what only a statement tells: kind, element type, rank. Single sizes stay as inferred. */
function complete(inferred: ValueType, stated: ValueType): ValueType {
  if (inferred.kind === 'unknown') return stated;
  if (inferred.kind === 'tensor' || inferred.kind === 'sparse') {
    if (stated.kind !== inferred.kind) return inferred;
    const dtype = inferred.dtype === 'undefined' ? stated.dtype : inferred.dtype;
    const shape = inferred.shape ?? stated.shape;
    return dtype === inferred.dtype && shape === inferred.shape ? inferred : { ...inferred, dtype, shape };
  }
  if ((inferred.kind === 'sequence' || inferred.kind === 'optional') && stated.kind === inferred.kind) {
    const element = complete(inferred.element, stated.element);
    return element === inferred.element ? inferred : { ...inferred, element };
  }
  return inferred;
}

function meetTypes(value: Value, inferred: ValueType, { type, speaker, origin }: Statement): ErrorCode | undefined {
  const { facts } = value.graph;
  // Nothing is taken over from a statement that is wrong anywhere.
  const code = compareTypes(inferred, type, (found, stated) => saysNothing(stated) || canBeEqual(facts, found, stated));
  if (code) return code;
  return compareTypes(inferred, type, (found, stated, axis) => {
    const where = `${value.name ?? value.label} axis ${axis}`;
    return meetSize(facts, { stated, inferred: found, speaker, origin, where });
  });
}

const canBeEqual = (facts: Facts, a: Dim, b: Dim): boolean => facts.equal(a, b) !== 'false';

/** Tells whether two sizes on an axis can be equal. */
export type CompareSizes = (inferred: Dim, stated: Dim, axis: number) => boolean;

/** Compares two types, size by size where they are of one kind and rank; the code of what cannot agree. */
export function compareTypes(inferred: ValueType, stated: ValueType, compare: CompareSizes): ErrorCode | undefined {
  if (inferred.kind === 'unknown' || stated.kind === 'unknown') return undefined;
  if (inferred.kind === 'tensor' || inferred.kind === 'sparse') {
    if (stated.kind !== inferred.kind) return 'KIND_MISMATCH';
    const isOpen = inferred.dtype === 'undefined' || stated.dtype === 'undefined';
    if (!isOpen && inferred.dtype !== stated.dtype) return 'DTYPE_MISMATCH';
    return inferred.shape && stated.shape ? compareShapes(inferred.shape, stated.shape, compare) : undefined;
  }
  if (stated.kind !== inferred.kind) return 'KIND_MISMATCH';
  if (inferred.kind === 'map') {
    return stated.kind === 'map' ? compareTypes(inferred.value, stated.value, compare) : undefined;
  }
  return stated.kind === 'sequence' || stated.kind === 'optional'
    ? compareTypes(inferred.element, stated.element, compare)
    : undefined;
}

function compareShapes(inferred: Shape, stated: Shape, compare: CompareSizes): ErrorCode | undefined {
  if (inferred.length !== stated.length) return 'RANK_MISMATCH';
  let code: ErrorCode | undefined;
  inferred.forEach((dim, axis) => {
    const said = stated[axis];
    if (said && said !== dim && !compare(dim, said, axis)) code = 'SHAPE_MISMATCH';
  });
  return code;
}

/** The diagnostic of a statement that inference contradicts. */
export function contradiction(code: ErrorCode, value: Value, statement: Statement): Diagnostic {
  const [found, said] = [formatType(value.type), textOf(statement.type)];
  const isFile = statement.speaker === 'file';
  const made = value.source.kind === 'node' ? value.source.node.origin : value.origin;
  return {
    code,
    message: isFile
      ? `the file states ${said} for ${value.label}, inference finds ${found}`
      : `${value.label} is stated to be ${said}, inference finds ${found}`,
    origin: isFile ? made : statement.origin,
    expected: found,
    actual: said,
    hint: isFile
      ? 'the tool that wrote the file stated a wrong type; what is printed is the inferred one'
      : 'correct what is stated, or what the value is computed from',
    related: isFile || !made ? [] : [{ message: 'the value is made here', origin: made }],
  };
}

/** A type as it was stated: sizes alone where no element type was. */
function textOf(type: ValueType): string {
  return type.kind === 'tensor' && type.dtype === 'undefined' ? formatShape(type.shape) : formatType(type);
}

/** Adds a statement about a value to its graph, to be met each time the value is inferred. */
export function addClaim(value: Value, claim: Claim): void {
  const claims = (value.graph.claims ??= new Map());
  const also = claims.get(value);
  claims.set(value, also ? { ...claim, also } : claim);
}

// Puts what a case gave into text that is compared with what the row says.
import { type Constraint, formatConstraint, parseConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbol, symbolsOf } from '../../src/dim/dim.ts';
import { substitute } from '../../src/dim/evaluate.ts';
import { formatDim } from '../../src/dim/text.ts';
import type { Content, Scalar } from '../../src/ir/content.ts';
import { formatType, mapDims } from '../../src/ir/type.ts';
import { parseType } from '../../src/ir/type-text.ts';
import { dimsOf, type ExampleRun, inputSymbols } from './run-example.ts';

/**
 * The outputs and constraints of a run as text. A fresh symbol gets the name that the expected texts have in its place: their
 * symbols that no input has, in order of appearance. Content is told where the expected text tells it.
 */
export function describeRun(
  run: ExampleRun,
  expected: readonly string[],
): { outputs: string[]; constraints: string[]; bounds: string[] } {
  const names = freshNames(run, expected);
  const { facts } = run.graph;
  const rename = (dim: Dim): Dim => substitute(facts.simplify(dim), (s) => names.get(s));
  const outputs = run.node.outputs.map((output, i) => {
    const type = formatType(mapDims(output.type, rename));
    return expected[i]?.includes('=') ? `${type} = ${formatContent(output.content, rename)}` : type;
  });
  const nameOf = (s: SymbolDim): string => names.get(s)?.name ?? s.name;
  const texts = (list: readonly Constraint[]): string[] =>
    list.map((constraint) => canonicalConstraint(formatConstraint(constraint, nameOf)));
  return { outputs, constraints: texts(facts.constraints()), bounds: texts(facts.given()) };
}

function freshNames(run: ExampleRun, expected: readonly string[]): Map<SymbolDim, SymbolDim> {
  const known = new Set(inputSymbols(run.inputs));
  const names = inputSymbols(expected.map(parseType)).filter((s) => s.role === 'named' && !known.has(s));
  const dims = run.node.outputs.flatMap((output) => dimsOf(output.type));
  const fresh = new Set(dims.flatMap((dim) => [...symbolsOf(dim)]).filter((s) => s.role === 'fresh'));
  return new Map([...fresh].map((s, i) => [s, names[i] ?? symbol(`unexpected_${s.name}`)]));
}

/** An expected text in the form that {@link describeRun} gives. */
export function canonical(text: string): string {
  const { type, content } = parseType(text);
  return content ? `${formatType(type)} = ${formatContent(content, (dim) => dim)}` : formatType(type);
}

/** A constraint's text in canonical form, the sides of a symmetric one in order; one on an unknown has no parsed form. */
export function canonicalConstraint(text: string): string {
  if (text.includes('?')) return text;
  const constraint = parseConstraint(text);
  if (constraint.kind !== 'equal' && constraint.kind !== 'broadcastable') return formatConstraint(constraint);
  const { left, right } = constraint;
  const [there, back] = [formatConstraint(constraint), formatConstraint({ ...constraint, left: right, right: left })];
  return there < back ? there : back;
}

function formatContent(content: Content | undefined, rewrite: (dim: Dim) => Dim): string {
  if (!content) return 'not known';
  const texts = content.elements.map((element) => formatScalar(element, rewrite));
  return content.shape.length === 0 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

/** An element as text. */
export function formatScalar(element: Scalar, rewrite: (dim: Dim) => Dim): string {
  if (element === undefined) return '?';
  if (typeof element !== 'object') return String(element);
  if (element.kind !== 'ratio') return formatDim(rewrite(element));
  return `${formatDim(rewrite(element.numerator))} / ${formatDim(rewrite(element.denominator))}`;
}

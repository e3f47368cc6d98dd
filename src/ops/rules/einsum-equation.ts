// Reads the equation of Einsum: terms of labels, each with at most one ellipsis.
import type { InferContext } from '../../ir/operator.ts';

/** The axes of one operand or of the output: letters, and `...` for axes without a name. */
export type Term = readonly string[];

/** A read equation. */
export interface Equation {
  readonly inputs: readonly Term[];
  readonly output: Term;
}

/** What the equation is read from. */
export type EquationReader = Pick<InferContext, 'op' | 'string' | 'fail'>;

/** The label of the axes without a name. */
export const ELLIPSIS = '...';

/**
 * Reads `term, term -> term`; without an arrow the output is the ellipsis, if there is one, then the labels that occur once, in
 * the order of their ASCII values. Source: ONNX Einsum-12.
 *
 * @throws ATTRIBUTE_INVALID (caught by the engine) when the equation is not of that form
 */
export function readEquation(cx: EquationReader): Equation {
  const text = cx.string('equation', '');
  const [left = '', right, ...more] = text.replaceAll(' ', '').split('->');
  if (more.length > 0) refuse(cx, text, 'one arrow at most');
  const inputs = left.split(',').map((term) => readTerm(cx, text, term));
  const ellipsis = inputs.some((term) => term.includes(ELLIPSIS));
  if (right === undefined) return { inputs, output: implicitOutput(inputs, ellipsis) };
  const output = readTerm(cx, text, right);
  const known = new Set(inputs.flat());
  for (const label of output) {
    if (label !== ELLIPSIS && !known.has(label))
      refuse(cx, text, `only labels of the inputs behind the arrow, not ${label}`);
  }
  if (new Set(output).size !== output.length) refuse(cx, text, 'each label once behind the arrow');
  if (!ellipsis || output.includes(ELLIPSIS)) return { inputs, output };
  // No axis without a name may be summed away: the ellipsis must stand for none.
  return { inputs: inputs.map((term) => term.filter((label) => label !== ELLIPSIS)), output };
}

function readTerm(cx: EquationReader, text: string, term: string): Term {
  const labels = term.match(/\.\.\.|[A-Za-z]/g) ?? [];
  if (labels.join('') !== term) refuse(cx, text, 'letters, commas, an arrow and ellipses');
  if (labels.filter((label) => label === ELLIPSIS).length > 1) refuse(cx, text, 'one ellipsis per term at most');
  return labels;
}

function implicitOutput(inputs: readonly Term[], ellipsis: boolean): Term {
  const counts = new Map<string, number>();
  for (const label of inputs.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const once = [...counts].filter(([label, count]) => label !== ELLIPSIS && count === 1).map(([label]) => label);
  // Letters sort by their code units, which are their ASCII values.
  once.sort();
  return ellipsis ? [ELLIPSIS, ...once] : once;
}

function refuse(cx: EquationReader, text: string, expected: string): never {
  return cx.fail('ATTRIBUTE_INVALID', `${cx.op}: equation "${text}" must have ${expected}`, { expected, actual: text });
}

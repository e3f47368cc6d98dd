// The matchers: toHaveShape and toMatchShapes.
import { expect } from 'vitest';
import { type ExpectedShape, matchShape } from './match-shape.ts';
import { graphOf } from './recognise.ts';
import { SnapshotText } from './serializer.ts';
import { shapesText } from './shapes-text.ts';

/** Shapes by name, as a test expects them. */
export type ExpectedShapes = Readonly<Record<string, ExpectedShape>>;

/** What a matcher gives back to vitest. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual?: unknown;
  readonly expected?: unknown;
}

/**
 * Passes where a value, a shape, a tensor or a parameter has the expected sizes. Expressions are compared by what they are, not by
 * their text: `(H + 1)//2` is `ceildiv(H, 2)`.
 */
export function toHaveShape(received: unknown, expected: ExpectedShape): MatcherResult {
  const match = matchShape(received, expected);
  if (!match) return { pass: false, message: () => `expected something with a shape, got ${typeof received}` };
  const { pass, actual } = match;
  return {
    pass,
    message: () => `expected shape ${actual}${pass ? ' not' : ''} to be ${match.expected}`,
    actual,
    expected: match.expected,
  };
}

/**
 * Without an argument: compares all shapes of a graph or model with a snapshot. With a text: compares them with the text. With an
 * object: compares only the values that it names; for a record of tensors, its entries.
 */
export function toMatchShapes(received: unknown, expected?: string | ExpectedShapes): MatcherResult {
  if (typeof expected === 'object') return matchNamed(received, expected);
  const graph = graphOf(received);
  if (!graph) return { pass: false, message: () => `expected a graph or a model with shapes, got ${typeof received}` };
  const text = shapesText(graph);
  if (expected === undefined) {
    // Throws with vitest's own difference where the snapshot is another one.
    expect(new SnapshotText(text)).toMatchSnapshot();
    return { pass: true, message: () => 'expected the shapes not to match their snapshot' };
  }
  const wanted = dedent(expected);
  return {
    pass: text === wanted,
    message: () => (text === wanted ? 'expected other shapes' : 'expected the shapes to be as stated'),
    actual: text,
    expected: wanted,
  };
}

function matchNamed(received: unknown, expected: ExpectedShapes): MatcherResult {
  const subjects = namedSubjects(received);
  const wrong: string[] = [];
  for (const [name, shape] of Object.entries(expected)) {
    const subject = subjects.get(name);
    const match = subject === undefined ? undefined : matchShape(subject, shape);
    if (!match) wrong.push(`${name}: there is none; there are ${[...subjects.keys()].join(', ') || 'none'}`);
    else if (!match.pass) wrong.push(`${name}: expected ${match.expected}, got ${match.actual}`);
  }
  const pass = wrong.length === 0;
  return { pass, message: () => (pass ? 'expected other shapes' : `expected the named shapes\n${wrong.join('\n')}`) };
}

/** The values with names, of a graph or model; the entries of any other object. */
function namedSubjects(received: unknown): Map<string, unknown> {
  const graph = graphOf(received);
  if (!graph) return new Map(typeof received === 'object' && received !== null ? Object.entries(received) : []);
  const subjects = new Map<string, unknown>();
  for (const node of graph.nodes()) for (const value of node.outputs) if (value.name) subjects.set(value.name, value);
  for (const value of [...graph.parameters, ...graph.inputs, ...graph.outputs]) {
    const name = value.name ?? (value.source.kind === 'parameter' ? value.source.cell.path : undefined);
    if (name !== undefined) subjects.set(name, value);
  }
  return subjects;
}

/** Text without the indentation and the empty ends that a template literal in a test has. */
function dedent(text: string): string {
  const lines = text
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const least = Math.min(...indents, Number.MAX_SAFE_INTEGER);
  return lines.map((line) => line.slice(least)).join('\n');
}

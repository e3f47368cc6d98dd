// Random programs of nested control flow: symbols of a body stay inside of it, and what is printed is what ONNX Runtime gives.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constraintDims } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { type GraphBuilder, op, type Value } from '../../src/index.ts';
import { allGraphs, bodiesOf } from '../../src/ir/bodies.ts';
import { dimOf } from '../../src/ir/content.ts';
import type { Graph, Value as IrValue } from '../../src/ir/graph.ts';
import { mapDims } from '../../src/ir/type.ts';
import { graphOfProgram, judgeRun } from './judged-program.ts';

/** One step on a vector. */
type Step =
  | { readonly kind: 'relu' | 'append' | 'double' | 'drop' | 'window' | 'found' | 'zeros' }
  | { readonly kind: 'if'; readonly on: 'data' | 'true' | 'size'; readonly ways: readonly [Step[], Step[]] }
  | { readonly kind: 'loop'; readonly trips: 'n' | 'm' | 0 | 1 | 3; readonly body: Step[]; readonly lists: boolean }
  | { readonly kind: 'scan' | 'map'; readonly body: Step[] };

const { steps } = fc.letrec<{ steps: Step[]; step: Step }>((tie) => {
  const body = fc.array(tie('step'), { minLength: 1, maxLength: 3, depthIdentifier: 'depth' });
  return {
    steps: body,
    step: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'depth', withCrossShrink: true },
      fc.record({ kind: fc.constantFrom('relu', 'append', 'double', 'drop', 'window', 'found', 'zeros') }),
      fc.record({
        kind: fc.constant('if'),
        on: fc.constantFrom('data', 'true', 'size'),
        ways: fc.tuple(tie('steps'), tie('steps')),
      }),
      fc.record({
        kind: fc.constant('loop'),
        trips: fc.constantFrom('n', 'm', 0, 1, 3),
        body: tie('steps'),
        lists: fc.boolean(),
      }),
      fc.record({ kind: fc.constantFrom('scan', 'map'), body: tie('steps') }),
    ) as fc.Arbitrary<Step>,
  };
});

/** What a program reads from outside. */
interface Outside {
  readonly x: Value;
  readonly rows: Value;
  readonly m: Value;
  readonly c: Value;
}

const sizeOf = (value: Value): Value => op.Gather(op.Shape(value), 0);
const append = (a: Value, b: Value): Value => op.Concat([a, b], { axis: 0 });
const all = (body: readonly Step[], value: Value, outside: Outside): Value =>
  body.reduce((at, step) => apply(step, at, outside), value);

function apply(step: Step, v: Value, outside: Outside): Value {
  const { x, rows, m, c } = outside;
  switch (step.kind) {
    case 'relu':
      return op.Relu(v);
    case 'append':
      return append(v, x);
    case 'double':
      return append(v, v);
    case 'drop':
      return op.Slice(v, [1], [Number.MAX_SAFE_INTEGER]);
    case 'window':
      return op.Slice(v, [-5], [Number.MAX_SAFE_INTEGER]);
    case 'found':
      return append(x, op.Cast(op.Squeeze(op.NonZero(v), [0]), { to: 'float32' }));
    case 'zeros':
      return op.ConstantOfShape(op.Add(op.Shape(v), 1n));
    case 'if': {
      const cond = step.on === 'data' ? c : step.on === 'true' ? op.Constant({ value_int: 1 }) : undefined;
      return (
        op.If(cond ? op.Cast(cond, { to: 'bool' }) : op.Less(sizeOf(v), sizeOf(x)), {
          then_branch: () => all(step.ways[0], v, outside),
          else_branch: () => all(step.ways[1], v, outside),
        })[0] ?? v
      );
    }
    case 'loop': {
      const trips = step.trips === 'n' ? sizeOf(rows) : step.trips === 'm' ? m : step.trips;
      const lists: Value[] = step.lists ? [op.SequenceConstruct([v])] : [];
      const [state, count, list] = op.Loop(trips, true, [v, sizeOf(v), ...lists], {
        body: (i, cond, s, k, l) => {
          const next = all(step.body, s ?? v, outside);
          const grown = l ? [op.SequenceInsert(l as Value<never>, next)] : [];
          return [cond ?? c, next, op.Add(k ?? m, i ?? m), ...grown, op.ReduceSum(next)];
        },
      });
      const counted = op.ConstantOfShape(op.Reshape(count ?? m, [1]));
      const joined = step.lists && list && op.ConcatFromSequence(list as Value<never>, { axis: 0 });
      return op.Concat([state ?? v, counted, ...(joined ? [joined] : [])], { axis: 0 });
    }
    case 'scan': {
      const [out] = op.Scan([rows], {
        num_scan_inputs: 1,
        body: (row) => [op.ReduceSum(all(step.body, row ?? x, outside), [0], { keepdims: 0 })],
      });
      return append(v, out ?? v);
    }
    case 'map': {
      const list = op.SequenceConstruct([v, x, op.Relu(v)]);
      const [mapped] = op.SequenceMap(list, [], { body: (each) => [all(step.body, each ?? x, outside)] });
      return op.ConcatFromSequence((mapped ?? v) as Value<never>, { axis: 0 });
    }
  }
}

const program =
  (body: readonly Step[]) =>
  (g: GraphBuilder): readonly Value[] => {
    const outside = {
      x: g.input('x', 'float32', ['a']),
      rows: g.input('rows', 'float32', ['n', 'k']),
      m: g.input('m', 'int64', []),
      c: g.input('c', 'bool', []),
    };
    return [all(body, outside.x, outside)];
  };

/** The fresh symbols that a value's type and elements speak of. */
function freshOf(value: IrValue): Set<SymbolDim> {
  const found = new Set<SymbolDim>();
  const note = (dim: Dim): Dim => {
    for (const symbol of symbolsOf(dim)) if (symbol.role === 'fresh') found.add(symbol);
    return dim;
  };
  mapDims(value.type, note);
  for (const element of value.content?.elements ?? []) {
    const dim = dimOf(element);
    if (dim) note(dim);
  }
  return found;
}

const valuesIn = (graph: Graph): IrValue[] => [
  ...graph.inputs,
  ...[...graph.nodes()].flatMap(({ outputs }) => outputs),
];

/** The symbols of bodies that the graphs around them speak of. */
function leaks(root: Graph): string[] {
  const found: string[] = [];
  for (const graph of allGraphs(root)) {
    const before = new Set<SymbolDim>();
    for (const input of graph.inputs) for (const symbol of freshOf(input)) before.add(symbol);
    for (let at = graph.parent; at; at = at.parent) {
      for (const value of valuesIn(at)) for (const symbol of freshOf(value)) before.add(symbol);
    }
    const inside = new Set<SymbolDim>();
    for (const node of graph.nodes()) {
      for (const body of bodiesOf(node)) {
        for (const inner of allGraphs(body))
          for (const value of valuesIn(inner)) for (const s of freshOf(value)) inside.add(s);
      }
      for (const symbol of before) inside.delete(symbol);
      for (const output of node.outputs) {
        for (const symbol of freshOf(output)) {
          if (inside.has(symbol)) found.push(`${symbol.name} in the type of ${node.op}`);
          before.add(symbol);
        }
      }
    }
    for (const constraint of graph.facts.constraints()) {
      for (const dim of constraintDims(constraint)) {
        for (const symbol of symbolsOf(dim)) if (inside.has(symbol)) found.push(`${symbol.name} in a constraint`);
      }
    }
  }
  return found;
}

const RUNS = [
  { x: [2], rows: [3, 2], m: 2, c: true },
  { x: [3], rows: [1, 4], m: 0, c: false },
] as const;

describe('random control flow', () => {
  test('keeps the symbols of bodies inside', () => {
    fc.assert(
      fc.property(steps, (body) => {
        expect(leaks(graphOfProgram(program(body)))).toEqual([]);
      }),
      { numRuns: 60, seed: 3 },
    );
  }, 120_000);

  test('prints what runs give', async () => {
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (body) => {
        const graph = graphOfProgram(program(body));
        for (const feeds of RUNS) {
          const verdict = await judgeRun(graph, feeds);
          if ('refused' in verdict) continue;
          ran++;
          expect(verdict.mistakes).toEqual([]);
        }
      }),
      { numRuns: 40, seed: 5 },
    );
    expect(ran).toBeGreaterThan(50);
  }, 120_000);
});

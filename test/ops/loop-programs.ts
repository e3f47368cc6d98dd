// What the tests of loops write their programs with.
import { type GraphBuilder, op, type Value } from '../../src/index.ts';
import type { Feeds, JudgedProgram } from './judged-program.ts';

/** One program with the types that are expected of it and the runs that judge them. */
export interface Row {
  readonly fact: string;
  readonly program: JudgedProgram;
  readonly types: readonly string[];
  readonly runs: readonly Feeds[];
}

/** A body that keeps the condition: the next state, then rows. */
export type Step = (i: Value, ...state: Value[]) => readonly Value[];

/** A float32 input. */
export const f32 = (g: GraphBuilder, name: string, ...shape: (string | number)[]): Value =>
  g.input(name, 'float32', shape);
/** A scalar int64 input. */
export const i64 = (g: GraphBuilder, name: string): Value => g.input(name, 'int64', []);
/** A size of a value, a scalar. */
export const sizeOf = (value: Value, axis = 0): Value => op.Gather(op.Shape(value), axis);
/** A loop of so many steps. */
export const repeat = (count: Value | number, state: readonly Value[], body: Step): readonly Value[] =>
  op.Loop(count, true, state, {
    body: (i, condition, ...rest) => (i && condition ? [condition, ...body(i, ...rest)] : []),
  });
/** A loop of as many steps as a value has rows. */
export const forEach = (rows: Value, state: readonly Value[], body: Step): readonly Value[] =>
  repeat(sizeOf(rows), state, body);
/** Values one after the other along axis 0. */
export const concat = (...values: (Value | undefined)[]): Value =>
  op.Concat(
    values.filter((value) => value !== undefined),
    { axis: 0 },
  );
/** As many zeros as a scalar says. */
export const zeros = (size: Value): Value => op.ConstantOfShape(op.Reshape(size, [1]));
/** The last elements. */
export const tail = (value: Value, count: number): Value => op.Slice(value, [-count], [Number.MAX_SAFE_INTEGER], [0]);
/** All but the first elements. */
export const drop = (value: Value, count: number): Value => op.Slice(value, [count], [Number.MAX_SAFE_INTEGER], [0]);

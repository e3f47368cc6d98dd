// What a program may return, and the names its outputs get.
import { dimwiseError } from '../base/errors.ts';
import type { Trace } from '../build/trace.ts';
import { Value } from '../ir/graph.ts';

/** The outputs of a program: one value, several in order, or several by name. */
export type ProgramResult = Value | readonly Value[] | { readonly [name: string]: Value };

/**
 * The outputs with their names: `output` for one, `output0`, `output1` ... in order, or the keys.
 *
 * @throws OUTPUT_INVALID when something else than values is returned, or nothing
 */
export function checkOutputs(result: ProgramResult, trace: Trace): readonly (readonly [string, Value])[] {
  const named = entries(result);
  const bad = named.find(([, value]) => !(value instanceof Value));
  if (named.length === 0 || bad) {
    throw dimwiseError({
      code: 'OUTPUT_INVALID',
      message: bad
        ? `output ${bad[0]} of ${trace.name} is ${String(bad[1])}, not a value`
        : `${trace.name} returns no output`,
      origin: trace.origin(),
      expected: 'a value, an array of values or an object of values',
      actual: bad ? typeof bad[1] : 'nothing',
      hint: 'return what the last layer gave: model((x) => fc(x))',
    });
  }
  return named;
}

function entries(result: ProgramResult): readonly (readonly [string, Value])[] {
  if (result instanceof Value) return [['output', result]];
  if (isList(result)) return result.map((value, i) => [`output${i}`, value] as const);
  return typeof result === 'object' && result !== null ? Object.entries(result) : [['output', result]];
}

const isList = (result: ProgramResult): result is readonly Value[] => Array.isArray(result);

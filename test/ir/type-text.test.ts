// Types are read from text and come back as the same text.
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { constant, symbol } from '../../src/dim/dim.ts';
import { formatType } from '../../src/ir/type.ts';
import { parseType } from '../../src/ir/type-text.ts';

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (error) {
    return isDimwiseError(error) ? error.code : String(error);
  }
  return undefined;
};

describe('parseType', () => {
  test.each([
    'float32[batch, 20]',
    'float32[]',
    'float16[...]',
    '?[...]',
    'float32[?, 4]',
    'int64[min(a, b), "a, b", n + 1]',
    'seq(float32[n])',
    'optional(seq(bool[?]))',
    'sparse(float32[a, b])',
    'map(string, float32[])',
    'seq(map(int64, float32[]))',
    'unknown',
  ])('reads %s so that it prints the same', (text) => {
    expect(formatType(parseType(text).type)).toBe(text);
  });

  test('makes a new unknown of each question mark', () => {
    const { type } = parseType('float32[?, ?]');
    const shape = type.kind === 'tensor' ? type.shape : null;
    expect(shape?.[0]).not.toBe(shape?.[1]);
  });

  test.each([
    ['int64[2] = [0, -1]', [constant(0), constant(-1)]],
    ['int64[] = 3', [constant(3)]],
    ['int64[3] = [s, ?, 2*s]', [symbol('s'), undefined, parseDimOf('2*s')]],
    ['int64[1] = [9223372036854775807]', [9223372036854775807n]],
    ['float32[2] = [0.5, -inf]'.replace('-inf', '-Infinity'), [0.5, Number.NEGATIVE_INFINITY]],
    ['bool[3] = [true, false, ?]', [true, false, undefined]],
    ['int64[0] = []', []],
  ])('reads the content of %s', (text, elements) => {
    expect(parseType(text).content?.elements).toEqual(elements);
  });

  test.each([
    ['float33[2]', 'GRAPH_TEXT_SYNTAX'],
    ['float32', 'GRAPH_TEXT_SYNTAX'],
    ['map(text, float32[])', 'GRAPH_TEXT_SYNTAX'],
    ['int64[n] = [1]', 'GRAPH_TEXT_SYNTAX'],
    ['int64[3] = [1, 2]', 'GRAPH_TEXT_SYNTAX'],
    ['bool[1] = [1]', 'GRAPH_TEXT_SYNTAX'],
    ['float32[1] = [x]', 'GRAPH_TEXT_SYNTAX'],
    ['int64[1] = 1 = 2', 'GRAPH_TEXT_SYNTAX'],
    ['float32[a +]', 'DIM_SYNTAX'],
  ])('refuses %s with %s', (text, code) => {
    expect(codeOf(() => parseType(text))).toBe(code);
  });
});

function parseDimOf(text: string) {
  const { type } = parseType(`int64[${text}]`);
  return type.kind === 'tensor' ? type.shape?.[0] : undefined;
}

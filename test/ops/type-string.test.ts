// Type strings of schemas become types and come back as the same text.
import { describe, expect, test } from 'vitest';
import { dtypeFromSpec } from '../../src/ir/dtype.ts';
import { UNKNOWN_TYPE } from '../../src/ir/type.ts';
import { TYPE_STRINGS } from '../../src/ops/schemas/types.gen.ts';
import { parseTypeString, typeStringOf } from '../../src/ops/type-string.ts';

const tensor = (dtype: string) => ({ kind: 'tensor', dtype, shape: null });
const scalar = (dtype: string) => ({ kind: 'tensor', dtype, shape: [] });

describe('parseTypeString', () => {
  test.each([
    ['tensor(float)', tensor('float32')],
    ['tensor(double)', tensor('float64')],
    ['tensor(uint4)', tensor('uint4')],
    ['seq(tensor(int64))', { kind: 'sequence', element: tensor('int64') }],
    ['optional(seq(tensor(bool)))', { kind: 'optional', element: { kind: 'sequence', element: tensor('bool') } }],
    ['sparse_tensor(float16)', { kind: 'sparse', dtype: 'float16', shape: null }],
    ['map(int64, float)', { kind: 'map', key: 'int64', value: scalar('float32') }],
    ['map(string, tensor(double))', { kind: 'map', key: 'string', value: tensor('float64') }],
    [
      'seq(map(string, float))',
      { kind: 'sequence', element: { kind: 'map', key: 'string', value: scalar('float32') } },
    ],
  ])('reads %s', (text, type) => {
    expect(parseTypeString(text)).toEqual(type);
  });

  test.each([
    '',
    'T',
    'tensor',
    'tensor()',
    'tensor(float32)',
    'tensor(float',
    'list(tensor(float))',
    'map(float)',
    'map(a, float)',
    'seq()',
  ])('gives nothing for "%s"', (text) => {
    expect(parseTypeString(text)).toBe(UNKNOWN_TYPE);
  });
});

describe('typeStringOf', () => {
  const known = TYPE_STRINGS.filter((text) => dtypeFromSpec(/(\w+)\)*$/.exec(text)?.[1] ?? '') !== undefined);
  test.each(known)('writes %s back as it was read', (text) => {
    expect(typeStringOf(parseTypeString(text))).toBe(text);
  });

  test('covers all type strings of the schemas but those of 6-bit floats', () => {
    const open = TYPE_STRINGS.filter((text) => !known.includes(text));
    expect(open.filter((text) => !/float6e[23]m[32]\)+$/.test(text))).toEqual([]);
    for (const text of open) expect(parseTypeString(text)).toBe(UNKNOWN_TYPE);
  });

  test('gives nothing where an element type is not known', () => {
    expect(typeStringOf(UNKNOWN_TYPE)).toBeUndefined();
    expect(typeStringOf({ kind: 'tensor', dtype: 'undefined', shape: null })).toBeUndefined();
    expect(typeStringOf({ kind: 'sequence', element: UNKNOWN_TYPE })).toBeUndefined();
  });
});

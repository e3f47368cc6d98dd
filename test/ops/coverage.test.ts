// No operator of the schema tables lacks a row silently, and the coverage tables say what the rows give.
import { describe, expect, test } from 'vitest';
import { qualifiedName, WITHOUT_ROW } from '../../codegen/typescript/operators-without-row.ts';
import { coverageOf } from '../../codegen/typescript/row-coverage.ts';
import { findRow } from '../../src/ops/rows.ts';
import { operatorNames, runtimeOperatorNames, SCHEMA_DOMAINS } from '../../src/ops/schema.ts';

const all = [
  ...SCHEMA_DOMAINS.flatMap((domain) => operatorNames(domain).map((name) => [domain, name] as const)),
  ...runtimeOperatorNames().map((name) => ['', name] as const),
];

describe('the rows', () => {
  test('cover every operator of every schema table but those that are listed with a reason', () => {
    const missing = all
      .filter(([domain, name]) => !findRow(domain, name))
      .map(([domain, name]) => qualifiedName(domain, name));
    expect(missing.toSorted()).toEqual([...WITHOUT_ROW.keys()].toSorted());
  });

  test('cover 125 of the 127 operators of com.microsoft', () => {
    expect(operatorNames('com.microsoft').filter((name) => findRow('com.microsoft', name))).toHaveLength(125);
  });

  test('are listed with reasons that say something', () => {
    for (const reason of WITHOUT_ROW.values()) expect(reason).toMatch(/^\w.{20,}[^.]$/);
  });
});

describe('coverageOf', () => {
  test.each([
    ['', 'Sigmoid', 'sizes', false],
    ['', 'Conv', 'sizes', false],
    ['', 'Add', 'sizes', true],
    ['', 'Concat', 'sizes', true],
    ['', 'NonZero', 'values', false],
    ['', 'Slice', 'values', true],
    ['', 'Squeeze', 'values', true],
    ['com.microsoft', 'MatMulNBits', 'sizes', false],
    ['com.microsoft', 'Unique', 'values', false],
    ['com.microsoft', 'Range', 'values', true],
    ['com.microsoft', 'EPContext', 'none', false],
  ] as const)('says of %s::%s that shapes come from %s', (domain, name, shapes, followsValues) => {
    expect(coverageOf(domain, name)).toMatchObject({ shapes, followsValues });
  });

  test('counts the worked cases', () => {
    for (const [domain, name] of all)
      expect(coverageOf(domain, name).cases).toBe(findRow(domain, name)?.examples.length ?? 0);
  });
});

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
    ['', 'Conv', 'sizes'],
    ['', 'Add', 'sizes'],
    ['', 'NonZero', 'values'],
    ['', 'Slice', 'values'],
    ['', 'Squeeze', 'values'],
    ['com.microsoft', 'MatMulNBits', 'sizes'],
    ['com.microsoft', 'Unique', 'values'],
    ['com.microsoft', 'Range', 'values'],
    ['com.microsoft', 'EPContext', 'none'],
  ] as const)('says of %s::%s that shapes come from %s', (domain, name, shapes) => {
    expect(coverageOf(domain, name).shapes).toBe(shapes);
  });

  test.each([
    ['', 'Concat', true],
    ['', 'Conv', false],
    ['com.microsoft', 'Range', true],
    ['com.microsoft', 'EPContext', false],
  ] as const)('says whether values are followed through %s::%s: %s', (domain, name, followsValues) => {
    expect(coverageOf(domain, name).followsValues).toBe(followsValues);
  });

  test('counts the worked cases', () => {
    for (const [domain, name] of all)
      expect(coverageOf(domain, name).cases).toBe(findRow(domain, name)?.examples.length ?? 0);
  });
});

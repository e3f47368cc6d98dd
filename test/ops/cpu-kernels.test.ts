// Every operator that ONNX Runtime's CPU provider has kernels for has a row; rows-run.test.ts and chains-run.test.ts run them.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findRow } from '../../src/ops/rows.ts';

/** Recorded by make.py beside it. */
const { operators }: { readonly operators: Readonly<Record<string, readonly string[]>> } = JSON.parse(
  readFileSync(new URL('../fixtures/cpu-kernels/kernels.json', import.meta.url), 'utf8'),
);

/** Operators that ONNX Runtime 1.32 has and 1.30, for which the schemas were recorded, has not. */
const SINCE_1_30: readonly string[] = [
  'BranchwiseRMSNorm',
  'GatherPacked',
  'HyperConnectionPostMix',
  'HyperConnectionPreMix',
  'MoEGroupRouter',
  'ScaledSiLU',
  'VarlenNGramHashMapping',
];

describe('kernels of the CPU provider', () => {
  test.each(Object.entries(operators))('all have a row, domain "%s"', (domain, names) => {
    const lacking = names.filter((name) => !findRow(domain, name));
    expect(names.length).toBeGreaterThan(0);
    expect(lacking).toEqual(domain === 'com.microsoft' ? SINCE_1_30 : []);
  });
});

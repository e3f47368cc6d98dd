// All bad files that are bytes alone.
import type { HostileCase } from './case.ts';
import { LIMIT_CASES } from './limit-cases.ts';
import { OPERATOR_CASES } from './operator-cases.ts';
import { STRUCTURE_CASES } from './structure-cases.ts';
import { TENSOR_CASES } from './tensor-cases.ts';
import { WIRE_CASES } from './wire-cases.ts';

/** Every one with its control. */
export const BYTES_CASES: readonly HostileCase[] = [
  ...WIRE_CASES,
  ...STRUCTURE_CASES,
  ...TENSOR_CASES,
  ...OPERATOR_CASES,
  ...LIMIT_CASES,
];

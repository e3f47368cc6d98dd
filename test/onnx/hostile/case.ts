// One bad file and, next to it, a good one that differs in what is wrong.
import type { ErrorCode } from '../../../src/base/codes.ts';

/** A file that must be refused, and its control, which must be taken. */
export interface HostileCase {
  readonly name: string;
  readonly code: ErrorCode;
  /** What the message must name. */
  readonly says: string;
  readonly bad: () => Uint8Array;
  readonly good: () => Uint8Array;
}

/** A row of a table: name, code, what the message names, the bad file, the good one. */
export type HostileRow = readonly [
  name: string,
  code: ErrorCode,
  says: string,
  bad: () => Uint8Array,
  good: () => Uint8Array,
];

/** The cases of a table. */
export function casesOf(rows: readonly HostileRow[]): HostileCase[] {
  return rows.map(([name, code, says, bad, good]) => ({ name, code, says, bad, good }));
}

/** A list by index. */
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

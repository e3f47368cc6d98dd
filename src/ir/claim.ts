// What a file or an author states of a value's type.
import type { Origin } from '../base/origin.ts';
import type { ValueType } from './type.ts';

/** A statement about the type of a value. Inference meets it with what it finds, by the policy of docs/declarations.md. */
export interface Claim {
  readonly type: ValueType;
  /** Whose word it is: a file's may be wrong, an author's is asked of every run. */
  readonly speaker: 'file' | 'author';
  /** Where it was said; undefined for the value's entry in a file. */
  readonly origin?: Origin | undefined;
  /** What else is stated of the same value. */
  readonly also?: Claim | undefined;
}

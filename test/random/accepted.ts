// What ONNX Runtime says or does that is no fault of inference, each with its reason.
import type { Finding, FindingKind } from './judge-plan.ts';

/** One kind of finding that is none. */
export interface Accepted {
  readonly kinds: readonly FindingKind[];
  /** The operator; any where absent. */
  readonly op?: RegExp;
  readonly text?: RegExp;
  readonly reason: string;
}

/** All of them; docs/judges.md tells those that a user can meet. */
export const ACCEPTED: readonly Accepted[] = [
  {
    kinds: ['load'],
    text: /Failed to construct locale/,
    reason: 'the machine lacks the locale that the case names',
  },
];

/** The reason for which a finding is accepted; undefined where it is a fault. */
export function acceptedReason({ kind, op, text }: Pick<Finding, 'kind' | 'op' | 'text'>): string | undefined {
  return ACCEPTED.find(
    (each) => each.kinds.includes(kind) && (each.op?.test(op) ?? true) && (each.text?.test(text) ?? true),
  )?.reason;
}

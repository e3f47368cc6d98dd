// What a row of the table of error codes says, and how rows are written.

/** One row of the table: who must act, the rule that was broken, and what to do. */
export interface CodeRow {
  /** `user`: the model, the feed or the command is wrong. `unsupported`: dimwise or the target lacks it. `internal`: a defect. */
  readonly by: 'user' | 'unsupported' | 'internal';
  /** The rule, as one sentence. */
  readonly rule: string;
  /** What the user can do. */
  readonly remedy: string;
}

/** A row of which the user must act. */
export const user = (rule: string, remedy: string): CodeRow => ({ by: 'user', rule, remedy });

/** A row of what dimwise or the target lacks. */
export const unsupported = (rule: string, remedy: string): CodeRow => ({ by: 'unsupported', rule, remedy });

/** A row of a defect of dimwise. */
export const internal = (rule: string, remedy: string): CodeRow => ({ by: 'internal', rule, remedy });

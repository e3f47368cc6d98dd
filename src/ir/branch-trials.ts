// What a rule asks about branches that may run, as far as anyone knows, and may be such that no run gets through them.
import type { Diagnostic } from '../base/errors.ts';
import type { Graph } from './graph.ts';
import type { IsInner } from './inner-symbols.ts';
import type { BodyOptions } from './operator.ts';
import type { ValueType } from './type.ts';

/** The name of a branch of If. */
export type BranchName = 'then_branch' | 'else_branch';

/** A branch that no valid run takes. */
export interface RuledOut {
  readonly branch: BranchName;
  /** What fails in each run that takes it. */
  readonly mistakes: readonly Diagnostic[];
  /** Whether it fails behind the node, because of what the branch gives; in the branch itself otherwise. */
  readonly isBehind: boolean;
}

/** What was found of a branch whose condition is not known. */
export interface BranchTrial {
  readonly types: readonly ValueType[];
  /** What fails in each run that takes the branch; empty where runs may get through. */
  readonly mistakes: readonly Diagnostic[];
}

/** The body of a branch, and the symbols that mean nothing outside of it. */
export interface BranchBody {
  readonly body: Graph;
  readonly isInner: IsInner;
}

/** Judges the branches of one node whose condition is not known. */
export interface BranchTrials {
  /** The branch that is ruled out by what follows the node. */
  readonly ruledOut: RuledOut | undefined;
  /** Infers a branch. Sizes and ranks that fail are returned and not told; in models that an author writes they are told as ever. */
  infer(body: Graph, options: BodyOptions): BranchTrial;
  /** Remembers the branch that no valid run takes; what the other one asked for is asked of the graph around it, where it was inferred. */
  ruleOut(ruledOut: RuledOut, other?: BranchBody): void;
  /** Asks of the graph around both branches what both ask for. */
  agree(branches: readonly [BranchBody, BranchBody]): void;
  /** Whether the condition counts as known for the rest of the graph. */
  readonly decides: boolean;
  /** Tells the mistakes of both branches and gives the node up. */
  giveUp(mistakes: readonly Diagnostic[]): void;
}

// The distribution that a draw plan stands for, where its elements are samples.
import { assertNever } from '../../base/assert-never.ts';
import { type Distribution, truncatedNormal } from '../random/distribution.ts';
import type { DrawPlan } from './plan.ts';

/** The distribution that all elements are drawn from; undefined for patterns and given values. */
export function planDistribution(plan: DrawPlan): Distribution | undefined {
  switch (plan.kind) {
    case 'uniform':
      return { kind: 'uniform', low: plan.low, span: plan.high - plan.low };
    case 'normal':
      return plan;
    case 'truncatedNormal':
      return truncatedNormal(plan);
    case 'fill':
    case 'sparse':
    case 'values':
    case 'orthogonal':
      return undefined;
    default:
      return assertNever(plan, 'draw plan');
  }
}

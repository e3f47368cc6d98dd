// Broadcasting of sizes in canonical form.
import { dimwiseError } from '../base/errors.ts';
import { constant, type Dim } from './dim.ts';
import { choiceNode } from './nodes.ts';
import { compareDims } from './order.ts';
import { spend } from './work.ts';

/**
 * The size that broadcasting gives, where it is defined: ones leave, and a number other than 1 decides.
 *
 * @throws DIM_UNDEFINED when two numbers other than 1 differ
 */
export function broadcastOf(dims: readonly Dim[]): Dim {
  const kept = new Set<Dim>();
  let decided: number | undefined;
  const open = [...dims];
  for (let d = open.pop(); d; d = open.pop()) {
    if (d.kind === 'broadcast') open.push(...d.operands);
    else if (d.kind !== 'const') kept.add(d);
    else if (d.value !== 1) {
      if (decided !== undefined && decided !== d.value) throw notBroadcastable(decided, d.value);
      decided = d.value;
    }
  }
  if (decided !== undefined) return constant(decided);
  const [first] = kept;
  if (!first) return constant(1);
  if (kept.size === 1) return first;
  spend(4 * kept.size);
  return choiceNode('broadcast', [...kept].toSorted(compareDims));
}

function notBroadcastable(a: number, b: number): Error {
  const [low, high] = a < b ? [a, b] : [b, a];
  return dimwiseError({
    code: 'DIM_UNDEFINED',
    message: `sizes ${low} and ${high} do not broadcast`,
    expected: 'equal sizes, or one of them 1',
    actual: `${low} and ${high}`,
  });
}

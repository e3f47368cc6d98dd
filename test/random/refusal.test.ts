// What inference refuses is a fault where it runs; a body that may not run is made to.
import { describe, expect, test } from 'vitest';
import type { Attribute } from '../../src/ir/attribute.ts';
import type { Finding } from './judge-plan.ts';
import { judgeRefusal } from './judge-plan.ts';
import type { Plan, PlanBody, PlanInput, PlanNode } from './plan.ts';
import { Rng } from './rng.ts';

const node = (op: string, inputs: readonly string[], outputs: readonly string[], rest: Partial<PlanNode> = {}) => ({
  name: op.toLowerCase(),
  domain: '',
  op,
  inputs,
  outputs,
  attributes: {},
  ...rest,
});

const input = (name: string, dtype: PlanInput['dtype'], ...shape: PlanInput['shape']): PlanInput => ({
  name,
  dtype,
  shape,
  fill: 'zero',
});

const axis: Readonly<Record<string, Attribute>> = { axis: { kind: 'int', value: 1n } };

/** A plan around a refused node that inference said `text` of. */
function judge(refused: PlanNode, inputs: readonly PlanInput[], text = 'no'): Promise<Finding | undefined> {
  const plan: Plan = { opset: 21, symbols: [{ name: 'n', min: 1 }], inputs, constants: [], nodes: [] };
  return judgeRefusal({ plan, node: refused, text, crash: false }, new Rng(1));
}

/** A step that puts `x` beside its doubled state, which fits in no step, or beside the state, which does in the first. */
function loop(doubled: boolean): PlanNode {
  const body: PlanBody = {
    inputs: [
      { name: 'i', dtype: 'int64', rank: 0 },
      { name: 'on', dtype: 'bool', rank: 0 },
      { name: 'state', dtype: 'float32' },
    ],
    constants: [],
    nodes: [
      node('Identity', ['on'], ['goes']),
      node('Concat', ['state', 'x'], ['next'], { attributes: { axis: { kind: 'int', value: 0n } } }),
      node('Concat', ['x', doubled ? 'next' : 'state'], ['row'], { name: 'beside', attributes: axis }),
    ],
    outputs: ['goes', 'next', 'row'],
  };
  return node('Loop', ['m', '', 'x'], ['after', 'rows'], { attributes: { body: { kind: 'body', value: body } } });
}

describe('judgeRefusal', () => {
  const inputs = [input('m', 'int64'), input('x', 'float32', 'n', 2)];

  test('finds nothing in a loop refused for a body that runs in no step, though no step may run', async () => {
    expect(await judge(loop(true), inputs)).toBeUndefined();
  });

  test('finds a loop refused although a step runs', async () => {
    expect(await judge(loop(false), inputs)).toMatchObject({ kind: 'refused', op: 'Loop' });
  });

  test('finds an If refused only where both branches run', async () => {
    const branch = (op: string, reads: readonly string[], attributes: PlanNode['attributes'] = {}): PlanBody => ({
      inputs: [],
      constants: [],
      nodes: [node(op, reads, [`${op}_out`], { attributes })],
      outputs: [`${op}_out`],
    });
    const either = (other: PlanBody): PlanNode =>
      node('If', ['c'], ['y'], {
        attributes: {
          then_branch: { kind: 'body', value: other },
          else_branch: { kind: 'body', value: branch('Relu', ['x']) },
        },
      });
    const given = [input('c', 'bool'), input('x', 'float32', 'n', 2), input('w', 'float32', 'n + 1', 2)];
    expect(await judge(either(branch('Neg', ['x'])), given)).toMatchObject({ kind: 'refused', op: 'If' });
    // The condition that is fed takes the other branch.
    expect(await judge(either(branch('Concat', ['x', 'w'], axis)), given)).toBeUndefined();
  });

  test('does not run what would end the process', async () => {
    const equation: Attribute = { kind: 'string', value: '...ij,...jk->...ik' };
    const einsum = node('Einsum', ['a', 'b'], ['y'], { attributes: { equation } });
    const said = 'RANK_MISMATCH: Einsum: the ellipsis must stand for equally many axes: 0 before, 1 here';
    expect(await judge(einsum, [input('a', 'float32', 2, 3), input('b', 'float32', 2, 3, 4)], said)).toBeUndefined();
  });
});

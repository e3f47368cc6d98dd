// ONNX Runtime agrees with graphs of operators that take or give what one node alone cannot be fed or asked for.
import { describe, expect, test } from 'vitest';
import { judgePlan } from '../random/judge-plan.ts';
import { Rng } from '../random/rng.ts';
import { CHAINS, ChainScene } from './chains.ts';

describe('chains', () => {
  test.each(CHAINS.map((chain) => [chain.operators.join(', '), chain] as const))(
    'hold under two bindings: %s',
    async (_, { operators, build }) => {
      const scene = new ChainScene(21);
      build(scene);
      const verdict = await judgePlan(scene.plan(), new Rng(1), { strict: false });
      expect(verdict.findings).toEqual([]);
      expect(verdict.lacking).toEqual([]);
      expect(verdict.runs).toBe(2);
      expect(verdict.operators).toEqual(expect.arrayContaining([...operators]));
    },
  );
});

// Random graphs on ONNX Runtime: no run contradicts what inference says, and the oracle notices when one does.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { constant } from '../../src/dim/dim.ts';
import type { InferContext, OperatorRow } from '../../src/ir/operator.ts';
import { findRow } from '../../src/ops/rows.ts';
import { type Campaign, campaignText, type Failure, runCampaign } from './campaign.ts';

/** `npx jiti bench/soundness.ts` draws more. */
const GRAPHS = 300;

afterEach(() => {
  vi.restoreAllMocks();
});

describe('random graphs', () => {
  test('bear out every claim on ONNX Runtime', { timeout: 180_000 }, async () => {
    const campaign = await runCampaign({ firstSeed: 1, graphs: GRAPHS });
    expect(campaignText(campaign)).toBe('');
    // Enough of them meet their contract, and hold enough, for the silence to mean something.
    expect(campaign.runs).toBeGreaterThan(1.5 * GRAPHS);
    expect(campaign.nodes).toBeGreaterThan(6 * GRAPHS);
    expect(campaign.sizes).toBeGreaterThan(20 * GRAPHS);
    expect(campaign.elements).toBeGreaterThan(3 * GRAPHS);
    expect(campaign.operators.size).toBeGreaterThan(150);
  });

  test('are the same for the same seed', async () => {
    const draw = async (): Promise<Partial<Campaign>> => {
      const { nodes, runs, sizes, elements, operators } = await runCampaign({ firstSeed: 7, graphs: 5 });
      return { nodes, runs, sizes, elements, operators };
    };
    expect(await draw()).toEqual(await draw());
  });
});

function rowOf(name: string): OperatorRow {
  const row = findRow('', name);
  if (!row) expect.unreachable(`there is a row of ${name}`);
  return row;
}

/** A wrong rule, and what the oracle must say of it. */
interface Mutant {
  readonly name: string;
  readonly op: string;
  readonly kind: Failure['kind'];
  readonly part?: 'infer' | 'content';
  readonly wrong: (cx: InferContext, row: OperatorRow) => readonly unknown[];
}

const MUTANTS: readonly Mutant[] = [
  {
    name: 'the first shape for a broadcast',
    op: 'Add',
    kind: 'size',
    wrong: (cx) => {
      const [a, b] = [cx.shape(0), cx.shape(1)];
      cx.broadcast(a, b);
      return [cx.tensor(a && b && a.length < b.length ? b : a)];
    },
  },
  { name: 'a lost axis', op: 'Unsqueeze', kind: 'rank', wrong: (cx) => [cx.tensor(cx.shape(0))] },
  {
    name: 'the dtype of the input',
    op: 'Shape',
    kind: 'dtype',
    wrong: (cx) => [cx.tensor([cx.shape(0)?.length ?? 0])],
  },
  {
    name: 'inner sizes that need not agree',
    op: 'MatMul',
    kind: 'run',
    wrong: (cx, right) => {
      const [a, b] = [cx.shape(0), cx.shape(1)];
      if (a?.length !== 2 || b?.length !== 2) return right.infer(cx);
      return [cx.tensor([a[0] ?? 1, b[1] ?? 1])];
    },
  },
  {
    name: 'a condition that nothing asks for',
    op: 'Add',
    kind: 'strict',
    wrong: (cx, right) => {
      for (const dim of cx.shape(0) ?? []) if (dim.kind === 'symbol') cx.atLeast(dim, 3, 'size');
      return right.infer(cx);
    },
  },
  {
    name: 'a mistake where there is none',
    op: 'Transpose',
    kind: 'refused',
    wrong: (cx) => cx.fail('OP_INVALID', 'Transpose: no'),
  },
  {
    name: 'sizes in the wrong order',
    op: 'Shape',
    kind: 'element',
    part: 'content',
    wrong: (cx) => {
      const shape = cx.shape(0) ?? [];
      return [{ dtype: 'int64', shape: [shape.length], elements: shape.toReversed() }];
    },
  },
  {
    name: 'a bound on a size that only the run tells',
    op: 'NonZero',
    kind: 'range',
    wrong: (cx) => [cx.tensor([constant(cx.shape(0)?.length ?? 1), cx.fresh('found', { max: 1 })], 'int64')],
  },
];

describe('the oracle', () => {
  test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'finds %s',
    { timeout: 120_000 },
    async (_, { op, kind, part = 'infer', wrong }) => {
      const row = rowOf(op);
      const right = { ...row };
      vi.spyOn(row, part).mockImplementation((cx: InferContext) => wrong(cx, right) as never);
      const found = await firstFailure((failure) => failure.kind === kind && [op, ''].includes(failure.op));
      expect(found?.kind).toBe(kind);
      // Cut down to the node itself and what it needs.
      expect(
        found?.graph.split('\n').filter((line) => line.startsWith('  ') && line.includes(' = ')).length,
      ).toBeLessThan(6);
      expect(found?.graph).toContain(op);
    },
  );
});

async function firstFailure(meets: (failure: Failure) => boolean): Promise<Failure | undefined> {
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const rough = await runCampaign({ firstSeed: seed, graphs: 1, minimised: false });
    if (!rough.failures.some(meets)) continue;
    const { failures } = await runCampaign({ firstSeed: seed, graphs: 1 });
    return failures.find(meets);
  }
  return undefined;
}

// What generate() says where prompts and steps need more positions than a decoder has: while a model is written, bound and fed.
import { type DefinedModel, dispose, generate, model, op, run, tensor, type Value } from 'dimwise';
import { describe, expect, test } from 'vitest';

const CPU = { providers: 'cpu' } as const;
const prompts = (size: number): number[][] => [Array.from({ length: size }, (_, i) => i)];

/** A decoder that says each token again, and counts what it reads. */
function echo(prompt: string | number, steps?: number): DefinedModel {
  const write = (tokens: Value, count?: Value) => {
    const { newTokens, cache } = generate({
      tokens,
      steps: steps ?? count ?? 1,
      positions: 20,
      cache: { read: op.Expand(0, [1, 0]) },
      decoder: (newest, { read }) => ({
        logits: op.OneHot(newest, 50n, [0, 1]),
        cache: { read: op.Concat([read, op.Cast(newest, { to: 'float32' })], { axis: 1 }) },
      }),
    });
    return { newTokens, read: cache.read };
  };
  const tokens = tensor('int64', [1, prompt]);
  return model(write, {
    name: 'echo',
    inputs: steps === undefined ? { tokens, count: tensor('int64', []) } : { tokens },
  });
}

describe('generate with positions', { timeout: 120_000 }, () => {
  test.each([
    [20, 1],
    [12, 9],
    [1, 20],
  ])('writes %i tokens behind a prompt of %i, and refuses a longer one before the run', async (steps, size) => {
    const net = echo('prompt', steps);
    const { newTokens, read } = await run(net, { tokens: prompts(size) }, CPU);
    expect([newTokens?.shape, read?.shape]).toEqual([
      [1, steps],
      [1, 20],
    ]);
    await expect(run(net, { tokens: prompts(size + 1) }, CPU)).rejects.toMatchObject({
      code: 'BIND_MISMATCH',
      message: expect.stringContaining(`needs prompt <= ${size}, this batch has prompt = ${size + 1}`),
      origin: { what: expect.stringMatching(`^generate with 20 positions and ${steps} steps?$`) },
    });
    await dispose(net);
  });

  test('puts the longest prompt into the contract, with its reason', () => {
    const { constraints } = echo('prompt', 12).bind().compile().contract;
    expect(constraints.find(({ expr }) => expr === 'prompt <= 9')?.origins).toContain(
      'echo, generate with 20 positions and 12 steps',
    );
  });

  test.each([
    [10, 12, 'prompt of 10 tokens and 12 steps need 21 positions, the decoder has 20', /11 steps at most.* 9 tokens/],
    [20, 2, 'prompt of 20 tokens and 2 steps need 21 positions', /1 step at most.* 19 tokens/],
    [25, 1, 'prompt of 25 tokens and 1 step need 25 positions', /^take a prompt of 20 tokens at most$/],
  ])('refuses %i tokens with %i steps where the model is written', (size, steps, message, hint) => {
    expect(() => echo(size, steps)).toThrowError(
      expect.objectContaining({
        code: 'SHAPE_MISMATCH',
        message: expect.stringContaining(message),
        hint: expect.stringMatching(hint),
        origin: expect.objectContaining({ path: 'echo' }),
      }),
    );
  });

  test('refuses more steps than positions, whatever the prompt', () => {
    expect(() => echo('prompt', 21)).toThrowError(
      expect.objectContaining({
        code: 'LAYER_ARGUMENT',
        message: expect.stringMatching(/21 steps behind a prompt of 1 token or more .* the decoder has 20/),
        expected: 'steps <= 20',
      }),
    );
  });

  test.each([
    [8, 30, 13],
    [8, 4, 4],
    [20, 5, 1],
  ])(
    'ends steps that only the run knows with the positions: behind %i tokens, %i are %i',
    async (size, count, left) => {
      const net = echo('prompt');
      const { newTokens } = await run(net, { tokens: prompts(size), count }, CPU);
      expect(newTokens?.shape).toEqual([1, left]);
      await expect(run(net, { tokens: prompts(21), count }, CPU)).rejects.toMatchObject({
        message: expect.stringContaining('prompt <= 20'),
      });
      await dispose(net);
    },
  );

  test.each([0, 1.5, -3])('takes no %f positions', (positions) => {
    expect(() =>
      model(
        (tokens: Value) => {
          const decoder = (newest: Value) => ({ logits: op.OneHot(newest, 50n, [0, 1]), cache: { newest } });
          return generate({ tokens, steps: 2, positions, cache: { newest: tokens }, decoder }).newTokens;
        },
        { inputs: { tokens: tensor('int64', [1, 3]) } },
      ),
    ).toThrowError(/positions as an integer >= 1/);
  });
});

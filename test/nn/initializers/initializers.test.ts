// Every initializer against PyTorch's bounds, standard deviations and patterns.
import { describe, expect, test } from 'vitest';
import { calculateGain } from '../../../src/nn/initializers/calculate-gain.ts';
import { planInitializer } from '../../../src/nn/initializers/draw-into.ts';
import * as factories from '../../../src/nn/initializers/factories.ts';
import { fans } from '../../../src/nn/initializers/fans.ts';
import { NONLINEARITIES } from '../../../src/nn/initializers/initializer.ts';
import { parseInitializer } from '../../../src/nn/initializers/parse-initializer.ts';
import torch from '../../fixtures/initializers/torch-init.json' with { type: 'json' };
import { errorOf } from './error-of.ts';

const { gluonXavier, torchDefault, uniform } = factories;

describe('calculateGain', () => {
  test.each(torch.gains)('of $nonlinearity ($param) is that of torch', ({ nonlinearity, param, gain }) => {
    const name = NONLINEARITIES.find((known) => known === nonlinearity);
    expect(name).toBeDefined();
    expect(calculateGain(name ?? 'linear', param ?? undefined)).toBe(gain);
  });
});

describe('fans', () => {
  test.each(torch.fans)('of $shape are those of torch', ({ shape, fanIn, fanOut }) => {
    expect(fans(shape)).toEqual({ fanIn, fanOut });
  });

  test('follow the layout', () => {
    expect(fans([20, 256], 'io')).toEqual({ fanIn: 20, fanOut: 256 });
    expect(fans([3, 16, 5, 5], 'io')).toEqual({ fanIn: 75, fanOut: 400 });
    expect(fans([1000, 64], 'embedding')).toEqual({ fanIn: 64, fanOut: 1000 });
  });

  test.each([[[]], [[5]]])('refuse the shape %j', (shape) => {
    expect(errorOf(() => fans(shape))).toMatchObject({ code: 'INITIALIZER_INVALID', actual: `rank ${shape.length}` });
  });
});

describe('planInitializer', () => {
  test.each(torch.plans)('$initializer on $shape draws as torch does', ({ initializer, shape, ...expected }) => {
    const plan = planInitializer(parseInitializer(initializer), { shape });
    for (const [name, value] of Object.entries(expected))
      expect(plan).toHaveProperty(name, expect.closeTo(value ?? 0, 14));
    expect(plan.kind).toBe('low' in expected ? 'uniform' : 'normal');
  });

  test('of torchDefault takes the fans of the weight for its bias', () => {
    expect(planInitializer(torchDefault(), { shape: [8], fans: fans([8, 16]) })).toEqual({
      kind: 'uniform',
      low: -0.25,
      high: 0.25,
    });
    expect(planInitializer(torchDefault(), { shape: [8], fans: fans([8, 0]) })).toEqual({
      kind: 'uniform',
      low: -0,
      high: 0,
    });
  });

  // mxnet.initializer.Xavier: scale = sqrt(magnitude / factor), here for 12 inputs and 24 outputs.
  test.each([
    [gluonXavier(), { kind: 'uniform', low: -Math.sqrt(3 / 18), high: Math.sqrt(3 / 18) }],
    [
      gluonXavier({ factorType: 'in', magnitude: 2.34 }),
      { kind: 'uniform', low: -Math.sqrt(0.195), high: Math.sqrt(0.195) },
    ],
    [gluonXavier({ factorType: 'out', rndType: 'gaussian' }), { kind: 'normal', mean: 0, std: Math.sqrt(3 / 24) }],
  ])('of %j is the formula of MXNet', (recipe, plan) => {
    expect(planInitializer(recipe, { shape: [8, 4, 3] })).toEqual(plan);
  });

  test("of Gluon's default Xavier is xavierUniform", () => {
    const shape = [8, 4, 3];
    const [a, b] = [gluonXavier(), factories.xavierUniform()].map((recipe) => planInitializer(recipe, { shape }));
    if (a?.kind !== 'uniform' || b?.kind !== 'uniform') expect.unreachable();
    expect(a.high).toBeCloseTo(b.high, 15);
  });

  test.each(['gluonDense', 'gluonConv'])('of %s is Gluon Uniform(0.07)', (name) => {
    expect(parseInitializer(name)).toEqual(uniform({ low: -0.07, high: 0.07 }));
  });

  test.each(torch.dirac)('of dirac on $shape in $groups groups has the ones of torch', ({ shape, groups, ones }) => {
    expect(planInitializer(factories.dirac({ groups }), { shape })).toEqual({
      kind: 'sparse',
      value: 1,
      positions: ones,
    });
  });

  test.each(torch.eye)('of identity on $shape has the ones of torch', ({ shape, ones }) => {
    expect(planInitializer(factories.identity({ gain: 3 }), { shape })).toEqual({
      kind: 'sparse',
      value: 3,
      positions: ones,
    });
  });

  test('of patterns on zero-sized tensors has no ones', () => {
    for (const shape of [
      [0, 3, 3],
      [2, 0, 3],
      [2, 3, 0],
    ]) {
      expect(planInitializer(factories.dirac(), { shape })).toMatchObject({ positions: [] });
    }
  });

  test.each([
    ['xavierUniform', [5], 'rank 2 or more', 'rank 1'],
    ['xavierNormal', [], 'rank 2 or more', 'rank 0'],
    ['kaimingUniform', [5], 'rank 2 or more', 'rank 1'],
    ['kaimingNormal', [5], 'rank 2 or more', 'rank 1'],
    ['lecunUniform', [5], 'rank 2 or more', 'rank 1'],
    ['lecunNormal', [5], 'rank 2 or more', 'rank 1'],
    ['torchDefault', [5], 'rank 2 or more', 'rank 1'],
    ['gluonXavier', [5], 'rank 2 or more', 'rank 1'],
    ['orthogonal', [5], 'rank 2 or more', 'rank 1'],
    ['identity', [5, 5, 5], 'rank 2', 'rank 3'],
    ['dirac', [5, 5], 'rank 3 to 5', 'rank 2'],
    ['dirac', [1, 1, 1, 1, 1, 1], 'rank 3 to 5', 'rank 6'],
  ])('of %s refuses the shape %j', (name, shape, expected, actual) => {
    const error = errorOf(() =>
      planInitializer(parseInitializer(name), { shape, path: '0.weight', origin: { path: '0' } }),
    );
    expect(error).toMatchObject({ code: 'INITIALIZER_INVALID', expected, actual, origin: { path: '0' } });
    expect(error.message).toContain(
      `${name} takes a tensor of ${expected}; 0.weight is [${shape.join(', ')}], ${actual}`,
    );
  });

  test('of dirac refuses groups that do not divide the output channels', () => {
    const error = errorOf(() => planInitializer(factories.dirac({ groups: 2 }), { shape: [3, 1, 1] }));
    expect(error).toMatchObject({
      code: 'INITIALIZER_INVALID',
      expected: 'a first axis that 2 groups divide',
      actual: 'first axis 3',
    });
  });
});

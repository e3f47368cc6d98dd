// Recipes: made by functions, names or JSON, frozen, complete, comparable.
import { describe, expect, test } from 'vitest';
import * as factories from '../../../src/nn/initializers/factories.ts';
import type { Initializer } from '../../../src/nn/initializers/initializer.ts';
import { INITIALIZERS } from '../../../src/nn/initializers/initializers.ts';
import { parseInitializer } from '../../../src/nn/initializers/parse-initializer.ts';
import { describeInitializer, sameInitializer } from '../../../src/nn/initializers/same-initializer.ts';
import { errorOf } from './error-of.ts';

const { constant, fromArray, normal, truncatedNormal, uniform, zeros } = factories;

/** Every recipe with its defaults, by its factory. */
const DEFAULTS: Initializer[] = [
  zeros(),
  factories.ones(),
  constant(0.5),
  uniform(),
  normal(),
  truncatedNormal(),
  factories.xavierUniform(),
  factories.xavierNormal(),
  factories.kaimingUniform(),
  factories.kaimingNormal(),
  factories.lecunUniform(),
  factories.lecunNormal(),
  factories.torchDefault(),
  factories.gluonXavier(),
  factories.orthogonal(),
  factories.identity(),
  factories.dirac(),
  fromArray([
    [1, 2, 3],
    [4, 5, 6],
  ]),
];
const NEED_OPTIONS = ['constant', 'fromArray'];

describe('recipes', () => {
  test('have a factory for every kind', () => {
    expect(DEFAULTS.map(({ kind }) => kind).sort()).toEqual(Object.keys(INITIALIZERS).sort());
  });

  test.each(DEFAULTS.map((recipe) => [recipe.kind, recipe] as const))('%s is frozen and survives JSON', (_, recipe) => {
    expect(Object.isFrozen(recipe)).toBe(true);
    const back = parseInitializer(JSON.parse(JSON.stringify(recipe)));
    expect(back).toEqual(recipe);
    expect(sameInitializer(recipe, back)).toBe(true);
  });

  test.each(
    DEFAULTS.filter(({ kind }) => !NEED_OPTIONS.includes(kind)).map((recipe) => [recipe.kind, recipe] as const),
  )('the name %s stands for its defaults', (name, recipe) => {
    expect(parseInitializer(name)).toEqual(recipe);
  });

  test.each(Object.keys(INITIALIZERS))('%s refuses an option that it does not have', (kind) => {
    const given = { ...DEFAULTS.find((recipe) => recipe.kind === kind), kind, sigma: 1 };
    expect(errorOf(() => parseInitializer(given))).toMatchObject({ code: 'INITIALIZER_INVALID', actual: 'sigma' });
  });
});

describe('parseInitializer', () => {
  test.each([
    ['eye', factories.identity()],
    ['xavier', factories.xavierUniform()],
    ['glorotUniform', factories.xavierUniform()],
    ['glorotNormal', factories.xavierNormal()],
    ['heUniform', factories.kaimingUniform()],
    ['heNormal', factories.kaimingNormal()],
  ])('knows %s', (alias, recipe) => {
    expect(parseInitializer(alias)).toEqual(recipe);
  });

  test('completes a recipe with its defaults', () => {
    expect(parseInitializer({ kind: 'normal', std: 2 })).toEqual(normal({ std: 2 }));
  });

  test.each([
    ['xavierUnifrom', 'hint: did you mean xavierUniform?'],
    ['XavierUniform', 'hint: did you mean xavierUniform?'],
    ['kaiming_normal', 'hint: did you mean kaimingNormal?'],
    ['toString', 'there is no initializer "toString"'],
    ['banana split sundae', 'hint: choose one of zeros, ones'],
  ])('refuses %s at once', (name, text) => {
    const error = errorOf(() => parseInitializer(name));
    expect(error).toMatchObject({ code: 'INITIALIZER_INVALID', actual: name });
    expect(error.message).toContain(text);
    expect(error.origin?.site?.place?.file).toContain('recipes.test.ts');
  });

  test.each([[{ kind: 'nomal' }], [JSON.parse('{"kind": 3}')], [JSON.parse('null')], [JSON.parse('7')]])(
    'refuses %j',
    (given) => {
      expect(errorOf(() => parseInitializer(given)).code).toBe('INITIALIZER_INVALID');
    },
  );
});

/** Parses fields that no type was checked for. */
const fromFile = (fields: object): Initializer => parseInitializer(JSON.parse(JSON.stringify(fields)));

describe('options', () => {
  test.each([
    ['normal', normal, 0.02],
    ['normal', normal, '0.02'],
    ['uniform', uniform, [-1, 1]],
    ['orthogonal', factories.orthogonal, null],
  ] as const)('of %s are options with names', (kind, make, options) => {
    const error = errorOf(() => Reflect.apply(make, undefined, [options]));
    expect(error).toMatchObject({
      code: 'INITIALIZER_INVALID',
      hint: `write ${kind}({ ... }), each option with its name`,
    });
  });

  test.each<[string, () => unknown, string]>([
    ['NaN', () => constant(Number.NaN), 'constant takes a finite number as value, not NaN'],
    ['a missing value', () => parseInitializer('constant'), 'constant takes a finite number as value, not missing'],
    ['a string for a number', () => fromFile({ kind: 'constant', value: '1' }), 'not "1"'],
    ['a negative std', () => normal({ std: -1 }), 'normal takes a finite number of at least 0 as std, not -1'],
    [
      'low above high',
      () => uniform({ low: 1, high: 0 }),
      'uniform takes a finite number of at least 1 as high, not 0',
    ],
    ['equal cuts', () => truncatedNormal({ low: 1, high: 1 }), 'above 1 as high, not 1'],
    ['cuts far above', () => truncatedNormal({ low: 31, high: 32 }), 'at most 30 standard deviations as low, not 31'],
    [
      'cuts far below',
      () => truncatedNormal({ low: -32, high: -31 }),
      'at least -30 standard deviations as high, not -31',
    ],
    ['an infinite cut', () => truncatedNormal({ high: Infinity }), 'as high, not Infinity'],
    ['groups of 0', () => factories.dirac({ groups: 0 }), 'dirac takes an integer of at least 1 as groups, not 0'],
    ['half a group', () => factories.dirac({ groups: 1.5 }), 'as groups, not 1.5'],
    ['a wrong mode', () => fromFile({ kind: 'kaimingUniform', mode: 'fan_in' }), 'did you mean fanIn?'],
    [
      'a wrong function',
      () => fromFile({ kind: 'kaimingNormal', nonlinearity: 'leaky_relu' }),
      'did you mean leakyRelu?',
    ],
    ['a misspelt option', () => fromFile({ kind: 'xavierUniform', gian: 2 }), 'did you mean gain?'],
    [
      'irregular rows',
      () => fromArray([[1, 2], [3]]),
      'fromArray takes elements of shape [2] like the first as values, not one of shape [1]',
    ],
    [
      'numbers beside rows',
      () => fromArray([1, [2]]),
      'elements of shape [] like the first as values, not one of shape [1]',
    ],
    ['a value that is not finite', () => fromArray([1, Infinity]), 'finite numbers as values, not Infinity'],
    [
      'text',
      () => fromFile({ kind: 'fromArray', values: 'abc' }),
      'an array of numbers or of arrays as values, not "abc"',
    ],
    [
      'a shape of another size',
      () => parseInitializer({ kind: 'fromArray', values: [1, 2], shape: [3] }),
      'sizes with 2 elements as shape, not [3]',
    ],
    [
      'a negative size',
      () => parseInitializer({ kind: 'fromArray', values: [1, 2], shape: [-1, -2] }),
      'as shape, not [-1, -2]',
    ],
  ])('refuse %s', (_, run, text) => {
    const error = errorOf(run);
    expect(error.code).toBe('INITIALIZER_INVALID');
    expect(error.message).toContain(text);
    expect(error.origin?.site?.place?.file).toContain('recipes.test.ts');
  });
});

describe('sameInitializer', () => {
  test('holds between recipes made alike', () => {
    expect(sameInitializer(normal({ std: 0.01 }), parseInitializer('normal'))).toBe(true);
    expect(sameInitializer(fromArray([1, 2]), fromArray(Float32Array.of(1, 2)))).toBe(true);
  });

  test('holds between no two kinds', () => {
    for (const a of DEFAULTS) for (const b of DEFAULTS) expect(sameInitializer(a, b)).toBe(a === b);
  });

  test.each<[Initializer, Initializer]>([
    [constant(1), constant(2)],
    [normal({ std: 1 }), normal({ std: 2 })],
    [fromArray([1, 2]), fromArray([1, 3])],
    [fromArray([1, 2]), fromArray([[1, 2]])],
    [fromArray([1, 2]), fromArray([1, 2, 3])],
  ])('does not hold between %j and %j', (a, b) => {
    expect(sameInitializer(a, b)).toBe(false);
  });
});

describe('describeInitializer', () => {
  test.each<[Initializer, string]>([
    [zeros(), 'zeros'],
    [normal(), 'normal(mean=0, std=0.01)'],
    [factories.kaimingUniform({ nonlinearity: 'relu' }), 'kaimingUniform(mode=fanIn, nonlinearity=relu, a=0)'],
    [fromArray([[1, 2]]), 'fromArray([1, 2])'],
  ])('says %j as %s', (recipe, text) => {
    expect(describeInitializer(recipe)).toBe(text);
  });
});

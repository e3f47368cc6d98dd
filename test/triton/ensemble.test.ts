// Ensembles: what is connected fits, nothing dangles, and models run in an order in which their inputs are there.
import { describe, expect, test } from 'vitest';
import { type EnsembleOptions, ensembleConfig } from '../../codegen/triton/ensemble.ts';
import { tritonConfig } from '../../codegen/triton/model-config.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import type { Contract, ContractInput } from '../../src/ir/contract.ts';

type Edges = Readonly<Record<string, readonly (number | string)[]>>;

function edges(shapes: Edges, dtype = 'float32'): Record<string, ContractInput> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { kind: 'tensor', dtype, shape }]));
}

function part(name: string, inputs: Edges, outputs: Edges, rest: Partial<Contract> = {}, dtype?: string) {
  const contract: Contract = {
    version: 1,
    inputs: edges(inputs, dtype),
    outputs: edges(outputs),
    symbols: {},
    constraints: [],
    ...rest,
  };
  return { contract, config: tritonConfig(name, contract) };
}

const a = part('a', { x: ['b', 8] }, { y: ['b', 4], z: ['b', 'n'] });
const b = part('b', { x: ['m', 4] }, { y: ['m', 2] });
const loop = part('loop', { x: ['m', 2] }, { y: ['m', 8] });
const rows = part('rows', { x: ['r', 'c'] }, { y: ['r', 'c'] }, { symbols: { r: { min: 1 }, c: { min: 1, max: 3 } } });
const fixed = part('fixed', { x: [1, 4] }, { y: [1, 2] });
const ranks = part('ranks', { x: ['b', 1, 4] }, { y: ['b'] });
const flat = part('flat', { x: ['b'] }, { y: ['b'] });
const plain = part('plain', { x: ['n'] }, { y: ['n', 'n'], z: ['n'] });
const ints = part('ints', { x: ['b', 4] }, { y: ['b', 4] }, {}, 'int64');
const none = part('none', {}, { y: [4] });
const twice = part('twice', { p: ['t', 'k'], q: ['t', 'k'] }, { y: ['t', 'k'] });
const thirds = part(
  'thirds',
  { x: ['t', 'k'] },
  { y: ['t', 'k'] },
  {
    symbols: { k: { min: 3 } },
    constraints: [{ kind: 'divides', expr: '3 | k', scope: 'feed', origins: [] }],
  },
);

function join(parts: Parameters<typeof ensembleConfig>[1], connect: EnsembleOptions['connect'], rest = {}) {
  return ensembleConfig('whole', parts, { connect, ...rest });
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isDimwiseError(error)) return error.errors.map(({ code, message }) => `${code} ${message}`).join('\n');
    throw error;
  }
  return expect.fail('nothing was refused');
}

describe('ensembleConfig', () => {
  test('gives what nothing takes, and takes what nothing gives', () => {
    const { inputs, outputs, most } = join([b, a], { 'b.x': 'a.y' });
    expect(inputs.map(({ name, dims }) => [name, dims])).toEqual([['x', [8]]]);
    expect(outputs.map(({ name, dims }) => [name, dims])).toEqual([
      ['b.y', [2]],
      ['z', [-1]],
    ]);
    expect(most).toBe(8);
  });

  test('keeps connected outputs on request', () => {
    const { outputs } = join([a, b], { 'b.x': 'a.y' }, { keepOutputs: ['a.y'] });
    expect(outputs.map(({ name }) => name)).toEqual(['a.y', 'z', 'b.y']);
  });

  test('takes as many rows as all models do', () => {
    const small = { ...b, config: tritonConfig('b', b.contract, { maxBatch: 2 }) };
    expect(join([a, small], { 'b.x': 'a.y' }).most).toBe(2);
    expect(join([a, b], { 'b.x': 'a.y' }, { maxBatch: 4 }).most).toBe(4);
    expect(refusal(() => join([a, small], { 'b.x': 'a.y' }, { maxBatch: 4 }))).toContain(
      'EXPORT_OPTION the largest batch of the ensemble is 4',
    );
  });

  test('has batch axes among its sizes where one of the models takes no batches', () => {
    const { inputs, most } = join([a, fixed, twice], { 'twice.p': 'a.x', 'twice.q': 'a.x' });
    expect(most).toBe(0);
    expect(inputs.map(({ name, dims }) => [name, dims])).toEqual([
      ['a.x', [-1, 8]],
      ['fixed.x', [1, 4]],
    ]);
  });

  test.each<[string, Parameters<typeof ensembleConfig>[1], EnsembleOptions['connect'], string]>([
    [
      'sizes that differ',
      [a, loop],
      { 'loop.x': 'a.y' },
      'JOIN_MISMATCH output a.y and input loop.x at axis 1 differ: 4 and 2',
    ],
    [
      'ranks that differ',
      [a, ranks],
      { 'ranks.x': 'a.y' },
      'JOIN_MISMATCH output a.y and input ranks.x have 2 and 3 axes',
    ],
    [
      'types that differ',
      [a, ints],
      { 'ints.x': 'a.y' },
      'JOIN_MISMATCH output a.y and input ints.x are of different types: TYPE_FP32 and TYPE_INT64',
    ],
    ['a size beyond the contract', [a, rows], { 'rows.x': 'a.y' }, 'rows takes c <= 3, and c is 4'],
    ['a size that breaks a constraint', [a, thirds], { 'thirds.x': 'a.y' }, 'thirds takes 3 | k, and k is 4'],
    [
      'one symbol of two sizes',
      [a, b, twice],
      { 'twice.p': 'a.y', 'twice.q': 'b.y' },
      'input twice.q at axis 1 differ: 2 and 4',
    ],
    [
      'a loop',
      [a, b, loop],
      { 'b.x': 'a.y', 'loop.x': 'b.y', 'a.x': 'loop.y' },
      'JOIN_MISMATCH the models a, b, loop wait for each other',
    ],
    ['a model that waits for itself', [rows], { 'rows.x': 'rows.y' }, 'wait for each other'],
    ['inputs that are each other', [a, loop], { 'a.x': 'loop.x', 'loop.x': 'a.x' }, "take each other's place"],
    ['no connections', [a, b], {}, 'JOIN_MISMATCH nothing of the ensemble is connected'],
    ['an input that is none', [a, b], { 'b.y': 'a.y' }, 'VALUE_UNKNOWN the models a, b have no input "b.y"'],
    ['an output that is none', [a, b], { 'b.x': 'a.w' }, 'VALUE_UNKNOWN the models a, b have no output or input "a.w"'],
    ['a model without inputs', [none, b], { 'b.x': 'none.y' }, 'JOIN_MISMATCH model "none" has no inputs'],
    ['one name twice', [a, a], { 'a.x': 'a.y' }, 'NAME_DUPLICATE'],
    ['a batch alone that meets none', [flat, plain], { 'flat.x': 'plain.z' }, 'flat.x is nothing but a batch'],
  ])('refuses %s', (_, parts, connect, text) => {
    expect(refusal(() => join(parts, connect))).toContain(text);
  });

  test('refuses the name of one of its models, and outputs to keep that are none', () => {
    expect(refusal(() => ensembleConfig('a', [a, b], { connect: { 'b.x': 'a.y' } }))).toContain('NAME_DUPLICATE');
    expect(refusal(() => join([a, b], { 'b.x': 'a.y' }, { keepOutputs: ['a.x'] }))).toContain('VALUE_UNKNOWN');
  });

  test('says which sizes of requests must agree', () => {
    expect(join([a, twice], { 'twice.p': 'a.z', 'twice.q': 'a.y' }).unchecked).toContain('n of a is 4');
    expect(join([a, rows], { 'rows.x': 'a.z' }).unchecked).not.toContain('n of a is c of rows');
    const other = part('other', { x: ['b', 'w'] }, { y: ['b', 'w'] });
    const { unchecked } = join([other, a, twice], { 'twice.p': 'a.z', 'twice.q': 'other.y' });
    expect(unchecked.filter((each) => each.includes(' of a'))).toEqual(['w of other is n of a']);
  });

  test('knows names with dots', () => {
    const dotted = part('b.x', { x: ['m', 4] }, { 'y.z': ['m', 4] });
    expect(join([a, b, dotted], { 'b.x.x': 'a.y', 'b.x': 'b.x.y.z' }).inputs.map(({ name }) => name)).toEqual(['x']);
  });
});

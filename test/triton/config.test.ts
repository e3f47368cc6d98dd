// The configuration of a model against its contract: where -1 stands, when there are batches, which options fit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchingOf } from '../../codegen/triton/batching.ts';
import { tritonConfig } from '../../codegen/triton/model-config.ts';
import type { TritonOptions } from '../../codegen/triton/model-options.ts';
import { repositoryReadme } from '../../codegen/triton/readme.ts';
import { type DimwiseError, isDimwiseError } from '../../src/base/errors.ts';
import type { Contract, ContractInput } from '../../src/ir/contract.ts';
import { compiled, MODELS, type ModelName } from './cases.ts';

const tensorOf = (...shape: readonly (number | string)[]): ContractInput => ({
  kind: 'tensor',
  dtype: 'float32',
  shape,
});

function contractOf(
  inputs: Contract['inputs'],
  outputs: Contract['inputs'] = { y: tensorOf('batch') },
  rest: Partial<Contract> = {},
): Contract {
  return { version: 1, inputs, outputs, symbols: { batch: { min: 1 } }, constraints: [], ...rest };
}

const fact = (expr: string, scope: 'feed' | 'run' = 'feed') => ({ kind: 'equal', expr, scope, origins: [] }) as const;

function errorOf(run: () => unknown): DimwiseError {
  try {
    run();
  } catch (error) {
    if (isDimwiseError(error)) return error;
    throw error;
  }
  return expect.fail('nothing was refused');
}

describe('tritonConfig', () => {
  test('has -1 exactly where the contract has no number', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('batch', 'seq', '2*seq', 'seq + 1', '?'));
    const shape = fc.array(size, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, shape, shape, (x, k, y) => {
        const contract = contractOf({ x: tensorOf(...x), k: tensorOf(...k) }, { y: tensorOf(...y) });
        const { inputs, outputs, limit } = tritonConfig('m', contract);
        const isBatch = [x, k, y].every((each) => each[0] === 'batch' && !each.slice(1).includes('batch'));
        expect(limit.most > 0).toBe(
          isBatch ||
            [x, k, y].every((each) => each[0] === 'seq' && !each.slice(1).some((s) => String(s).includes('seq'))),
        );
        for (const [{ dims, reshape }, sizes] of [...inputs, ...outputs].map(
          (each, i) => [each, [x, k, y][i] ?? []] as const,
        )) {
          const full = [...(limit.most > 0 ? [-1] : []), ...(reshape ?? dims)];
          expect(full).toEqual(sizes.map((each) => (typeof each === 'number' ? each : -1)));
        }
      }),
    );
  });

  test.each<[ModelName, number]>([
    ['mlp', 8],
    ['limited', 6],
    ['groups', 8],
    ['scores', 8],
    ['flat', 8],
    ['total', 0],
    ['fixed', 0],
    ['square', 0],
    ['tied', 0],
    ['found', 0],
  ])('takes batches of %s up to %d by default', (name, most) => {
    expect(tritonConfig(name, compiled(name).contract).limit.most).toBe(most);
  });

  test.each<[string, Contract['inputs'][string], string]>([
    ['bfloat16', { kind: 'tensor', dtype: 'bfloat16', shape: [2] }, 'is of bfloat16'],
    ['int4', { kind: 'tensor', dtype: 'int4', shape: [2] }, 'is of int4'],
    ['complex64', { kind: 'tensor', dtype: 'complex64', shape: [2] }, 'is of complex64'],
    ['an open type', { kind: 'tensor', shape: [2] }, 'an unknown element type'],
    ['a sequence', { kind: 'sequence', shape: null }, 'is of kind sequence'],
    ['an open rank', { kind: 'tensor', dtype: 'float32', shape: null }, 'rank that is not known'],
    ['a size of 0', { kind: 'tensor', dtype: 'float32', shape: [2, 0] }, 'size 0 at axis 1'],
  ])('refuses %s', (_, input, why) => {
    const { code, errors } = errorOf(() => tritonConfig('m', contractOf({ x: input, z: input }, { y: input })));
    expect(code).toBe('EXPORT_UNSUPPORTED');
    expect(errors.map(({ message }) => message.split(' ').slice(0, 2).join(' '))).toEqual([
      'input "x"',
      'input "z"',
      'output "y"',
    ]);
    for (const { message } of errors) expect(message).toContain(why);
  });

  test('refuses a model without outputs', () => {
    expect(errorOf(() => tritonConfig('m', contractOf({ x: tensorOf(2) }, {}))).code).toBe('EXPORT_UNSUPPORTED');
  });

  test.each<[string, TritonOptions, string]>([
    ['more rows than the contract has', { maxBatch: 7 }, 'batch <= 6'],
    ['a negative batch', { maxBatch: -1 }, 'the largest batch is -1'],
    ['a preferred batch beyond the largest', { batching: { preferred: [7] } }, 'a preferred batch is 7'],
    ['a preferred batch of 0', { batching: { preferred: [0] } }, 'a preferred batch is 0'],
    ['a negative delay', { batching: { delay: -1 } }, 'the delay is -1'],
    ['an option of batches without batches', { maxBatch: 0, batching: { delay: 5 } }, 'switches batches off'],
    ['a misspelt option of batches', { batching: JSON.parse('{"prefered":[2]}') }, 'knows no "prefered"'],
    ['no instances', { instances: { count: 0 } }, 'the number of instances is 0'],
    ['GPUs on the CPU', { instances: { kind: 'cpu', gpus: [0] } }, 'GPUs are named'],
    ['one GPU twice', { instances: { gpus: [1, 1] } }, 'GPU 1 is named twice'],
    [
      'an accelerator on the CPU',
      { instances: { kind: 'cpu' }, accelerator: { name: 'cuda' } },
      'cuda accelerates GPUs',
    ],
    [
      'an option of another accelerator',
      { accelerator: { name: 'cuda', options: { precision_mode: 'FP16' } } },
      'knows no "precision_mode"',
    ],
    [
      'a precision that is none',
      { accelerator: { name: 'tensorrt', options: { precision_mode: 'fp8' } } },
      'knows no "fp8"',
    ],
    ['a parameter that nobody reads', { parameters: { intra_op_threads: '4' } }, 'knows no "intra_op_threads"'],
    ['a profile of CUDA', { accelerator: { name: 'cuda', profile: {} } }, 'a profile is one of TensorRT'],
    [
      'a profile of an unknown symbol',
      { accelerator: { name: 'tensorrt', profile: { sizes: { bath: { max: 2 } } } } },
      'knows no "bath"',
    ],
    [
      'a profile that is not in order',
      { accelerator: { name: 'tensorrt', profile: { sizes: { batch: { min: 4, max: 2 } } } } },
      'the largest batch of the profile is 2',
    ],
    [
      'a usual size beyond the largest',
      { accelerator: { name: 'tensorrt', profile: { sizes: { batch: { opt: 7 } } } } },
      'the usual batch of the profile is 7',
    ],
    [
      'a profile that is given twice',
      { accelerator: { name: 'tensorrt', options: { trt_profile_opt_shapes: 'x:1x20' }, profile: {} } },
      'trt_profile_opt_shapes is given, and the profile says it too',
    ],
    ['a level that is none', JSON.parse('{"graphLevel":"some"}'), 'knows no "some"'],
    ['no groups of instances', { instances: [] }, 'nothing would run'],
    ['a resource without a name', { instances: { resources: [{ name: '', count: 1 }] } }, 'a resource has no name'],
    [
      'a resource twice',
      {
        instances: {
          resources: [
            { name: 'a', count: 1 },
            { name: 'a', count: 2 },
          ],
        },
      },
      'resource a is named twice',
    ],
    ['nothing of a resource', { instances: { resources: [{ name: 'a', count: 0 }] } }, 'the number of resource a is 0'],
    ['a priority without priorities', { batching: { defaultPriority: 1 } }, 'a priority is named, and there are none'],
    ['a queue without priorities', { batching: { queues: { 1: {} } } }, 'a priority is named, and there are none'],
    ['a priority beyond the lowest', { batching: { priorities: 2, defaultPriority: 3 } }, 'the default priority is 3'],
    ['a queue beyond the lowest', { batching: { priorities: 2, queues: { 3: {} } } }, 'the priority of a queue is 3'],
    ['an order that priorities break', { batching: { priorities: 2, preserveOrder: true } }, '2 priorities break'],
    [
      'an order that late requests break',
      { batching: { preserveOrder: true, timeout: 5, late: 'delay' } },
      'late ones that are delayed break',
    ],
    ['late requests without a time', { batching: { late: 'delay' } }, 'no timeout says when'],
    ['a fate of late requests that is none', { batching: JSON.parse('{"late":"drop"}') }, 'knows no "drop"'],
    [
      'a misspelt option of a queue',
      { batching: { priorities: 1, queues: { 1: JSON.parse('{"size":1}') } } },
      'knows no "size"',
    ],
    ['no newest versions', { versions: { latest: 0 } }, 'newest versions is 0'],
    ['an empty list of versions', { versions: { specific: [] } }, 'nothing would be served'],
    ['a warm-up of an unknown symbol', { warmup: [{ sizes: { bath: 2 } }] }, 'knows no "bath"'],
    ['a warm-up beyond the largest batch', { maxBatch: 2, warmup: [{ sizes: { batch: 4 } }] }, 'the batch is 4'],
    ['labels of an output that is none', { labels: { outputs: ['a'] } }, 'knows no "outputs"'],
    ['a label of two lines', { labels: { output: ['a\nb'] } }, 'has an end of line'],
  ])('refuses %s', (_, options, why) => {
    const error = errorOf(() => tritonConfig('limited', compiled('limited').contract, options));
    expect([error.code, error.message]).toEqual(['EXPORT_OPTION', expect.stringContaining(why)]);
  });

  test('refuses batches that break divisibility, and warm-ups that break the contract', () => {
    const { contract } = compiled('groups');
    expect(errorOf(() => tritonConfig('g', contract, { batching: { preferred: [6] } })).message).toContain('4 | batch');
    const warmup = (name: ModelName, sizes: Record<string, number>) =>
      errorOf(() => tritonConfig('g', compiled(name).contract, { warmup: [{ sizes }] }));
    expect(warmup('groups', { batch: 6 })).toMatchObject({
      code: 'FEED_MISMATCH',
      message: expect.stringContaining('4 | batch'),
    });
    expect(warmup('encoder', { seq: 513 }).message).toContain('seq <= 512');
    expect(warmup('encoder', { batch: 2 })).toMatchObject({
      code: 'EXPORT_OPTION',
      message: expect.stringContaining('seq no size'),
    });
    expect(warmup('total', { h: 2, w: 0 }).message).toContain('w is 0');
  });

  test('builds profiles from the contract, and asks for what it leaves open', () => {
    const text = (name: ModelName, options: TritonOptions) => tritonConfig('m', compiled(name).contract, options).text;
    const profiled = (name: ModelName, profile = {}) => text(name, { accelerator: { name: 'tensorrt', profile } });
    expect(profiled('limited')).toMatch(
      /max_shapes"\s+value: "x:6x20"[^]*min_shapes"\s+value: "x:1x20"[^]*opt_shapes"\s+value: "x:6x20"/,
    );
    expect(profiled('groups')).toContain('"x:4x20"');
    const open = errorOf(() => profiled('windows'));
    expect([open.code, open.message]).toEqual(['EXPORT_OPTION', expect.stringContaining('sets length no limit')]);
    expect(profiled('windows', { sizes: { length: { max: 50 } } })).toContain('"x:8x2x100"');
    expect(errorOf(() => profiled('fixed')).message).toContain('no size of an input varies');
    expect(errorOf(() => profiled('encoder', { sizes: { seq: { max: 600 } } })).code).toBe('FEED_MISMATCH');
    expect(errorOf(() => profiled('names')).message).toContain('no limit');
    const shrinking = contractOf(
      { x: tensorOf('n', '10 - n') },
      { y: tensorOf('n') },
      { symbols: { n: { min: 1, max: 9 } } },
    );
    const accelerator = { name: 'tensorrt', profile: {} } as const;
    expect(errorOf(() => tritonConfig('m', shrinking, { accelerator, maxBatch: 0 })).message).toContain('not in order');
  });

  test('drops no option of queues where a batch is one row', () => {
    const { contract } = compiled('mlp');
    expect(tritonConfig('m', contract, { maxBatch: 1 }).text).not.toContain('dynamic_batching');
    const { text } = tritonConfig('m', contract, { maxBatch: 1, batching: { queueSize: 3 } });
    expect(text).toContain('max_queue_size: 3');
  });

  test('says what Triton does not check', () => {
    const conditions = (name: ModelName) => tritonConfig(name, compiled(name).contract).unchecked;
    expect(conditions('mlp')).toEqual([]);
    expect(conditions('limited')).toEqual([]);
    expect(conditions('groups')).toEqual(['batch >= 4', '4 | batch']);
    expect(conditions('encoder')).toEqual(['ids axis 1 and mask axis 1 are one size, seq', '1 <= seq <= 512']);
    expect(conditions('tied')).toEqual(['x axis 1 and q axis 0 are one size, k', 'batch >= 1', 'k >= 1']);
    expect(conditions('windows')).toEqual(['x axis 2 is 2*length', 'length >= 4']);
    const run = contractOf({ x: tensorOf('batch') }, undefined, { constraints: [fact('found == 3', 'run')] });
    expect(tritonConfig('m', run).unchecked).toEqual(['found == 3 (known in a run only)']);
  });

  test.each(['', '.hidden', '-x', 'a/b', 'a b', 'x'.repeat(129), '..'])('refuses the name %j', (name) => {
    expect(errorOf(() => tritonConfig(name, contractOf({ x: tensorOf(2) }))).code).toBe('EXPORT_OPTION');
  });
});

describe('batchingOf', () => {
  const x = { x: tensorOf('batch', 4) };
  test.each<[string, Contract, string]>([
    ['no inputs', contractOf({}), 'the model has no inputs'],
    ['a scalar', contractOf({ ...x, s: tensorOf() }), 'input "s" has no first axis'],
    [
      'an open rank',
      contractOf({ x: { kind: 'tensor', dtype: 'float32', shape: null } }),
      'input "x" has no first axis',
    ],
    ['a number in front', contractOf({ x: tensorOf(1, 'batch') }), 'input "x" begins with 1'],
    ['an expression in front', contractOf({ x: tensorOf('2*batch') }), 'input "x" begins with 2*batch'],
    ['an axis without a name', contractOf({ x: tensorOf('?') }), 'input "x" begins with ?'],
    ['two symbols', contractOf({ ...x, k: tensorOf('n') }), 'input "x" begins with batch, input "k" with n'],
    ['another output', contractOf(x, { y: tensorOf('rows') }), 'output "y" with rows'],
    ['a batch inside', contractOf(x, { y: tensorOf('batch', 'batch') }), 'axis 1 of output "y" is batch'],
    [
      'a batch in an expression',
      contractOf(x, { y: tensorOf('batch', '2*batch + 1') }),
      'axis 1 of output "y" is 2*batch + 1',
    ],
    [
      'a size that is the batch',
      contractOf({ x: tensorOf('batch', 'seq') }, undefined, { constraints: [fact('batch == seq')] }),
      'axis 1 of input "x" is seq',
    ],
    [
      'a tie to another size',
      contractOf(x, undefined, { constraints: [fact('batch <= seq')] }),
      'the contract asks for batch <= seq',
    ],
    [
      'a rest',
      contractOf(x, undefined, { constraints: [fact('3 | batch + 1')] }),
      'the contract asks for 3 | batch + 1',
    ],
    [
      'no room',
      contractOf(x, undefined, { symbols: { batch: { min: 1, max: 3 } }, constraints: [fact('4 | batch')] }),
      'no batch',
    ],
  ])('finds none because of %s', (_, contract, reason) => {
    const found = batchingOf(contract);
    expect(found).toEqual({ kind: 'none', reason: expect.stringContaining(reason) });
  });

  test('joins divisors and bounds, and leaves what only a run tells', () => {
    const constraints = [fact('4 | batch'), fact('6 | batch'), fact('batch <= 40'), fact('hits <= batch', 'run')];
    expect(batchingOf(contractOf(x, undefined, { constraints }))).toEqual({
      kind: 'batch',
      symbol: 'batch',
      names: new Set(['batch']),
      min: 1,
      max: 36,
      divisor: 12,
    });
  });

  test('takes symbols for one that the contract makes equal', () => {
    const inputs = { ...x, k: tensorOf('n', 2), m: tensorOf('m') };
    const constraints = [fact('batch == n'), fact('n == m'), fact('3 | m')];
    const contract = contractOf(
      inputs,
      { y: tensorOf('m', 4) },
      { constraints, symbols: { n: { min: 1, max: 16 }, m: { min: 2 } } },
    );
    expect(batchingOf(contract)).toMatchObject({ kind: 'batch', symbol: 'batch', min: 2, max: 15, divisor: 3 });
    const { unchecked, text } = tritonConfig('m', contract, { warmup: [{ sizes: { n: 6 } }] });
    expect(unchecked).toEqual(['m >= 2', '3 | m']);
    expect(text).toContain('batch_size: 6');
    const inside = contractOf(inputs, { y: tensorOf('m', 'batch') }, { constraints });
    expect(batchingOf(inside)).toEqual({ kind: 'none', reason: 'axis 1 of output "y" is batch' });
  });

  test('says of every model in one list whether sums of valid batches are valid', () => {
    for (const name of Object.keys(MODELS) as ModelName[]) {
      const found = batchingOf(compiled(name).contract);
      if (found.kind === 'none') continue;
      const valid = Array.from({ length: 40 }, (_, i) => i).filter(
        (size) => size >= found.min && size <= (found.max ?? 40) && size % found.divisor === 0,
      );
      for (const a of valid)
        for (const b of valid) if (a + b <= (found.max ?? 39)) expect(valid, name).toContain(a + b);
    }
  });
});

describe('repositoryReadme', () => {
  test('tells sizes with the batch, and conditions', () => {
    const { name, inputs, outputs, limit, unchecked } = tritonConfig('encoder', compiled('encoder').contract);
    const page = repositoryReadme({ name, inputs, outputs, most: limit.most, unchecked });
    expect(page).toContain('| input | `ids` | INT64 | [-1, -1] |');
    expect(page).toContain('| output | `pooled` | FP32 | [-1, 4] |');
    expect(page).toContain('A batch has up to 8 rows.');
    expect(page).toContain('- `1 <= seq <= 512`');
    expect(page).toContain('localhost:8000/v2/models/encoder');
  });
});

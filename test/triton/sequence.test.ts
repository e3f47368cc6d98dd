// States that Triton keeps: which pairs it can keep, what it starts with, and that its way of running gives the model's own numbers.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { tritonConfig } from '../../codegen/triton/model-config.ts';
import type { TritonOptions, TritonSequence } from '../../codegen/triton/model-options.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import type { Contract, ContractInput } from '../../src/ir/contract.ts';
import { CASES, compiled, type ModelName } from './cases.ts';
import { listOf, messageOf, messagesOf, readConfig } from './judges.ts';

const edge = (dtype: string, ...shape: readonly (number | string)[]): ContractInput => ({
  kind: 'tensor',
  dtype,
  shape,
});

/** A contract of an input, an output, and a state of which some parts are wrong. */
function contractWith(
  past: ContractInput,
  present: ContractInput,
  rest: Partial<Contract> & { inputs?: Contract['inputs'] } = {},
): Contract {
  return {
    version: 1,
    symbols: { batch: { min: 1 } },
    constraints: [],
    outputs: { y: edge('float32', 'batch', 2), present },
    ...rest,
    inputs: { x: edge('float32', 'batch', 2), past, ...rest.inputs },
  };
}

function mistakesOf(contract: Contract, options: TritonOptions): string {
  try {
    tritonConfig('m', contract, options);
  } catch (error) {
    if (isDimwiseError(error)) return error.errors.map(({ code, message }) => `${code} ${message}`).join('; ');
    throw error;
  }
  return expect.fail('nothing was refused');
}

const states = { past: 'present' };
const fixed = contractWith(edge('float32', 'batch', 4), edge('float32', 'batch', 4));
const grown = (rest: Partial<Contract> = {}): Contract =>
  contractWith(edge('float32', 'batch', 'n'), edge('float32', 'batch', 'n + 1'), rest);

describe('sequencePlan', () => {
  test('takes states and controls away from requests', () => {
    const { inputs, outputs, limit } = tritonConfig(
      'm',
      compiled('recurrent').contract,
      CASES['recurrent']?.options ?? {},
    );
    expect([inputs.map(({ name }) => name), outputs.map(({ name }) => name), limit.most]).toEqual([
      ['x'],
      ['y', 'id_seen'],
      8,
    ]);
  });

  test('keeps a state among the outputs where that is asked for', () => {
    const { outputs } = tritonConfig('m', fixed, { sequence: { states, keepOutputs: ['present'] } });
    expect(outputs.map(({ name }) => name)).toEqual(['y', 'present']);
  });

  test.each<[string, Contract, string]>([
    [
      'types that differ',
      contractWith(edge('float32', 'batch', 4), edge('float16', 'batch', 4)),
      'state "past" and its next value "present" are of different types: TYPE_FP32 and TYPE_FP16',
    ],
    [
      'ranks that differ',
      contractWith(edge('float32', 'batch', 4), edge('float32', 'batch', 4, 1)),
      'state "past" and its next value "present" have 1 and 2 axes',
    ],
    [
      'sizes that differ',
      contractWith(edge('float32', 'batch', 4), edge('float32', 'batch', 5)),
      'differ at axis 1: 4 and 5',
    ],
    [
      'a fixed size that is met by one that varies',
      contractWith(edge('float32', 'batch', 4), edge('float32', 'batch', 'n')),
      'differ at axis 1: 4 and n',
    ],
    [
      'a size beyond the limit of the symbol',
      contractWith(edge('float32', 'batch', 'n'), edge('float32', 'batch', 9), {
        symbols: { batch: { min: 1 }, n: { min: 1, max: 8 } },
      }),
      'differ at axis 1: n and 9',
    ],
    [
      'a state that is nothing but a batch',
      contractWith(edge('float32', 'batch'), edge('float32', 'batch')),
      'have no axes beside the batch',
    ],
    [
      'a size that cannot be 1 at first',
      grown({ symbols: { batch: { min: 1 }, n: { min: 2 } } }),
      'a sequence begins with 1 for sizes of state "past" that vary, and the contract has n >= 2',
    ],
    [
      'a constraint that 1 breaks',
      grown({ constraints: [{ kind: 'divides', expr: '4 | n', scope: 'feed', origins: [] }] }),
      'the contract has 4 | n',
    ],
    [
      'an expression that is not 1 at first',
      contractWith(edge('float32', 'batch', 'n', '2*n'), edge('float32', 'batch', 'n', '2*n')),
      'the size 2*n there',
    ],
    [
      'batches of more than one row',
      contractWith(edge('float32', 'batch', 4), edge('float32', 'batch', 4), { symbols: { batch: { min: 2 } } }),
      'requests of a sequence have one row each, and the contract has batch >= 2',
    ],
  ])('refuses %s', (_, contract, why) => {
    expect(mistakesOf(contract, { sequence: { states } })).toContain(`EXPORT_OPTION`);
    expect(mistakesOf(contract, { sequence: { states } })).toContain(why);
  });

  test('tells all pairs that do not fit', () => {
    const contract: Contract = {
      ...contractWith(edge('float32', 'batch', 4), edge('int64', 'batch', 4)),
      inputs: { x: edge('float32', 'batch'), past: edge('float32', 'batch', 4), c: edge('float32', 'batch', 3) },
      outputs: { y: edge('float32', 'batch'), present: edge('int64', 'batch', 4), d: edge('float32', 'batch', 2) },
    };
    const found = mistakesOf(contract, { sequence: { states: { past: 'present', c: 'd' } } });
    expect(found).toMatch(/"past".*different types.*; .*"c".*differ at axis 1: 3 and 2/);
  });

  test.each<[string, TritonSequence, TritonOptions, string]>([
    ['no states', { states: {} }, {}, 'a sequence has no states'],
    ['an input that is none', { states: { pest: 'present' } }, {}, 'knows no "pest"'],
    ['an output that is none', { states: { past: 'presents' } }, {}, 'knows no "presents"'],
    ['one output for two states', { states: { past: 'present', x: 'present' } }, {}, 'the next value of two states'],
    ['no input that is left', { states: { past: 'present', x: 'y' } }, {}, 'every input is a state'],
    ['a misspelt option', { states, ...JSON.parse('{"candidate":3}') }, {}, 'knows no "candidate"'],
    ['a strategy that is none', { states, ...JSON.parse('{"strategy":"newest"}') }, {}, 'knows no "newest"'],
    ['candidates without turns', { states, strategy: 'direct', candidates: 4 }, {}, 'candidates is no option'],
    ['no candidates', { states, strategy: 'oldest', candidates: 0 }, {}, 'the number of candidates is 0'],
    ['a preferred batch beyond the largest', { states, preferred: [9] }, {}, 'a preferred batch is 9'],
    ['a time that is none', { states, idle: 0 }, {}, 'the time of idleness of sequences is 0'],
    ['a state to keep that is none', { states, keepOutputs: ['y'] }, {}, 'knows no "y"'],
    ['batching beside it', { states }, { batching: { delay: 1 } }, 'batching and sequence do not go together'],
    ['a cache beside it', { states }, { cache: true }, 'cache and sequence do not go together'],
    ['a warm-up beside it', { states }, { warmup: [{}] }, 'warmup and sequence do not go together'],
    ['a control that is none', { states, controls: JSON.parse('{"begin":"x"}') }, {}, 'knows no "begin"'],
    ['a control that is a state', { states, controls: { start: 'past' } }, {}, 'is a state and a control'],
    ['a control of another shape', { states, controls: { start: 'x' } }, {}, 'and Triton gives [batch, 1]'],
    ['an input of two controls', { states, controls: { start: 'x', end: 'x' } }, {}, 'is two controls'],
  ])('refuses %s', (_, sequence, options, why) => {
    expect(mistakesOf(fixed, { ...options, sequence })).toContain(why);
  });

  test('refuses a model that gives nothing but states', () => {
    const contract = { ...fixed, outputs: { present: edge('float32', 'batch', 4) } };
    expect(mistakesOf(contract, { sequence: { states } })).toContain('every output is a state');
  });

  test.each(['float64', 'int64', 'uint8', 'string'])('refuses a flag of %s', (dtype) => {
    const contract = contractWith(edge('float32', 'batch', 4), edge('float32', 'batch', 4), {
      inputs: { s: edge(dtype, 'batch', 1) },
    });
    expect(mistakesOf(contract, { sequence: { states, controls: { end: 's' } } })).toContain(`is of ${dtype}`);
  });

  test.each([
    ['bool', 'bool_false_true: [ false, true ]'],
    ['int32', 'int32_false_true: [ 0, 1 ]'],
    ['float32', 'fp32_false_true: [ 0, 1 ]'],
  ])('gives flags of %s', (dtype, text) => {
    const contract = contractWith(edge('float32', 'batch', 4), edge('float32', 'batch', 4), {
      inputs: { s: edge(dtype, 'batch', 1) },
    });
    expect(tritonConfig('m', contract, { sequence: { states, controls: { ready: 's' } } }).text).toContain(text);
  });

  test('joins no rows whose states may differ in size', () => {
    const { limit, unchecked } = tritonConfig('m', grown(), { sequence: { states } });
    expect([limit.most, unchecked]).toEqual([1, ['in the first request of a sequence, n is 1']]);
    expect(mistakesOf(grown(), { maxBatch: 4, sequence: { states } })).toContain('so rows cannot be joined');
  });
});

/** What Triton does with a sequence, by its configuration: zeros first, then what the model gave. */
async function serve(name: ModelName, caseName: string, requests: readonly Record<string, Tensor>[]) {
  const own = compiled(name);
  const config = readConfig(tritonConfig(name, own.contract, CASES[caseName]?.options).text);
  const hasBatch = config['maxBatchSize'] !== undefined;
  const sequences = messageOf(config['sequenceBatching']);
  const session = await InferenceSession.create(own.bytes(), { logSeverityLevel: 4 });
  const kept = new Map<string, Tensor>();
  for (const { inputName, initialState } of messagesOf(sequences['state'])) {
    const dims = listOf(messagesOf(initialState)[0]?.['dims']).map(Number);
    const full = hasBatch ? [1, ...dims] : dims;
    kept.set(String(inputName), new Tensor('float32', new Float32Array(full.reduce((a, b) => a * b, 1)), full));
  }
  const answers: Readonly<Record<string, Tensor>>[] = [];
  for (const [i, request] of requests.entries()) {
    const controls = messagesOf(sequences['controlInput']).map(({ name: input, control }): [string, Tensor] => {
      const { kind = 'CONTROL_SEQUENCE_START' } = messagesOf(control)[0] ?? {};
      return kind === 'CONTROL_SEQUENCE_CORRID'
        ? [String(input), new Tensor('uint64', [7n], [1, 1])]
        : [String(input), new Tensor('float32', [i === 0 ? 1 : 0], [1, 1])];
    });
    const found = await session.run({ ...request, ...Object.fromEntries([...kept, ...controls]) });
    for (const { inputName, outputName } of messagesOf(sequences['state'])) {
      const next = found[String(outputName)];
      if (next) kept.set(String(inputName), next);
    }
    answers.push(found);
  }
  await session.release();
  return answers;
}

const row = (...values: number[]) => ({ x: new Tensor('float32', values, [1, values.length]) });

describe('a sequence as Triton runs it', () => {
  test('carries the state of a recurrent model on', async () => {
    const answers = await serve('recurrent', 'recurrent', [row(1, 0, 0, 0), row(1, 0, 0, 0), row(0, 0, 0, 0)]);
    const one = Math.tanh(1);
    const sums = [one, Math.tanh(1 + one), Math.tanh(Math.tanh(1 + one))];
    answers.forEach(({ y, id_seen }, i) => {
      expect(Number(y?.data[0])).toBeCloseTo(sums[i] ?? 0, 5);
      expect(id_seen?.data[0]).toBe(7n);
    });
  });

  test('lets a cache grow from one row of zeros', async () => {
    const token = { x: new Tensor('float32', [1, 2, 3, 4], [1, 1, 4]) };
    const answers = await serve('cached', 'cached', [token, token, token]);
    expect(answers.map(({ y }) => Array.from(y?.data ?? [], Number))).toEqual([
      [0, 30],
      [0, 30, 30],
      [0, 30, 30, 30],
    ]);
  });

  test('keeps states whose batch is no first axis', async () => {
    const answers = await serve('layered', 'layered', [row(1, 2, 3, 4), row(1, 2, 3, 4)]);
    expect(answers.map(({ y }) => Array.from(y?.data ?? [], Number))).toEqual([
      [1, 2, 3, 4],
      [1.5, 3, 4.5, 6],
    ]);
  });
});

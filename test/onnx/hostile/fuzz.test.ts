// A bounded fuzz run: changed models end in a model that is written and read again equal, or in an error of ours.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setWarningHandler, type WarningHandler } from '../../../src/base/warn.ts';
import { Defect, judge } from './judge.ts';
import { mutateBytes, mutateMessage, Seed } from './mutate.ts';
import { Random } from './random.ts';
import { seedModels } from './seeds.ts';

/** The run with a million inputs is `npm run fuzz`; docs/loading.md tells what it gave. */
const INPUTS = 1000;

let before: WarningHandler;
beforeAll(() => {
  before = setWarningHandler(() => {});
});
afterAll(() => {
  setWarningHandler(before);
});

describe('a changed model', () => {
  const seeds = seedModels().map((bytes) => new Seed(bytes));

  test.each([
    { what: 'message', change: mutateMessage },
    { what: 'bytes', change: mutateBytes },
  ])('is taken, or refused by an error of ours, where its $what changed', ({ change }) => {
    const verdicts = new Map<string, number>();
    for (let seed = 0; seed < INPUTS; seed++) {
      const random = new Random(seed);
      const [model, donor] = [random.pick(seeds), random.pick(seeds)];
      const input = model && donor && change(random, model, donor);
      if (!input) continue;
      const verdict = judge(input);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
    // A run that refuses everything, or nothing, has looked at nothing.
    expect(verdicts.get('model')).toBeGreaterThan(INPUTS / 200);
    expect(verdicts.get('ONNX_MALFORMED')).toBeGreaterThan(INPUTS / 50);
    expect(verdicts.get('mistakes')).toBeGreaterThan(INPUTS / 500);
  });
});

describe('judge', () => {
  test('takes an exception that is not ours for a defect', () => {
    const broken = new Proxy(new Uint8Array(8), {
      get: () => {
        throw new TypeError('broken');
      },
    });
    expect(() => judge(broken)).toThrow(Defect);
  });
});

// Small files that could keep dimwise busy: at a hundredth of their size all is told of them, and no task takes more steps than its limit.
import { describe, expect, test } from 'vitest';
import { readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { setWarningHandler } from '../../../src/base/warn.ts';
import { workDone } from '../../../src/dim/work.ts';
import { contractOf } from '../../../src/ir/contract.ts';
import { formatGraph } from '../../../src/ir/graph-text.ts';
import { SLOW_MODELS } from './slow-models.ts';

/** What reading, inferring and printing a file comes to: the codes of what is wrong. */
function codesOf(file: Uint8Array, work?: number): readonly string[] {
  const before = setWarningHandler(() => {});
  try {
    const { graph, mistakes } = readOnnx(file, { limits: { work } }).inference;
    contractOf(graph);
    formatGraph(graph);
    return mistakes.map(({ code }) => code);
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return error.errors.map(({ code }) => code);
  } finally {
    setWarningHandler(before);
  }
}

describe('small files that ask for a lot', () => {
  test.each(SLOW_MODELS)('%s: a hundredth of it is within the limit', (_, count, file) => {
    const small = file(Math.max(2, Math.floor(count / 100)));
    expect(codesOf(small)).not.toContain('ONNX_LIMIT');
  });

  test.each(SLOW_MODELS)('%s: takes no step beyond a lower limit', (_, count, file) => {
    const work = 20_000;
    const bytes = file(Math.max(2, Math.floor(count / 10)));
    const before = workDone();
    codesOf(bytes, work);
    // Inference, the contract and the text, each with a hundred for each node; a single step may count a whole list.
    expect(workDone() - before).toBeLessThan(3 * (work + 100 * count * 4) + 100_000);
  });
});

describe('readOnnx of convolutions of unknown kernels', () => {
  test('says which limit their sizes are beyond', () => {
    const [, count, file] = SLOW_MODELS.find(([name]) => name === 'convolutions of unknown kernels') ?? [];
    expect(count).toBe(400);
    const refused = (): unknown => readOnnx(file?.(400) ?? new Uint8Array()).inference;
    expect(refused).toThrow(
      expect.objectContaining({ code: 'ONNX_LIMIT', message: expect.stringContaining('the limit work is 2000000') }),
    );
  });
});

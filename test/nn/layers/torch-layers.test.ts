// Every layer computes on ONNX Runtime what PyTorch's layer computes with the same weights.
import { describe, expect, test } from 'vitest';
import { expectRecorded } from './recorded-case.ts';
import { recordedModel } from './recorded-model.ts';
import { CASES, LAYERS } from './torch-layers-table.ts';

describe('layers', () => {
  test('every recorded case has its layer', () => {
    expect(CASES.map(({ name }) => name).sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(CASES.map((one) => [one.name, one] as const))('%s computes what PyTorch computes', async (name, one) => {
    const composition = LAYERS[name]?.();
    if (!composition) throw new Error(`no layer for ${name}`);
    await expectRecorded(one, recordedModel(one, composition).compile());
  });
});

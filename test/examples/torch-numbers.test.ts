// The examples against PyTorch: same weights, same inputs, outputs within 1e-5 of the greatest.
import { crc32 } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { staticShape } from '../../src/ir/type.ts';
import { fillByFormula, formulaInput, formulaWeights } from '../helpers/formula.ts';
import { relativeDistance, torchFixture } from '../helpers/torch-fixture.ts';
import { ROWS } from './torch-rows.ts';

const LIMIT = 1e-5;

describe.each(ROWS)('$name', ({ name, define, batch }) => {
  const fixture = torchFixture(name);

  test('has the parameters of the PyTorch model, size by size', () => {
    const bound = define().bind(batch);
    const shapes = [...bound.parameters()].map(([path, cell]) => [path, staticShape(cell.shape)]);
    const recorded = Object.entries(fixture.parameters).map(([path, { shape }]) => [path, shape]);
    expect(Object.fromEntries(shapes)).toEqual(Object.fromEntries(recorded));
  });

  test('takes the same weights, bit for bit', () => {
    for (const [path, { shape, crc32: recorded }] of Object.entries(fixture.parameters)) {
      const bytes = new Uint8Array(formulaWeights(path, shape).buffer);
      expect(crc32(bytes), path).toBe(recorded);
    }
  });

  test('computes what PyTorch computed', async () => {
    const bound = define().bind(batch);
    fillByFormula(bound.parameters());
    const session = await InferenceSession.create(bound.compile().bytes(), { executionProviders: ['cpu'] });
    for (const { input, output, float32Error } of fixture.cases) {
      const tensor = new Tensor('float32', formulaInput(input.name, input.shape), input.shape);
      const { output: result } = await session.run({ [input.name]: tensor });
      expect(result?.dims).toEqual(output.shape);
      // The recording itself must be good enough to judge by.
      expect(float32Error).toBeLessThan(LIMIT / 4);
      expect(relativeDistance(result?.data as Float32Array, output.values)).toBeLessThanOrEqual(LIMIT);
    }
    await session.release();
  });
});

// The image models of the zoo against torchvision's: parameter counts, checkpoints by their names, numbers.
import { run, torchNames } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { trainedCount } from '../../examples/support/script.ts';
import { vgg11 } from '../../examples/zoo/vgg11.ts';
import { expectClose } from './close.ts';
import { counted, countedCheckpoint } from './counted-weights.ts';
import { IMAGE_CASES, RECORDED } from './image-cases.ts';

describe.each(IMAGE_CASES)('$name', ({ name, full, parameters, small, names = [] }) => {
  test('has as many parameters as are published', () => {
    const net = full();
    net.bind([1, 3, 224, 224]);
    expect(trainedCount(net)).toBe(parameters);
  });

  test("computes torchvision's numbers with its weights, on images of any size", async () => {
    const recorded = RECORDED[name];
    if (!recorded) throw new Error(`no fixture of ${name}`);
    const net = small();
    const report = net.load(countedCheckpoint(recorded.state), { names: [...torchNames, ...names] });
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [], ignored: [] });
    const [n = 1, c = 3, ...size] = recorded.input;
    const data = Float32Array.from(counted(n * c * size.reduce((a, b) => a * b, 1), 1000), (u) => 2 * u - 1);
    const bound = net.bind([n, c, ...size]);
    const { output } = await run(
      bound,
      { x: { shape: recorded.input, dtype: 'float32', data } },
      { providers: ['cpu'] },
    );
    expect(output?.shape).toEqual(recorded.output.shape);
    expectClose(output?.data, recorded.output.data, 1e-4);
    const one = { shape: [1, c, ...size], dtype: 'float32', data: data.subarray(0, data.length / n) } as const;
    const { output: first } = await run(bound, { x: one }, { providers: ['cpu'] });
    expect(first?.shape).toEqual([1, 10]);
    expectClose(first?.data, recorded.output.data.slice(0, 10), 1e-4);
  });
});

test('VGG-11 has as many parameters as are published', () => {
  const net = vgg11({ classes: 1000 });
  net.bind([1, 3, 224, 224]);
  expect(trainedCount(net)).toBe(132_863_336);
});

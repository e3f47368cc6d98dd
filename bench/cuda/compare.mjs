// Sets the benches beside those of PyTorch on the same card: median times and their ratio.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './summary.mjs';

/**
 * Writes `compare.json` and `compare.txt` of what stands in the folder of results.
 *
 * @returns how many sizes both have, and which are unlike though they have one name
 */
export function compare(results) {
  const { device, results: timed = [] } = readJson(join(results, 'torch.json')) ?? {};
  const unequal = [];
  const rows = timed.flatMap(({ model, batch, tf32, shape, p50, min }) => {
    const pass = device === 'cpu' ? 'cpu' : tf32 ? 'tf32' : 'no-tf32';
    const own = readJson(join(results, `bench-${model}-batch${batch}-${pass}.json`))?.results?.[0];
    if (p50 === undefined || own === undefined) return [];
    const { latency, provider, inputs } = own;
    const found = Object.values(inputs)[0]?.shape.join() ?? 'none';
    if (found !== shape?.join()) {
      unequal.push(`${model} [${found}], PyTorch [${shape?.join() ?? ''}]`);
      return [];
    }
    return [
      {
        model,
        batch,
        tf32,
        shape,
        provider,
        dimwise: { p50: latency.p50, min: latency.min },
        torch: { p50, min },
        ratio: latency.p50 / p50,
      },
    ];
  });
  writeFileSync(join(results, 'compare.json'), `${JSON.stringify(rows, null, 1)}\n`);
  const lines = rows.map(
    ({ model, batch, tf32, dimwise, torch, ratio }) =>
      `${model} batch ${batch} ${tf32 ? 'with' : 'without'} TF32: ${dimwise.p50.toFixed(2)} ms, PyTorch ${torch.p50.toFixed(2)} ms, ratio ${ratio.toFixed(2)}\n`,
  );
  writeFileSync(join(results, 'compare.txt'), lines.join(''));
  return { count: rows.length, unequal };
}

// Writes random graphs as files for other judges: `npx jiti bench/soundness-models.ts DIR 300 1`, then `python bench/peers/check_random.py DIR`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDim } from '../src/dim/text.ts';
import { buildPlan } from '../test/random/build-plan.ts';
import { drawPlan } from '../test/random/generate.ts';
import { planBytes } from '../test/random/plan-message.ts';

const [folder = 'out/random', graphs = '300', first = '1'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (let seed = Number(first); seed < Number(first) + Number(graphs); seed++) {
  const { plan } = drawPlan(seed);
  const { graph, mistakes } = buildPlan(plan);
  if (plan.nodes.length === 0 || mistakes.length > 0) continue;
  const claims = [...graph.nodes()].flatMap((node) =>
    node.outputs.flatMap(({ name, type }) => {
      if (type.kind !== 'tensor' || name === undefined) return [];
      const shape = type.shape?.map((dim) => formatDim(graph.facts.simplify(dim))) ?? null;
      return [[name, { op: node.op, dtype: type.dtype, shape }] as const];
    }),
  );
  writeFileSync(join(folder, `${seed}.onnx`), planBytes(plan, []));
  writeFileSync(join(folder, `${seed}.json`), JSON.stringify(Object.fromEntries(claims)));
}

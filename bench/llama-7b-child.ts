// One step with a Llama of 7 billion parameters in float16, in a process of its own: emit it or infer it; prints JSON.
import { join } from 'node:path';
import { openCheckpoint, saveModel } from 'dimwise';
import { inferReadModel } from '../codegen/onnx/infer-read.ts';
import type { Diagnostic } from '../src/base/errors.ts';
import { readModelFile } from '../src/node/read-model.ts';
import { LLAMA_7B } from './llama-7b-sizes.ts';

// In a chunk of its own the example does not take itself for the script that is run.
const { llama, names } = await import('../examples/zoo/llama.ts');

const [step = '', folder = '', depth = '32', checkpoint = ''] = process.argv.slice(2);
const path = join(folder, 'model.onnx');
const begin = performance.now();
const result: Record<string, number> = {};
const lap = (name: string): void => {
  result[name] = (performance.now() - begin) / 1000;
};

if (step === 'infer') {
  const read = await readModelFile(path);
  const mistakes: Diagnostic[] = [];
  inferReadModel(read, (mistake) => mistakes.push(mistake));
  const nodes = [...read.graph.nodes()];
  result['nodes'] = nodes.length;
  result['mistakes'] = mistakes.length;
  const values = nodes.flatMap((node) => node.outputs);
  result['open'] = values.filter(({ type }) => type.kind !== 'tensor' || !type.shape).length;
} else {
  const net = llama({ ...LLAMA_7B, depth: Number(depth) });
  // Cast first: with keys and values of float32 beside weights of float16 the attention would be refused.
  net.cast('float16');
  if (step === 'drawn') net.initialize({ seed: 0 });
  else net.load(await openCheckpoint(checkpoint), { names });
  const kept = ['batch', LLAMA_7B.kvHeads, 'past', LLAMA_7B.width / LLAMA_7B.heads];
  const pasts = Array.from({ length: Number(depth) }, (_, i) => [
    [`past_key_${i}`, kept] as const,
    [`past_value_${i}`, kept] as const,
  ]).flat();
  const bound = net.bind({ input_ids: ['batch', 'sequence'], ...Object.fromEntries(pasts) });
  result['parameters'] = [...bound.parameters().values()].reduce((sum, cell) => sum + (cell.size ?? 0), 0);
  const compiled = bound.compile();
  lap('compiled');
  const { external, bytes } = await saveModel(compiled, path, { externalData: 'external' });
  result['bytes'] = bytes + (external?.bytes ?? 0);
}
lap('seconds');
result['peakBytes'] = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify(result));

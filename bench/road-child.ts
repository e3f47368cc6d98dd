// One cold run of the whole road in a process of its own: define, bind, infer, initialize, emit to a file; prints JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DefinedModel, saveModel } from 'dimwise';
import { bertBase } from './models/bert.ts';
import { resnet50 } from './models/resnet50.ts';

const MODELS: Readonly<
  Record<string, { define: () => DefinedModel; bind: (net: DefinedModel) => ReturnType<DefinedModel['bind']> }>
> = {
  resnet50: { define: resnet50, bind: (net) => net.bind(['batch', 3, 224, 224]) },
  bert: {
    define: bertBase,
    bind: (net) => net.bind({ ids: ['batch', 'seq'], types: ['batch', 'seq'], mask: ['batch', 'seq'] }),
  },
};

const entry = MODELS[process.argv[2] ?? ''];
if (!entry) process.exit(2);
const folder = mkdtempSync(join(tmpdir(), 'dimwise-bench-'));
const times: Record<string, number> = {};
let last = performance.now();
const begin = last;
const lap = (name: string): void => {
  const now = performance.now();
  times[name] = (now - last) / 1000;
  last = now;
};

const net = entry.define();
net.initialize({ seed: 0 });
lap('define');
const bound = entry.bind(net);
lap('bind');
const compiled = bound.compile();
lap('lower');
await saveModel(compiled, join(folder, 'model.onnx'));
lap('emit');
rmSync(folder, { recursive: true });

const parameters = [...net.parameters().values()]
  .filter((cell) => cell.trainable)
  .reduce((sum, cell) => sum + (cell.size ?? 0), 0);
const all = [...net.parameters().values()].reduce((sum, cell) => sum + (cell.size ?? 0), 0);
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(
  JSON.stringify({
    ...times,
    total: (last - begin) / 1000,
    parameters,
    weightBytes: 4 * all,
    peakBytes,
    process: performance.now() / 1000,
  }),
);

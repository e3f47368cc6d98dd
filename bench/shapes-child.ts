// Infers one model in a process of its own and prints JSON: what a first, cold call takes, what later ones take, what is resolved.
import { readFileSync } from 'node:fs';
import { inferReadModel } from '../codegen/onnx/infer-read.ts';
import { decodeModel } from '../codegen/onnx/proto/read-message.ts';
import { type ReadModel, readModel } from '../codegen/onnx/read.ts';
import type { Diagnostic } from '../src/base/errors.ts';
import { type SymbolDim, symbolsOf } from '../src/dim/dim.ts';
import type { Graph, Value } from '../src/ir/graph.ts';

const [file = '', rounds = '1'] = process.argv.slice(2);
const bytes = readFileSync(file);

const read = (): ReadModel => readModel(decodeModel(bytes));

/** Whether rank and every size of a value are known, as numbers or as expressions of the inputs' symbols. */
function isResolved({ type, poisoned }: Value, known: ReadonlySet<SymbolDim>): boolean {
  if (poisoned || type.kind !== 'tensor' || !type.shape) return false;
  return type.shape.every((dim) => [...symbolsOf(dim)].every((symbol) => known.has(symbol)));
}

function inputSymbols(graph: Graph): Set<SymbolDim> {
  const known = new Set<SymbolDim>();
  for (const { type } of graph.inputs) {
    for (const dim of (type.kind === 'tensor' && type.shape) || [])
      for (const symbol of symbolsOf(dim)) known.add(symbol);
  }
  return known;
}

/** Peak of the memory of this process so far, in bytes. */
const peak = (): number => process.resourceUsage().maxRSS * 1024;

const mistakes: Diagnostic[] = [];
let last: ReadModel | undefined;
let peakBefore = 0;

/** Reads the graph anew, for a graph that was inferred before is no measure; gives milliseconds: of inference, of both, of processors for inference. */
function once(): { readonly infer: number; readonly whole: number; readonly cpu: number } {
  last = undefined;
  const begin = performance.now();
  const model = read();
  peakBefore ||= peak();
  const used = process.cpuUsage();
  const loaded = performance.now();
  inferReadModel(model, (mistake) => mistakes.push(mistake));
  const end = performance.now();
  const { user, system } = process.cpuUsage(used);
  last = model;
  return { infer: end - loaded, whole: end - begin, cpu: (user + system) / 1000 };
}

const cold = once();
const infer: number[] = [];
const cpu: number[] = [];
const whole: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  // No collection is forced before: it would also drop compiled code, which then is what is measured.
  const loaded = once();
  infer.push(loaded.infer);
  cpu.push(loaded.cpu);
  whole.push(loaded.whole);
}

const values = last ? [...last.graph.nodes()].flatMap((node) => node.outputs) : [];
const known = last ? inputSymbols(last.graph) : new Set<SymbolDim>();
console.log(
  JSON.stringify({
    cold: cold.infer,
    coldCpu: cold.cpu,
    infer,
    cpu,
    whole,
    values: values.length,
    resolved: values.filter((value) => isResolved(value, known)).length,
    mistakes: mistakes.length,
    peakBefore,
    peak: peak(),
    version: process.version,
  }),
);

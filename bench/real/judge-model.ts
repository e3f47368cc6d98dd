// Judges one real model: the codec by onnx-buf, shapes and contract by runs on ONNX Runtime at two bindings.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { annotateModel } from '../../codegen/onnx/annotate/annotate-model.ts';
import { externalLocations } from '../../codegen/onnx/external-locations.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import { MESSAGES } from '../../codegen/onnx/proto/message-table.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { DTYPES, isDType } from '../../src/ir/dtype.ts';
import { checkFeeds } from '../../src/ir/feeds.ts';
import { openOnnx } from '../../src/node/open-onnx.ts';
import { readWithOnnxBuf } from '../../test/onnx/proto/onnx-buf-judge.ts';
import {
  brokenConstraints,
  type Comparison,
  compareRun,
  inputSizes,
  type PlacedValue,
  placedValues,
  type RunTensor,
  type Sizes,
  symbolsOfInputs,
} from './claims.ts';
import { exposeValues, NOT_RUN } from './expose-values.ts';
import type { Binding } from './model-rows.ts';
import { feedsOf, type ModelBytes, runModel, type Tensors } from './run-values.ts';

/** One run of a model with all its values. */
export interface JudgedRun {
  readonly sizes: Sizes;
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  readonly real: ReadonlyMap<string, RunTensor>;
  readonly comparison: Comparison;
  /** Values of unknown rank whose rank ONNX Runtime knows before it runs; those in branches are not asked for. */
  readonly behind: readonly string[];
}

/** What is found of a model. */
export interface Judgement {
  readonly model: OnnxModel;
  readonly bytes: number;
  readonly nodes: number;
  readonly values: number;
  /** Milliseconds of the first reading and inference, decoding included. */
  readonly milliseconds: number;
  readonly runs: readonly JudgedRun[];
  /** All that is wrong; empty where nothing is. */
  readonly faults: readonly string[];
  /** What the file states and a run would contradict, or what inference finds wrong in it. */
  readonly mistakes: readonly string[];
}

/** Judges a file with two runs. */
export async function judgeModel(path: string, bindings: readonly Binding[]): Promise<Judgement> {
  const bytes = new Uint8Array(readFileSync(path));
  const begin = performance.now();
  const model = await openOnnx(path);
  const mistakes = model.inference.mistakes.map(({ code, message }) => `${code}: ${message}`);
  const milliseconds = performance.now() - begin;
  const bare = withoutStatements(model);
  const values = [...placedValues(bare.inference.graph)];
  const external = [...externalLocations(model.proto)].map((name) => ({
    path: name,
    data: new Uint8Array(readFileSync(join(dirname(path), name))),
  }));
  const runs = await runAll(bare, values, { bindings, external });
  const faults = [...judgeCodec(model, bytes), ...(await judgeOutputs(model, { bytes, external }, { runs, bindings }))];
  runs.forEach(({ comparison, sizes, behind }, i) => {
    faults.push(...behind.map((name) => `ONNX Runtime knows the rank of ${name}`));
    faults.push(...comparison.mistakes.map((mistake) => `run ${i}: ${mistake}`));
    faults.push(...brokenConstraints(bare.inference.graph, sizes).map((text) => `run ${i} breaks ${text}`));
  });
  return {
    model,
    bytes: bytes.length,
    nodes: nodeCount(values),
    values: values.length,
    milliseconds,
    runs,
    faults,
    mistakes,
  };
}

const nodeCount = (values: readonly PlacedValue[]): number =>
  new Set(values.map(({ value }) => (value.source.kind === 'node' ? value.source.node : undefined))).size;

/** The model without what its file says of values that are not inputs, so that inference has to find it. */
export function withoutStatements(model: OnnxModel): OnnxModel {
  const { graph = {} } = model.proto;
  const output = (graph.output ?? []).map(({ name }) => ({ name }));
  return model.with({ graph: { ...graph, valueInfo: [], output } });
}

/** Reading and writing: the same bytes where the writer was canonical, the same message always, by our codec and by onnx-buf. */
function judgeCodec(model: OnnxModel, bytes: Uint8Array): string[] {
  const faults: string[] = [];
  const written = model.encode();
  const theirs = readWithOnnxBuf(MESSAGES.model, bytes);
  if (!isDeepStrictEqual(decodeModel(bytes), theirs)) faults.push('onnx-buf reads another message');
  if (Buffer.from(written).equals(bytes)) return faults;
  faults.push('the bytes are not those of the file');
  if (!isDeepStrictEqual(readWithOnnxBuf(MESSAGES.model, written), theirs)) faults.push('the message changed');
  return faults;
}

async function runAll(
  bare: OnnxModel,
  values: readonly PlacedValue[],
  { bindings, external }: { readonly bindings: readonly Binding[]; readonly external: ModelBytes['externalData'] },
): Promise<JudgedRun[]> {
  const { graph } = bare.inference;
  const symbols = symbolsOfInputs(graph);
  const dtypes = new Map<string, number>();
  for (const { path, value } of values) {
    const dtype = value.type.kind === 'tensor' ? value.type.dtype : undefined;
    if (isDType(dtype)) dtypes.set(path, DTYPES[dtype].onnx);
  }
  const exposed = exposeValues(bare.proto, dtypes);
  const all = bindings.map((binding) => {
    if (binding.sizes.length !== symbols.length) throw new Error(`the inputs have ${symbols.length} symbols`);
    const sizes: Sizes = new Map(symbols.map((symbol, i) => [symbol, binding.sizes[i] ?? 0]));
    const inputs = inputSizes(graph, sizes);
    return { sizes, inputs, feeds: feedsOf(graph, inputs, binding) };
  });
  const bytes = bare.with({ graph: exposed.model.graph }).encode();
  const results = await runModel(
    { bytes, externalData: external },
    all.map(({ feeds }) => feeds),
  );
  return all.map(({ sizes, inputs }, i): JudgedRun => {
    const real = realValues(exposed.outputs, results[i]?.tensors ?? {});
    const comparison = compareRun(values, sizes, real);
    const behind = comparison.unranked.filter((path) => (results[i]?.ranks.get(path) ?? 0) > 0);
    return { sizes, inputs, real, comparison, behind };
  });
}

function realValues(outputs: ReadonlyMap<string, string>, tensors: Tensors): Map<string, RunTensor> {
  const real = new Map<string, RunTensor>();
  for (const [path, name] of outputs) {
    const tensor = tensors[name];
    if (tensor && tensor.dims.join() !== NOT_RUN.join()) real.set(path, { dtype: tensor.type, sizes: tensor.dims });
  }
  return real;
}

/** The file itself, what is written of it, and its copy with all shapes stated give the same outputs; the contract takes the feeds. */
async function judgeOutputs(
  model: OnnxModel,
  { bytes, external }: { readonly bytes: Uint8Array; readonly external: ModelBytes['externalData'] },
  { runs, bindings }: { readonly runs: readonly JudgedRun[]; readonly bindings: readonly Binding[] },
): Promise<string[]> {
  const faults: string[] = [];
  const { graph, mistakes } = model.inference;
  const feeds = runs.map(({ inputs }, i) => feedsOf(graph, inputs, bindings[i] ?? { sizes: [] }));
  if (mistakes.length === 0) {
    for (const { inputs } of runs) {
      const shapes = Object.fromEntries([...inputs].map(([name, shape]) => [name, { shape }]));
      faults.push(...checkFeeds(model, shapes).map(({ message }) => `the contract refuses what runs: ${message}`));
    }
  }
  // onnxruntime-node fetches no maps: a classifier's list of them is left out.
  if (graph.outputs.some(({ type }) => type.kind !== 'tensor')) return faults;
  const before = await runModel({ bytes, externalData: external }, feeds);
  const copies = [model.encode(), ...(mistakes.length === 0 ? [annotateModel(model).encode()] : [])];
  for (const copy of copies) {
    const after = await runModel({ bytes: copy, externalData: external }, feeds);
    const equal = before.every(({ tensors }, i) => sameTensors(tensors, after[i]?.tensors ?? {}));
    if (!equal) faults.push('ONNX Runtime gives other outputs for the copy');
  }
  return faults;
}

const sameTensors = (a: Tensors, b: Tensors): boolean =>
  isDeepStrictEqual(Object.keys(a), Object.keys(b)) &&
  Object.entries(a).every(([name, { data, dims }]) => isDeepStrictEqual([data, dims], [b[name]?.data, b[name]?.dims]));

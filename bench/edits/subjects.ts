// Models that edits are tried on: recorded topologies and stand-ins of real models, with feeds and what a run gives.
import { InferenceSession } from 'onnxruntime-node';
import { annotateModel } from '../../codegen/onnx/annotate/annotate-model.ts';
import { type OnnxModel, readOnnx } from '../../codegen/onnx/onnx-model.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { inputSizes, symbolsOfInputs } from '../real/claims.ts';
import { type Binding, PACKAGES } from '../real/model-rows.ts';
import { feedsOf, type Tensors } from '../real/run-values.ts';
import { recordedRuns, standInBytes } from '../real/stand-in.ts';
import { recordedShapes, TOPOLOGIES, topologyBytes } from '../topologies.ts';

/** A model, its feeds, and what it gives for them. */
export interface Subject {
  readonly name: string;
  readonly model: OnnxModel;
  readonly feeds: Tensors;
  readonly outputs: Tensors;
  /** An inner value of the main graph in the middle of its nodes; undefined where there is none of floats. */
  readonly middle: string | undefined;
}

const ROWS = new Map(PACKAGES.flatMap(({ models }) => models.map((row) => [row.fixture, row] as const)));

/** The names of all models: topologies, then stand-ins. */
export const SUBJECTS: readonly string[] = [
  ...TOPOLOGIES,
  ...[...ROWS.keys()].filter((name) => name !== undefined).sort(),
];

/** Opens a model, as annotated as tools write them, and runs it once, at the first of its recorded bindings. */
export async function openSubject(name: string): Promise<Subject> {
  const isTopology = TOPOLOGIES.includes(name);
  const model = annotateModel(readOnnx(isTopology ? topologyBytes(name) : standInBytes(name)));
  const feeds = isTopology ? topologyFeeds(name, model.graph) : standInFeeds(name, model.graph);
  return { name, model, feeds, outputs: await runOnce(model, feeds), middle: middleOf(model) };
}

/** What one run gives, unoptimized, so that only the model itself counts; onnxruntime-node gives tensors only. */
export async function runOnce(model: OnnxModel, feeds: Tensors): Promise<Tensors> {
  const session = await InferenceSession.create(model.encode(), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  try {
    const fetches = session.outputMetadata.filter(({ isTensor }) => isTensor).map(({ name }) => name);
    return (await session.run(feeds, fetches)) as Tensors;
  } finally {
    await session.release();
  }
}

function topologyFeeds(name: string, graph: Graph): Tensors {
  const [binding = {}] = recordedShapes(name).bindings;
  const sizes = new Map(symbolsOfInputs(graph).map((symbol) => [symbol, binding[symbol.name] ?? 1]));
  // Indices and masks.
  const fill = Object.fromEntries(
    graph.inputs.filter(({ dtype }) => dtype.startsWith('int')).map((input) => [input.name ?? '', { below: 2 }]),
  );
  return feedsOf(graph, inputSizes(graph, sizes), { sizes: [], fill });
}

function standInFeeds(name: string, graph: Graph): Tensors {
  const [inputs = {}] = recordedRuns(name).inputs;
  const binding: Binding = ROWS.get(name)?.bindings[0] ?? { sizes: [] };
  return feedsOf(graph, new Map(Object.entries(inputs)), binding);
}

function middleOf({ graph }: OnnxModel): string | undefined {
  const made = [...graph.nodes()].flatMap(({ outputs }) =>
    outputs.filter((value) => value.name && value.type.kind === 'tensor' && value.type.dtype === 'float32'),
  );
  const inner = made.filter((value) => !graph.outputs.includes(value));
  return inner[inner.length >> 1]?.name;
}

// Opens files for commands that measure runs: what ONNX Runtime loads, and the graph that stands behind it.
import { resolve } from 'node:path';
import type { Bindings } from '../../codegen/onnx/bind/bindings.ts';
import type { OnnxLimits } from '../../codegen/onnx/limits.ts';
import type { Graph } from '../ir/graph.ts';
import { readModelFile } from '../node/read-model.ts';
import { type LoadableModel, loadableOf } from '../runtime/create-session.ts';
import { edgesOfRead } from '../runtime/edges.ts';
import { openGraph } from './open-graph.ts';
import { compileOpened, type FileKind, fileKind, type OpenOptions, openModel, refuseWeights } from './open-model.ts';
import type { LoadedWeights } from './weights-option.ts';

/** How a file is opened for runs. */
export interface RunnableOptions extends OpenOptions {
  readonly limits: OnnxLimits;
}

/** A file that can be run many times. */
export interface Runnable {
  readonly file: string;
  readonly kind: FileKind;
  readonly loadable: LoadableModel;
  /** The inferred graph of what runs; undefined for a file in which inference finds mistakes, which ONNX Runtime may run all the same. */
  readonly graph: Graph | undefined;
  readonly weights: LoadedWeights | undefined;
}

/**
 * Opens a file. A model file is compiled with the symbols that it leaves open; numbers for symbols are sizes of feeds, unless `--static`
 * makes them part of the model.
 *
 * @throws NOT_BOUND when a model file leaves sizes open that nothing binds
 */
export async function openRunnable(file: string, options: RunnableOptions): Promise<Runnable> {
  const kind = fileKind(file);
  if (kind === 'onnx') {
    refuseWeights(file, options);
    const { limits } = options;
    const edges = { ...edgesOfRead(await readModelFile(file, { limits })), name: file };
    const loadable = { model: resolve(file), edges };
    return { file, kind, loadable, graph: await graphOf(file, options), weights: undefined };
  }
  const bindings = options.isStatic ? options.bindings : withoutNumbers(options.bindings);
  const { model, weights } = await openModel(file, { ...options, bindings });
  const compiled = compileOpened(file, model, options.seed);
  const loadable = await loadableOf(compiled);
  return { file, kind, loadable, graph: compiled.graph, weights };
}

/** The bindings that a model is bound with where its symbols stay open: shapes, and symbols in terms of others. */
function withoutNumbers({ inputs, symbols }: Bindings): Bindings {
  return { inputs, symbols: new Map([...symbols].filter(([, size]) => typeof size !== 'number')) };
}

async function graphOf(file: string, options: RunnableOptions): Promise<Graph | undefined> {
  const bindings: Bindings = { inputs: [], symbols: new Map() };
  try {
    return (await openGraph(file, { ...options, bindings, assumptions: [] })).graph;
  } catch {
    // Whether a file can be run, ONNX Runtime says; without a graph there are no operations to count.
    return undefined;
  }
}

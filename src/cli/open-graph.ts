// Opens the graph that a model file or an .onnx file holds, inferred.
import type { OnnxLimits } from '../../codegen/onnx/limits.ts';
import type { Diagnostic } from '../base/errors.ts';
import type { Graph } from '../ir/graph.ts';
import { readModelFile } from '../node/read-model.ts';
import { type InputBinding, parseBind, parseBindings } from './bind-option.ts';
import { inferRead } from './bind-read-graph.ts';
import { limitOption } from './limit-option.ts';
import { compileOpened, fileKind, type OpenOptions, openModel, refuseWeights } from './open-model.ts';
import { flagOption, listOption, type OptionValues } from './options.ts';
import { usageError } from './report.ts';
import { type LoadedWeights, weightsOption } from './weights-option.ts';

/** How a file is opened, and what is known of its values. */
export interface GraphOptions extends OpenOptions {
  readonly assumptions: readonly InputBinding[];
  /** How much `.onnx` files may ask for. */
  readonly limits?: OnnxLimits | undefined;
}

/**
 * Reads the options of a command that opens graphs.
 *
 * @param files the files that it opens
 * @throws CLI_USAGE when an option cannot be read, or a file is of no kind that is known
 */
export function graphOptions(options: OptionValues, files: readonly string[]): GraphOptions {
  for (const file of files) fileKind(file);
  return {
    bindings: parseBind(listOption(options, 'bind')),
    assumptions: parseBindings(listOption(options, 'assume'), '--assume'),
    isStatic: flagOption(options, 'static'),
    limits: limitOption(options),
    seed: undefined,
    weights: weightsOption(options),
  };
}

/** The graph of a file. */
export interface OpenedGraph {
  readonly graph: Graph;
  /** Whether it was read from an `.onnx` file, which does not tell parameters from other constants. */
  readonly isOnnx: boolean;
  /** Inputs that the file has elements for; the graph has them as constants. */
  readonly defaults: ReadonlySet<string>;
  /** What is worth knowing and no mistake. */
  readonly notes: readonly Diagnostic[];
  /** What was loaded from a checkpoint. */
  readonly weights: LoadedWeights | undefined;
}

/**
 * Opens a file: an `.onnx` file is read and inferred, a model file is loaded and compiled; one that is not bound yet gives the graph of
 * its definition.
 *
 * @throws CLI_USAGE when assumptions are made about a model file, or an `.onnx` file is to get weights
 * @throws all mistakes of the graph together
 */
export async function openGraph(file: string, options: GraphOptions): Promise<OpenedGraph> {
  if (fileKind(file) === 'onnx') {
    refuseWeights(file, options);
    // Nothing but shapes is looked at, so a weight file from a package cache does no harm.
    const read = await readModelFile(file, { allowHardLinks: true, limits: options.limits });
    return { ...inferRead(read, options), isOnnx: true, weights: undefined };
  }
  if (options.assumptions.length > 0) {
    throw usageError('--assume is for .onnx files', 'in a model file, call assumeShape(value, [...])');
  }
  const { model, weights } = await openModel(file, options);
  const graph = model.state === 'defined' ? model.graph : compileOpened(file, model, undefined).graph;
  return { graph, isOnnx: false, defaults: new Set(), notes: [], weights };
}

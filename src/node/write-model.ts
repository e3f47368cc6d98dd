// Writes an emitted model: its weights first, the model that refers to them last, and then the old weights go.
import { lstat, readFile, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { type EmitOptions, emitModel } from '../../codegen/onnx/emit.ts';
import type { EmittedModel, EncodedModel } from '../../codegen/onnx/emitted-model.ts';
import { externalLocations } from '../../codegen/onnx/external-locations.ts';
import { partsBytes } from '../../codegen/onnx/proto/parts.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { isDimwiseError } from '../base/errors.ts';
import type { Graph } from '../ir/graph.ts';
import { type DrawOptions, drawParts } from './draw-parts.ts';
import { writeAtomic } from './write-atomic.ts';
import { writeNewWeights, writeWeights } from './write-weights.ts';

/** Models with external data are small; a larger old model holds its weights itself. */
const MOST_OLD_BYTES = 2 ** 26;

/** What was written. */
export interface WrittenModel {
  readonly path: string;
  /** The size of the model file. */
  readonly bytes: number;
  /** The file of weights beside it, where there is one. */
  readonly external: { readonly path: string; readonly bytes: number } | undefined;
}

/** What stays as it is when a model is written. */
export interface WriteModelOptions {
  /** Names of weight files that somebody still reads, relative to the folder. */
  readonly kept?: ReadonlySet<string> | undefined;
  /** Whether a file stays that has the name of the new weights and another content; false by default. */
  readonly keepsOthers?: boolean | undefined;
  /** How weights are drawn that an initializer fills. */
  readonly draw?: DrawOptions | undefined;
}

/**
 * Emits a graph into a file, with its weights in `NAME.<checksum>.data` beside it where they are too large.
 *
 * @param path the `.onnx` file
 * @throws FILE_WRITE when a file cannot be written; the old files are as they were
 * @throws what `emitModel` throws
 */
export function writeGraph(path: string, graph: Graph, options: EmitOptions = {}): Promise<WrittenModel> {
  const fileName = options.fileName ?? basename(path, extname(path));
  return writeModel(path, emitModel(graph, { ...options, fileName }));
}

/**
 * Writes an emitted model. Same model, same bytes.
 *
 * @param path the `.onnx` file; the file of weights goes into the same folder
 * @param options what of the folder stays as it is
 * @throws FILE_WRITE when a file cannot be written; the old files are as they were
 */
export async function writeModel(
  path: string,
  emitted: EmittedModel,
  { kept = new Set(), keepsOthers = false, draw = {} }: WriteModelOptions = {},
): Promise<WrittenModel> {
  const folder = dirname(path);
  const old = await oldWeights(path);
  const { external } = emitted;
  const first = external?.bytes ?? 0;
  const total = first + emitted.bytes;
  const from = (before: number): DrawOptions => ({
    ...draw,
    onProgress: draw.onProgress && (({ done }) => draw.onProgress?.({ done: before + done, total })),
  });
  let encoded: EncodedModel = emitted;
  let name: string | undefined;
  if (external) {
    const weights = { folder, plan: external, chunks: drawParts(external.parts, from(0)) };
    name = await (keepsOthers ? writeNewWeights(weights) : writeWeights(weights));
    if (name !== external.fileName) encoded = emitted.withWeightsIn(name);
  }
  await writeAtomic(path, drawParts(encoded.parts, from(first)), { bytes: emitted.bytes });
  const used = new Set([...kept, ...encoded.locations].map((each) => normalize(each)));
  for (const each of old) if (!used.has(each)) await unlink(join(folder, each)).catch(() => {});
  return {
    path,
    bytes: partsBytes(encoded.parts),
    external: external && name !== undefined ? { path: join(folder, name), bytes: external.bytes } : undefined,
  };
}

/** The names of the weight files that dimwise wrote for the model that stands there now. */
async function oldWeights(path: string): Promise<string[]> {
  try {
    const stat = await lstat(path);
    if (!stat.isFile() || stat.size > MOST_OLD_BYTES) return [];
    const model = decodeModel(await readFile(path));
    if (model.producerName !== 'dimwise') return [];
    return [...externalLocations(model)].filter((name) => /^[\w.-]+\.[0-9a-f]{16}\.data$/.test(name));
  } catch (error) {
    // No old model, or none that can be read: nothing of it is ours to remove.
    if (isDimwiseError(error) || (error instanceof Error && 'code' in error)) return [];
    throw error;
  }
}

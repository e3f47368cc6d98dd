// Writes the file of weights of a model: every weight is read once, and the name is of what was read.
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentReader, ExternalFilePlan } from '../../codegen/onnx/external-data.ts';
import { isDimwiseError } from '../base/errors.ts';
import { sameBytes } from '../ir/same-bytes.ts';
import { CHUNK_BYTES } from '../ir/tensor-chunks.ts';
import { type KnownFile, knownFile } from './known-file.ts';
import { type StagedFile, stageFile } from './write-atomic.ts';

/** A file of weights that is to be written. */
export interface WeightsToWrite {
  readonly folder: string;
  readonly plan: ExternalFilePlan;
  /** The content of the plan. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Writes weights under the name that their content gives them, over whatever file has that name.
 *
 * @returns the name
 * @throws FILE_WRITE when they cannot be written; nothing is changed then
 */
export async function writeWeights(weights: WeightsToWrite): Promise<string> {
  const staged = await stageWeights(weights);
  const { fileName } = weights.plan;
  await staged.place(join(weights.folder, fileName));
  return fileName;
}

/**
 * Writes weights under a name that stands for no other content: a file that holds the same is taken as it is, one that holds anything else
 * is left alone, and the name gets a number. Where an old file may hold the same, the weights are compared with it while they are read, and
 * written from where the two part.
 *
 * @returns the name
 * @throws FILE_WRITE when they cannot be written; nothing is changed then
 */
export async function writeNewWeights(weights: WeightsToWrite): Promise<string> {
  const { folder, plan, chunks } = weights;
  const old = await likelyFile(folder, plan);
  if (!old) return placeNew(await stageWeights(weights), plan, folder);
  const source = readBy(plan.isNamed ? undefined : plan.read(), chunks);
  try {
    const found = await commonStart(old.file, source);
    if (!found.rest && plan.couldBeNamed(old.name)) return old.name;
    const path = join(folder, plan.provisionalName);
    return await placeNew(await stageFile(path, joined(old.file, found, source), { bytes: plan.bytes }), plan, folder);
  } finally {
    await source.return();
  }
}

/** Writes weights into a temporary file; their name is known afterwards. */
function stageWeights({ folder, plan, chunks }: WeightsToWrite): Promise<StagedFile> {
  const reader = plan.isNamed ? undefined : plan.read();
  const path = join(folder, plan.isNamed ? plan.fileName : plan.provisionalName);
  return stageFile(path, chunks, { bytes: plan.bytes, onChunk: reader && ((chunk) => reader.add(chunk)) });
}

/** Places a file under the first name that is free. */
async function placeNew(staged: StagedFile, plan: ExternalFilePlan, folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = plan.nameNumber(number);
    const path = join(folder, name);
    // A link is replaced, and a folder refused.
    const isTaken = (await lstat(path).catch(() => undefined))?.isFile() ?? false;
    if (!isTaken) {
      await staged.place(path);
      return name;
    }
    if (await isCopy(staged.temporary, path)) {
      await staged.discard();
      return name;
    }
  }
}

const WORDS = { what: 'file', hint: 'save the model again' };

/** A file of the folder that may hold the weights, by its name and size. */
async function likelyFile(
  folder: string,
  plan: ExternalFilePlan,
): Promise<{ readonly name: string; readonly file: KnownFile } | undefined> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => plan.couldBeNamed(each)).sort()) {
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    if (!stats?.isFile() || stats.size !== plan.bytes) continue;
    const file = await knownFile(path, WORDS).catch(() => undefined);
    if (file) return { name, file };
  }
  return undefined;
}

/** How far a file goes with chunks, and what of the chunk lies behind that place. */
interface CommonStart {
  readonly bytes: number;
  /** Undefined where all was the same. */
  readonly rest: Uint8Array | undefined;
}

async function commonStart(file: KnownFile, source: AsyncGenerator<Uint8Array>): Promise<CommonStart> {
  let bytes = 0;
  for (;;) {
    const { done, value } = await source.next();
    if (done) return { bytes, rest: undefined };
    for (let at = 0; at < value.length; at += CHUNK_BYTES) {
      const piece = value.subarray(at, at + CHUNK_BYTES);
      const found = new Uint8Array(Math.min(piece.length, file.size - bytes));
      file.read(found, bytes);
      if (!sameBytes(piece, found)) return { bytes, rest: value.subarray(at) };
      bytes += piece.length;
    }
  }
}

/** The start that a file has too, and what comes behind it. */
async function* joined(
  file: KnownFile,
  { bytes, rest }: CommonStart,
  source: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* file.chunks(0, bytes);
  if (rest) yield rest;
  yield* source;
}

/** Passes chunks on that are read for the name. */
async function* readBy(
  reader: ContentReader | undefined,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    reader?.add(chunk);
    yield chunk;
  }
}

async function isCopy(path: string, other: string): Promise<boolean> {
  try {
    const [one, two] = [await knownFile(path, WORDS), await knownFile(other, WORDS)];
    if (one.size !== two.size) return false;
    const theirs = two.chunks(0, two.size);
    for (const chunk of one.chunks(0, one.size)) {
      const { value } = theirs.next();
      if (!value || !sameBytes(chunk, value)) return false;
    }
    return true;
  } catch (error) {
    // What cannot be read is not known to be the same.
    if (isDimwiseError(error)) return false;
    throw error;
  }
}

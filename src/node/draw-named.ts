// Hands parameters to threads, one at a time or many small ones together; a failure names the parameter.
import { dimwiseError, isDimwiseError } from '../base/errors.ts';
import type { SampledParameter } from '../nn/lazy-initializer.ts';
import type { DrawPool } from './draw-pool.ts';
import { BATCH_RECORD, BATCH_SETS } from './draw-worker.ts';

/**
 * Draws a part of a parameter.
 *
 * @throws DRAW_FAILED with the name of the parameter
 */
export async function drawNamed(
  pool: DrawPool,
  parameter: SampledParameter,
  task: { readonly start: number; readonly bytes: number; readonly out?: Uint8Array<SharedArrayBuffer> },
): Promise<Uint8Array> {
  try {
    return await pool.draw({ job: parameter.job, ...task });
  } catch (error) {
    throw named(error, parameter);
  }
}

/** A whole parameter, and how many bytes it has. */
export interface WholeParameter {
  readonly samples: SampledParameter;
  readonly bytes: number;
}

/** Bytes of an array that small parameters share. */
export const SHARED_BYTES = 1 << 20;
/** Parameters begin at multiples of so many bytes, to which any element type is aligned. */
const ALIGNMENT = 16;

/** The place behind bytes where the next parameter begins. */
export const alignedEnd = (at: number, bytes: number): number => Math.ceil((at + bytes) / ALIGNMENT) * ALIGNMENT;

/** Parts parameters into groups that share an array of {@link SHARED_BYTES}. */
export function groupSmall<T extends { readonly bytes: number }>(parameters: readonly T[]): T[][] {
  const groups: T[][] = [];
  let group: T[] = [];
  let at = 0;
  for (const each of parameters) {
    if (group.length > 0 && at + each.bytes > SHARED_BYTES) {
      groups.push(group);
      group = [];
      at = 0;
    }
    group.push(each);
    at = alignedEnd(at, each.bytes);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/**
 * Draws whole parameters by one thread into one array.
 *
 * @returns the bytes of each
 * @throws DRAW_FAILED with the name of the first of them
 */
export async function drawTogether(pool: DrawPool, group: readonly WholeParameter[]): Promise<Uint8Array[]> {
  const batch = new Float64Array(group.length * BATCH_RECORD);
  let bytes = 0;
  group.forEach(({ samples: { job }, bytes: own }, i) => {
    const { key, set, parameters, type, width } = job;
    batch.set([BATCH_SETS.indexOf(set), key[0], key[1], type, width, bytes, own, ...parameters], i * BATCH_RECORD);
    bytes = alignedEnd(bytes, own);
  });
  const [first] = group;
  try {
    const drawn = await pool.draw({ batch, bytes });
    let at = 0;
    return group.map(({ bytes: own }) => {
      const view = new Uint8Array(drawn.buffer, drawn.byteOffset + at, own);
      at = alignedEnd(at, own);
      return view;
    });
  } catch (error) {
    throw first ? named(error, first.samples) : error;
  }
}

/** The failure of a thread with the name and the place of a parameter. */
function named(error: unknown, { path, origin }: SampledParameter): unknown {
  if (!isDimwiseError(error)) return error;
  return dimwiseError({
    code: 'DRAW_FAILED',
    message: `parameter ${path} could not be drawn: ${error.errors[0]?.message ?? ''}`,
    actual: error.actual,
    origin: { ...origin, path },
    hint: error.errors[0]?.hint,
    cause: error,
  });
}

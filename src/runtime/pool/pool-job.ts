// A request of a pool: checked feeds on their way to a worker, and what its outputs are held to.
import type { CallSite } from '../../base/origin.ts';
import type { ReadyFeed } from '../check-feeds.ts';
import type { OrtData } from '../ort.ts';
import type { RunOutputs } from '../run-outputs.ts';
import type { Job } from './job.ts';

/** A request. */
export interface PoolJob extends Job {
  readonly feeds: ReadonlyMap<string, ReadyFeed>;
  /** The outputs that are asked for. */
  readonly fetches: readonly string[];
  /** The sizes of the symbols in it. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Where it was made. */
  readonly site: CallSite | undefined;
}

/** What feeds take, in bytes. */
export function bytesOfFeeds(feeds: ReadonlyMap<string, ReadyFeed>): number {
  let bytes = 0;
  for (const { data } of feeds.values()) bytes += bytesOfData(data);
  return bytes;
}

/** What outputs take, in bytes. */
export function bytesOfOutputs(outputs: RunOutputs): number {
  let bytes = 0;
  for (const { data } of Object.values(outputs)) bytes += bytesOfData(data);
  return bytes;
}

/** Bytes; of strings those of their UTF-16 text. */
function bytesOfData(data: OrtData): number {
  if ('byteLength' in data) return data.byteLength;
  let bytes = 0;
  for (const text of data) bytes += 2 * text.length;
  return bytes;
}

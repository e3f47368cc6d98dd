// Holds what is copied from files of weights against what lies there: ranges that overlap could make a small file fill a disk.
import { dimwiseError } from '../../src/base/errors.ts';
import type { ExternalReference } from './read-external.ts';

/** A range of a file, in bytes. */
type Range = Pick<ExternalReference, 'location' | 'offset' | 'length'>;

/** Ranges may overlap so that their copies take so many times the bytes that they cover. */
const MOST_TIMES = 2;
/** Copies of fewer bytes do no harm. */
const SMALL_BYTES = 2 ** 20;

/**
 * Makes sure that copies of ranges do not take much more than what they are copied from.
 *
 * @param ranges the ranges that are to be copied, each once
 * @throws ONNX_LIMIT when the ranges of one file take more than twice the bytes that they cover together
 */
export function checkCopies(ranges: Iterable<Range>): void {
  const files = new Map<string, Range[]>();
  for (const range of ranges) {
    const list = files.get(range.location);
    if (list) list.push(range);
    else files.set(range.location, [range]);
  }
  for (const [location, list] of files) {
    const asked = list.reduce((sum, { length }) => sum + length, 0);
    const covered = coveredBytes(list);
    if (asked <= SMALL_BYTES || asked <= MOST_TIMES * covered) continue;
    throw dimwiseError({
      code: 'ONNX_LIMIT',
      message: `tensors in file "${location}" overlap: their copies take ${asked} bytes, the file holds ${covered} of them`,
      expected: `at most ${MOST_TIMES * covered} bytes`,
      actual: `${asked} bytes`,
      hint: 'save the model into its own folder, where its data stays as it is',
    });
  }
}

/** The bytes that lie in one range at least. */
function coveredBytes(ranges: readonly Range[]): number {
  let covered = 0;
  let end = 0;
  for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    covered += Math.max(0, offset + length - Math.max(offset, end));
    end = Math.max(end, offset + length);
  }
  return covered;
}

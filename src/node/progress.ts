// Tells how far long work is, not too often.

/** How far long work is; both in bytes. */
export interface DrawProgress {
  readonly done: number;
  readonly total: number;
}

/** Milliseconds between two reports. */
const EVERY_MS = 100;

/**
 * Gives the function that counts bytes as done; the listener hears at most every tenth of a second, and of the end.
 *
 * @param total the bytes of the whole work
 */
export function reportProgress(
  total: number,
  onProgress: ((progress: DrawProgress) => void) | undefined,
): (bytes: number) => void {
  let done = 0;
  let last = performance.now();
  return (bytes) => {
    done += bytes;
    if (!onProgress) return;
    const now = performance.now();
    if (done < total && now - last < EVERY_MS) return;
    last = now;
    onProgress({ done, total });
  };
}

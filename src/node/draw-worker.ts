// The program of a thread that draws: text, so that it runs from sources, from a bundle and under a loader alike.
import type { KernelJob } from '../nn/random/kernel-job.ts';

/** The exports that set a distribution, by their number in a record of a batch. */
export const BATCH_SETS: readonly KernelJob['set'][] = ['setUniform', 'setNormal', 'setClamped'];

/** The numbers of one record: set, key (two), type, width, first byte, bytes, and up to six parameters of the distribution. */
export const BATCH_RECORD = 13;

/**
 * Draws tasks of {@link DrawTask} and {@link BatchTask} with the kernel in `workerData`, and answers each with its number, or with the
 * array that it made. Samples come in pieces of as many as the kernel draws at a time, from whole Philox blocks on.
 */
export const DRAW_WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const kernel = new WebAssembly.Instance(workerData).exports;
const from = kernel.samplesAt.value;
const most = kernel.most.value;
const samples = new Uint8Array(kernel.memory.buffer);
const sets = ${JSON.stringify(BATCH_SETS)}.map((name) => kernel[name]);
function fill(target, first, bytes, { start, width, type }) {
  const size = most * width;
  for (let at = 0, block = start / 4; at < bytes; at += size, block += most / 4) {
    const part = Math.min(size, bytes - at);
    kernel.draw(block % 2 ** 32, Math.floor(block / 2 ** 32), part / width, type);
    target.set(samples.subarray(from, from + part), first + at);
  }
}
function fillAll(target, batch) {
  for (let i = 0; i < batch.length; i += ${BATCH_RECORD}) {
    kernel.setKey(batch[i + 1], batch[i + 2]);
    sets[batch[i]](...batch.subarray(i + 7, i + ${BATCH_RECORD}));
    fill(target, batch[i + 5], batch[i + 6], { start: 0, width: batch[i + 4], type: batch[i + 3] });
  }
}
parentPort.on('message', ({ id, job, batch, start, out, bytes }) => {
  const target = out ?? new Uint8Array(bytes);
  if (batch) fillAll(target, batch);
  else {
    kernel.setKey(...job.key);
    kernel[job.set](...job.parameters);
    fill(target, 0, bytes, { start, width: job.width, type: job.type });
  }
  if (out) parentPort.postMessage({ id });
  else parentPort.postMessage({ id, bytes: target }, [target.buffer]);
});
`;

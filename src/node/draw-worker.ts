// The program of a thread that draws: text, so that it runs from sources, from a bundle and under a loader alike.

/**
 * Draws tasks of {@link DrawTask} with the kernel in `workerData`, and answers each with its number, or with the array that it made.
 * Samples come in pieces of as many as the kernel draws at a time, from whole Philox blocks on.
 */
export const DRAW_WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const kernel = new WebAssembly.Instance(workerData).exports;
const from = kernel.samplesAt.value;
const most = kernel.most.value;
const samples = new Uint8Array(kernel.memory.buffer);
parentPort.on('message', ({ id, job, start, out, bytes }) => {
  const target = out ?? new Uint8Array(bytes);
  kernel.setKey(...job.key);
  kernel[job.set](...job.parameters);
  const size = most * job.width;
  for (let at = 0, block = start / 4; at < bytes; at += size, block += most / 4) {
    const part = Math.min(size, bytes - at);
    kernel.draw(block % 2 ** 32, Math.floor(block / 2 ** 32), part / job.width, job.type);
    target.set(samples.subarray(from, from + part), at);
  }
  if (out) parentPort.postMessage({ id });
  else parentPort.postMessage({ id, bytes: target }, [target.buffer]);
});
`;

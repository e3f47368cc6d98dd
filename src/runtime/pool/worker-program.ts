// The programs of workers: texts, so that they run from sources, from a bundle and under a loader alike.

/**
 * What both programs do: load ONNX Runtime, make a session, run it. `arrays` of a request and of an answer are bytes, one for each tensor
 * that is not of strings; the elements of those stand in its head. Words of float16 are put back as `ortTensor` does it.
 */
const MODEL = `
const ARRAYS = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array,
  uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, int64: BigInt64Array, uint64: BigUint64Array, bool: Uint8Array,
};
let ort;
let session;
async function answer(head, arrays) {
  switch (head.op) {
    case 'load': {
      ort = require(head.entry);
      const backends = ort.listSupportedBackends ? ort.listSupportedBackends().map(({ name }) => name) : null;
      return { head: { backends }, arrays: [] };
    }
    case 'create': {
      const [bytes, ...files] = arrays;
      const externalData = files.map((data, i) => ({ path: head.files[i], data }));
      const options = externalData.length > 0 ? { ...head.options, externalData } : head.options;
      session = await ort.InferenceSession.create(head.path === undefined ? bytes : head.path, options);
      return { head: {}, arrays: [] };
    }
    case 'run': {
      let next = 0;
      const feeds = {};
      for (const { name, dtype, shape, strings } of head.tensors) {
        const bytes = strings ? undefined : arrays[next++];
        const data = strings || new ARRAYS[dtype](bytes.buffer, bytes.byteOffset, bytes.byteLength / ARRAYS[dtype].BYTES_PER_ELEMENT);
        const tensor = new ort.Tensor(dtype, data, shape);
        if (dtype === 'float16' && !(tensor.data instanceof Uint16Array)) tensor.cpuData = data;
        Object.defineProperty(feeds, name, { value: tensor, enumerable: true });
      }
      const results = await session.run(feeds, head.fetches);
      const tensors = [];
      const outputs = [];
      for (const name of head.fetches) {
        const { type, dims, data } = results[name];
        if (type === 'string') tensors.push({ name, dtype: type, shape: dims, strings: data });
        else {
          tensors.push({ name, dtype: type, shape: dims });
          outputs.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        }
      }
      return { head: { tensors }, arrays: outputs };
    }
  }
}
const failure = (error) => ({ head: { error: String((error && error.message) || error) }, arrays: [] });
`;

/**
 * A process: it reads requests from descriptor 3 and writes the answers there, one after the other. Descriptor 4 ends with the pool's
 * process, also when that is killed; a thread looks at it, because native code may keep the main thread busy. Signals of a terminal
 * are for the pool, which may have work to finish.
 */
export const PROCESS_PROGRAM = `
const { readSync, writeSync } = require('node:fs');
const { Worker } = require('node:worker_threads');
process.title = 'dimwise worker';
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
const watch = "const { Socket } = require('node:net');" +
  "new Socket({ fd: 4 }).resume().on('error', () => {}).on('close', () => process.kill(process.pid, 'SIGKILL'));";
new Worker(watch, { eval: true, execArgv: [], env: {} });
const PIECE = 2 ** 26;
const pause = new Int32Array(new SharedArrayBuffer(4));
// Some systems say of a pipe that nothing is there yet, and of one that has ended that it is at its end, by errors.
function retry(transfer) {
  for (;;) {
    try {
      return transfer();
    } catch (error) {
      if (error.code === 'EOF' || error.code === 'EPIPE') return 0;
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
function read(size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const count = retry(() => readSync(3, bytes, at, Math.min(PIECE, size - at), null));
    if (count === 0) process.kill(process.pid, 'SIGKILL');
    at += count;
  }
  return bytes;
}
function write(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const count = retry(() => writeSync(3, bytes, at, Math.min(PIECE, bytes.length - at)));
    if (count === 0) process.kill(process.pid, 'SIGKILL');
    at += count;
  }
}
${MODEL}
(async () => {
  for (;;) {
    const length = Buffer.from(read(4).buffer).readUInt32LE(0);
    const head = JSON.parse(Buffer.from(read(length).buffer).toString());
    const { head: reply, arrays } = await answer(head, head.sizes.map(read)).catch(failure);
    const text = Buffer.from(JSON.stringify({ ...reply, sizes: arrays.map(({ length }) => length) }));
    const start = Buffer.alloc(4 + text.length);
    start.writeUInt32LE(text.length, 0);
    text.copy(start, 4);
    write(start);
    arrays.forEach(write);
  }
})();
`;

/** A thread: it takes requests as messages and answers them, arrays handed over. Shared memory is copied: ONNX Runtime takes none. */
export const THREAD_PROGRAM = `
const { parentPort } = require('node:worker_threads');
${MODEL}
const own = (bytes) => (bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes);
parentPort.on('message', async ({ head, arrays }) => {
  const reply = await answer(head, arrays.map(own)).catch(failure);
  parentPort.postMessage(reply, [...new Set(reply.arrays.map(({ buffer }) => buffer))]);
});
`;

// The program that runs cases: text, so that the very same runs in the tests here and on a host that has nothing but Node.

/**
 * Arguments: what `require` loads for ONNX Runtime, the provider, a file of one case per line, the number of the first case, and a folder
 * for profiles, by which ONNX Runtime tells on which provider a node ran: one without a kernel there runs on the CPU, and nobody says so.
 */
export const CASE_PROGRAM = `
const { createReadStream, readdirSync, readFileSync, unlinkSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const [entry, provider, file, start, profiles] = process.argv.slice(1);
const { InferenceSession, Tensor } = require(entry);
const ARRAYS = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array,
  uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, int64: BigInt64Array, uint64: BigUint64Array, bool: Uint8Array,
};
const half = (bits) => {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
};
const thaw = ({ type, dims, bytes, texts }) => {
  if (texts) return { type, dims, data: texts };
  const raw = new Uint8Array(Buffer.from(bytes, 'base64'));
  return { type, dims, data: new ARRAYS[type](raw.buffer) };
};
const numbers = ({ type, data }) => (type === 'float16' ? Array.from(new Uint16Array(data.buffer, data.byteOffset, data.length), half) : data);
const run = async (model, feeds, name, profile) => {
  const profiling = profile ? { enableProfiling: true, profileFilePrefix: profile } : {};
  const session = await InferenceSession.create(model, { executionProviders: [name], logSeverityLevel: 4, ...profiling });
  try {
    const given = Object.entries(feeds).map(([key, { type, dims, data }]) => [key, new Tensor(type, data, dims)]);
    return await session.run(Object.fromEntries(given));
  } finally {
    if (profile) session.endProfiling();
    await session.release();
  }
};
/* How many nodes ran on the provider, and how many elsewhere, by the profile of the name; copies between memories are no nodes of a model. */
const placement = (prefix) => {
  const nodes = new Map();
  for (const name of readdirSync(profiles).filter((each) => each.startsWith(prefix))) {
    const path = join(profiles, name);
    for (const { cat, name: event, args = {} } of JSON.parse(readFileSync(path, 'utf8'))) {
      if (cat === 'Node' && args.provider && !/^Memcpy/.test(args.op_name)) nodes.set(event + ' ' + args.node_index, args.provider);
    }
    unlinkSync(path);
  }
  const on = [...nodes.values()].filter((each) => each.toLowerCase() === provider + 'executionprovider').length;
  return { on, off: nodes.size - on };
};
/* max|a - b| / max|b|; equal where both are NaN or the same infinity; texts, and integers, are equal or not. */
const distance = (found, wanted) => {
  if (!found || found.type !== wanted.type || found.dims.join() !== wanted.dims.join()) return Infinity;
  const [a, b] = [numbers(found), numbers(wanted)];
  if (!/float/.test(wanted.type)) return Array.from(b).every((value, i) => value === a[i]) ? 0 : Infinity;
  let [apart, greatest] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) greatest = Math.max(greatest, Number.isFinite(b[i]) ? Math.abs(b[i]) : 0);
    else {
      const difference = Math.abs(a[i] - b[i]);
      if (!(difference < Infinity)) return Infinity;
      [apart, greatest] = [Math.max(apart, difference), Math.max(greatest, Math.abs(b[i]))];
    }
  }
  return apart === 0 ? 0 : apart / Math.max(greatest, 1e-30);
};
/* Why a CPU does not take a case, by what ONNX Runtime says of it. */
const CLASSES = [
  ['no kernel', /Could not find an implementation|Failed to find kernel|is not a registered function/],
  ['newer opset', /ValidateOpsetForDomain/],
  ['other types', /Type Error|type inference failed|input data type|invalid model\\. In Node/],
  ['refused', /Non-zero status code returned while running|Exception during initialization/],
];
const classOf = (text) => (CLASSES.find(([, pattern]) => pattern.test(text)) || ['unknown'])[0];
const tell = (result) => writeSync(1, JSON.stringify(result) + '\\n');
const reason = (error) => String((error && error.message) || error).slice(0, 500);
(async () => {
  let at = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line === '' || at++ < Number(start)) continue;
    const { name, model, feeds, expected, tolerance, isExact } = JSON.parse(line);
    if (isExact && provider !== 'cpu' && process.env.NVIDIA_TF32_OVERRIDE !== '0') {
      tell({ name, outcome: 'unrun', why: 'rounding', reason: 'with TF32 sums may compare otherwise, so that another token is chosen' });
      continue;
    }
    const bytes = new Uint8Array(Buffer.from(model, 'base64'));
    const thawed = Object.fromEntries(Object.entries(feeds).map(([key, each]) => [key, thaw(each)]));
    let wanted;
    try {
      const onCpu = await run(bytes, thawed, 'cpu');
      wanted = expected ? Object.fromEntries(Object.entries(expected).map(([key, each]) => [key, thaw(each)])) : onCpu;
    } catch (error) {
      tell({ name, outcome: 'unrun', why: classOf(reason(error)), reason: reason(error) });
      continue;
    }
    try {
      const outputs = await run(bytes, thawed, provider, join(profiles, 'case-' + at + '-'));
      const { on, off } = placement('case-' + at + '-');
      const apart = Object.entries(wanted).reduce((most, [key, each]) => Math.max(most, distance(outputs[key], each)), 0);
      const outcome = apart > tolerance ? 'wrong' : on > 0 ? 'right' : 'elsewhere';
      tell({ name, outcome, apart: Number.isFinite(apart) ? apart : Number.MAX_VALUE, on, off });
    } catch (error) {
      tell({ name, outcome: 'failed', reason: reason(error) });
    }
  }
})();
`;

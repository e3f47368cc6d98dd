// One measurement of the codec: prints seconds, processor seconds and the peak of memory.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { emitModel } from '../codegen/onnx/emit.ts';
import { OnnxModel } from '../codegen/onnx/onnx-model.ts';
import { wholeBytes } from '../codegen/onnx/proto/lazy-bytes.ts';
import type { ModelProto } from '../codegen/onnx/proto/messages.ts';
import { joinParts } from '../codegen/onnx/proto/parts.ts';
import { onnx } from '../codegen/onnx/proto/protobuf.ts';
import { encodeModelParts } from '../codegen/onnx/proto/write-message.ts';
import { constant, symbol } from '../src/dim/dim.ts';
import { Graph } from '../src/ir/graph.ts';
import { tensorType } from '../src/ir/type.ts';
import { openOnnx } from '../src/node/open-onnx.ts';
import { saveOnnx } from '../src/node/save-onnx.ts';

const [task = '', folder = '/tmp'] = process.argv.slice(2);
const file = join(folder, 'dimwise-codec-in.onnx');
const out = join(folder, 'dimwise-codec-out.onnx');

/** A model of so many weights, all of one size. */
function weights(count: number, bytes: number): ModelProto {
  const rawData = new Uint8Array(bytes).fill(7);
  const initializer = Array.from({ length: count }, (_, i) => ({
    name: `w${i}`,
    dims: [bytes / 4],
    dataType: 1,
    rawData,
  }));
  return { irVersion: 10, opsetImport: [{ domain: '', version: 21 }], graph: { name: 'g', initializer } };
}

const nodes = (): ModelProto => ({
  irVersion: 10,
  opsetImport: [{ domain: '', version: 21 }],
  graph: {
    name: 'g',
    node: Array.from({ length: 100_000 }, (_, i) => ({
      name: `node${i}`,
      opType: 'LeakyRelu',
      input: [`v${i}`],
      output: [`v${i + 1}`],
      attribute: [{ name: 'alpha', f: 0.1, type: 1 }],
    })),
  },
});

/** As many nodes through the graph of dimwise and its emitter, with the types of all values or with none. */
function emitted(isTyped: boolean): Uint8Array {
  const graph = new Graph({ name: 'g', opsets: new Map([['', 21]]) });
  const type = tensorType('float32', [symbol('n'), constant(4)]);
  const attributes = new Map([['alpha', { kind: 'float', value: Math.fround(0.1) } as const]]);
  let value = graph.addInput('v0', type);
  for (let i = 0; i < 100_000; i++) {
    const node = graph.addNode({
      domain: '',
      op: 'LeakyRelu',
      inputs: [value],
      outputs: 1,
      attributes,
      name: `node${i}`,
    });
    value = node.outputs[0] ?? value;
    value.name = `v${i + 1}`;
    if (isTyped) value.setType(type);
  }
  value.setType(type);
  graph.setOutputs([value]);
  return joinParts(emitModel(graph).parts);
}

function writePlain(model: ModelProto): void {
  const chunk = wholeBytes(model.graph?.initializer?.[0]?.rawData ?? new Uint8Array());
  const descriptor = openSync(`${out}.tmp`, 'w');
  for (let i = 0; i < 64; i++) writeSync(descriptor, chunk);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${out}.tmp`, out);
}

const MODEL = weights(64, 2 ** 24);
const TASKS: Readonly<Record<string, () => unknown>> = {
  make: () => writeFileSync(file, joinParts(encodeModelParts(weights(110, 4_000_000)))),
  'read-dimwise': () => openOnnx(file, { lazyBytes: Number.POSITIVE_INFINITY }),
  'open-dimwise': () => openOnnx(file),
  'shapes-dimwise': async () => (await openOnnx(file)).graph,
  'read-onnx-buf': () => fromBinary(ModelProtoSchema, readFileSync(file)),
  'read-bytes': () => readFileSync(file),
  'write-dimwise': () => saveOnnx(new OnnxModel(MODEL), out),
  'write-bytes': () => writePlain(MODEL),
  'nodes-dimwise': () => joinParts(encodeModelParts(nodes())),
  // Its types want the fields of its own classes; the plain objects are the same.
  'graph-dimwise': () => emitted(false),
  'graph-typed-dimwise': () => emitted(true),
  'nodes-onnx-proto': () => onnx.ModelProto.encode(nodes() as Parameters<typeof onnx.ModelProto.encode>[0]).finish(),
  clean: () => {
    rmSync(file, { force: true });
    rmSync(out, { force: true });
  },
};

const start = performance.now();
const before = process.cpuUsage();
await TASKS[task]?.();
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - start) / 1000;
console.log(
  JSON.stringify({ seconds, processor: (user + system) / 1e6, peakBytes: process.resourceUsage().maxRSS * 1024 }),
);

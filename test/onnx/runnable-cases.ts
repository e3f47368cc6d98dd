// The node cases of onnx that a run in Node with made-up elements can judge.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type OnnxModel, readOnnx } from '../../codegen/onnx/onnx-model.ts';
import type { ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';

const FOLDER = new URL('../fixtures/node-cases/', import.meta.url);
type Row = readonly [
  name: string,
  op: string,
  bytes: number,
  kind: string,
  inputs: unknown,
  outputs: readonly string[],
];
const ROWS = JSON.parse(readFileSync(new URL('cases.json', FOLDER), 'utf8')) as readonly Row[];

/** Element types that JavaScript has arrays for, by their ONNX numbers: feeds and results of others end the process. */
const HELD = new Set([1, 2, 3, 6, 7, 9]);
const HELD_RESULTS = /^(float32|float64|u?int(8|16|32|64)|bool|string)\[/;
/** Two runs of these give different numbers. */
const RANDOM = /random|bernoulli|multinomial|dropout/;
/** For made-up elements (axis 0, of size 1) a run in Node does not come back: the signal would have the length 2*(1 - 1). */
const ENDLESS = /^test_dft_irfft/;

/** One case. */
export interface RunnableCase {
  readonly name: string;
  readonly model: OnnxModel;
}

/** Every so manieth case, where inputs and outputs are arrays of elements that Node holds. */
export function* runnableCases(step: number): Iterable<RunnableCase> {
  const models = gunzipSync(readFileSync(new URL('models.bin.gz', FOLDER)));
  let at = 0;
  for (const [i, [name, , bytes, kind, , outputs]] of ROWS.entries()) {
    const model = readOnnx(models.subarray(at, (at += bytes)));
    const { input = [] } = model.proto.graph ?? {};
    const isHeld = ({ type }: ValueInfoProto) => HELD.has(type?.tensorType?.elemType ?? 0) && type?.tensorType?.shape;
    if (i % step !== 0 || kind !== 'array' || RANDOM.test(name) || ENDLESS.test(name) || !input.every(isHeld)) continue;
    if (outputs.every((type) => HELD_RESULTS.test(type))) yield { name, model };
  }
}

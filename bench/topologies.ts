// The recorded topologies of real models: their messages, and the sizes that ONNX Runtime gave their values.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The models that torch's older exporter wrote, and those of its default one. */
export const TOPOLOGIES = ['resnet50', 'bert-base', 'gpt2', 'gpt2-past'].flatMap((name) => [
  `${name}-torchscript`,
  `${name}-dynamo`,
]);

/** What two runs of a model gave. */
export interface RecordedShapes {
  /** Sizes of the symbols, one record for each run. */
  readonly bindings: readonly Readonly<Record<string, number>>[];
  /** By value: the element type as NumPy names it, then the sizes in each run. */
  readonly values: Readonly<Record<string, readonly [dtype: string, ...sizes: (readonly number[])[]]>>;
}

const file = (name: string): Buffer =>
  gunzipSync(readFileSync(new URL(`./fixtures/topologies/${name}.gz`, import.meta.url)));

/** The bytes of a model without weights. */
export const topologyBytes = (name: string): Uint8Array => file(`${name}.onnx`);

/** The sizes of a model's values in two runs. */
export const recordedShapes = (name: string): RecordedShapes =>
  JSON.parse(file(`${name}.shapes.json`).toString('utf8')) as RecordedShapes;

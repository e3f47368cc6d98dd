// Models of other tools for the tests of edits, each with two bindings.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { RecordedShapes } from '../../../bench/topologies.ts';
import { type OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';

/** Small models with weights, as ONNX Runtime's tools write them. */
export const SMALL_MODELS = [
  'bert',
  'bert-heads',
  'bert-session',
  'bert-quantized',
  'gpt2',
  'gpt2-past',
  'cnn-session',
  'cnn-quantized',
  'cnn-quantized-session',
  'lstm-quantized',
] as const;

const fixture = (path: string): Buffer => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url));

/** One of the small models. */
export const smallModel = (name: string): OnnxModel => readOnnx(gunzipSync(fixture(`microsoft/${name}.onnx.gz`)));

/** The two bindings that a small model was recorded at. */
export function smallBindings(name: string): RecordedShapes['bindings'] {
  const recorded = JSON.parse(gunzipSync(fixture(`microsoft/${name}.shapes.json.gz`)).toString()) as RecordedShapes;
  return recorded.bindings;
}

/** Loops and branches as torch exports them, with two bindings; a scalar input has the size of its name. */
export const LOOPS: readonly (readonly [name: string, bindings: readonly Readonly<Record<string, number>>[]])[] = [
  [
    'append',
    [
      { a: 4, n: 3 },
      { a: 5, n: 5 },
    ],
  ],
  [
    'rows',
    [
      { n: 3, k: 2 },
      { n: 1, k: 5 },
    ],
  ],
  [
    'grow',
    [
      { a: 1, n: 3 },
      { a: 4, n: 1 },
    ],
  ],
  [
    'while',
    [
      { a: 2, k: 7 },
      { a: 1, k: 3 },
    ],
  ],
];

/** One of the loops. */
export const loopModel = (name: string): OnnxModel => readOnnx(fixture(`loops/${name}.onnx`));

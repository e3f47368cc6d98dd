// Two models with weights beside them that replace each other under faults, and the question which of the two stands there.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import type { ModelProto } from '../../codegen/onnx/proto/messages.ts';
import { decodeModel } from '../../codegen/onnx/proto/read-message.ts';
import { saveOnnx } from '../../src/node/save-onnx.ts';

/** Bytes of weights: enough that a write takes several steps. */
const WEIGHT_BYTES = 3 * 2 ** 20;

/** The names of the two models. */
export type Which = 'old' | 'new';

/** Where the weights of a model come from: in memory the name of their file is known before it is written, of another file only then. */
export type WeightsFrom = 'memory' | 'file';

/** The model of a name; every byte of its weights tells the name. */
export function faultModel(which: Which, from: WeightsFrom): OnnxModel {
  const rawData = new Uint8Array(WEIGHT_BYTES).fill(which === 'old' ? 1 : 2);
  const reference = { key: 'location', value: 'elsewhere' };
  const place = from === 'memory' ? { rawData } : { dataLocation: 1, externalData: [reference] };
  const graph = {
    name: which,
    initializer: [{ name: 'w', dims: [WEIGHT_BYTES], dataType: 2, ...place }],
    output: [{ name: 'w' }],
  };
  const proto: ModelProto = {
    irVersion: 10,
    producerName: 'dimwise',
    opsetImport: [{ domain: '', version: 21 }],
    graph,
  };
  const storage = { kind: 'file', location: 'elsewhere', offset: 0, length: WEIGHT_BYTES } as const;
  return new OnnxModel(proto, { resolve: () => storage, bytes: () => [rawData] });
}

/** Saves a model with its weights beside it. */
export const saveFault = async (which: Which, path: string, from: WeightsFrom = 'file'): Promise<void> => {
  await saveOnnx(faultModel(which, from), path, { externalData: 'external' });
};

/** Which of the two models stands at a path, whole with its weights; what is wrong where none does. */
export function standing(path: string): string {
  const { graph } = decodeModel(readFileSync(path));
  const [tensor] = graph?.initializer ?? [];
  const location = tensor?.externalData?.find(({ key }) => key === 'location')?.value ?? '';
  const data = readFileSync(join(dirname(path), location));
  const fill = graph?.name === 'old' ? 1 : 2;
  if (data.length !== WEIGHT_BYTES) return `${graph?.name} with ${data.length} bytes of weights`;
  return data.every((byte) => byte === fill) ? (graph?.name ?? '') : `${graph?.name} with other weights`;
}

/** Temporary files that were left behind. */
export const leftovers = (path: string): string[] => readdirSync(dirname(path)).filter((name) => name.endsWith('.tmp'));

// Stand-ins of real models for the tests: the same graphs with weights of zero, and the sizes that runs of the real ones gave.
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { mapTensors } from '../../codegen/onnx/map-tensors.ts';
import type { OnnxModel } from '../../codegen/onnx/onnx-model.ts';
import type { TensorProto } from '../../codegen/onnx/proto/tensor-messages.ts';
import type { JudgedRun } from './judge-model.ts';
import type { PackageRow } from './model-rows.ts';

/** Smaller weights stay: they may be sizes, and they are no work of an author. */
const KEPT_BYTES = 256;
/** Integers up to here may be sizes or indices. */
const KEPT_INTEGERS = 4096;
/** `DATA_TYPE` of int32 and int64. */
const INTEGERS: ReadonlySet<number | undefined> = new Set([6, 7]);

/** What two runs of a real model gave. */
export interface RecordedRuns {
  readonly source: {
    readonly package: string;
    readonly version: string;
    readonly licence: string;
    readonly file: string;
  };
  /** The sizes of each input, in each run. */
  readonly inputs: readonly Readonly<Record<string, readonly number[]>>[];
  /** By path: the element type, then the sizes in each run; null where the branch that holds the value did not run. */
  readonly values: Readonly<Record<string, readonly [dtype: string, ...sizes: (readonly number[] | null)[]]>>;
}

/** The model without statements, its weights zero. */
export function standInOf(bare: OnnxModel): OnnxModel {
  const proto = mapTensors(bare.proto, zeroed);
  const { graph = {} } = proto;
  const node = (graph.node ?? []).map((one) => ({ ...one, docString: undefined }));
  return bare.with({
    ...proto,
    docString: undefined,
    metadataProps: [],
    graph: { ...graph, node, docString: undefined },
  });
}

function zeroed(tensor: TensorProto): TensorProto {
  const kept = INTEGERS.has(tensor.dataType) ? KEPT_INTEGERS : KEPT_BYTES;
  const { rawData, floatData } = tensor;
  if (rawData && rawData.length > kept) return { ...tensor, rawData: new Uint8Array(rawData.length) };
  if (floatData && 4 * floatData.length > kept) return { ...tensor, floatData: new Float32Array(floatData.length) };
  return tensor;
}

/** Gives the runs in the form in which they are recorded. */
export function recordRuns(runs: readonly JudgedRun[], from: PackageRow, file: string): RecordedRuns {
  const paths = new Set(runs.flatMap(({ real }) => [...real.keys()]));
  const values = [...paths].map((path) => {
    const dtype = runs.map(({ real }) => real.get(path)?.dtype).find((each) => each !== undefined);
    return [path, [dtype ?? '', ...runs.map(({ real }) => real.get(path)?.sizes ?? null)]] as const;
  });
  return {
    source: { package: from.name, version: from.version, licence: from.licence, file },
    inputs: runs.map(({ inputs }) => Object.fromEntries(inputs)),
    values: Object.fromEntries(values),
  };
}

const FOLDER = new URL('../fixtures/real/', import.meta.url);
// gzip's header holds no time and no name here, so the same content gives the same bytes.
const save = (name: string, data: Uint8Array): void =>
  writeFileSync(new URL(`${name}.gz`, FOLDER), gzipSync(data, { level: 9 }));
const load = (name: string): Buffer => gunzipSync(readFileSync(new URL(`${name}.gz`, FOLDER)));

/** Writes a stand-in and its runs among the fixtures. */
export function saveStandIn(name: string, bare: OnnxModel, runs: RecordedRuns): void {
  save(`${name}.onnx`, standInOf(bare).encode());
  save(`${name}.shapes.json`, Buffer.from(JSON.stringify(runs)));
}

/** The bytes of a stand-in. */
export const standInBytes = (name: string): Uint8Array => load(`${name}.onnx`);

/** What runs of the model gave that a stand-in stands for. */
export function recordedRuns(name: string): RecordedRuns {
  const runs: RecordedRuns = JSON.parse(load(`${name}.shapes.json`).toString('utf8'));
  return runs;
}

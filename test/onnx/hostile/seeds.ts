// Small models to start from when models are changed at random.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { emitModel } from '../../../codegen/onnx/emit.ts';
import { joinParts } from '../../../codegen/onnx/proto/parts.ts';
import { SAMPLES } from '../sample-graphs.ts';
import { BYTES_CASES } from './cases.ts';

/** Larger models take longer and hold nothing that smaller ones lack. */
const MOST_BYTES = 1500;

const NODE_CASES = new URL('../../fixtures/node-cases/', import.meta.url);

/** The bytes of the models: our own samples, the good files beside the bad ones, and the node cases of onnx. */
export function seedModels(): readonly Uint8Array[] {
  const samples = SAMPLES.map(({ make }) => joinParts(emitModel(make()).parts));
  const controls = BYTES_CASES.map(({ good }) => good());
  return [...samples, ...controls, ...nodeCases()].filter(({ length }) => length <= MOST_BYTES);
}

function nodeCases(): Uint8Array[] {
  const rows: readonly (readonly [string, string, number])[] = JSON.parse(
    readFileSync(new URL('cases.json', NODE_CASES), 'utf8'),
  );
  const models = gunzipSync(readFileSync(new URL('models.bin.gz', NODE_CASES)));
  let at = 0;
  return rows.map(([, , bytes]) => new Uint8Array(models.subarray(at, (at += bytes))));
}

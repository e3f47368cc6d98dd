// Reads the node cases of onnx: models as bytes, what each feeds and what it must give.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { decodeModel } from '../../../codegen/onnx/proto/read-message.ts';
import { type ReadModel, readModel } from '../../../codegen/onnx/read.ts';
import { parseType, type TypeText } from '../../../src/ir/type-text.ts';

/** A recorded value, with its text for messages. */
export type CaseValue =
  | ({ readonly kind: 'tensor'; readonly text: string } & TypeText)
  | { readonly kind: 'sequence'; readonly text: string; readonly elements: readonly TypeText[] }
  | { readonly kind: 'optional'; readonly text: string; readonly holds: CaseValue | undefined };

/**
 * What a case gives: `array` only tensors of element types that numpy has, `message` also tensors of others (float8, int4, ...),
 * `container` sequences or optionals.
 */
export type CaseKind = 'array' | 'message' | 'container';

/** One node case. */
export interface NodeCase {
  readonly name: string;
  /** The operator that the case is about; the expanded form of a case is about the operator that was expanded. */
  readonly op: string;
  readonly kind: CaseKind;
  readonly inputs: readonly CaseValue[];
  readonly outputs: readonly CaseValue[];
  /** Reads the model anew. */
  readonly read: () => ReadModel;
}

type ValueJson = string | readonly string[] | { readonly holds: ValueJson | null };
type Row = readonly [
  name: string,
  op: string,
  bytes: number,
  kind: CaseKind,
  inputs: readonly ValueJson[],
  outputs: readonly ValueJson[],
];

const FOLDER = new URL('../../fixtures/node-cases/', import.meta.url);

/** Reads all cases, in the order of onnx. */
export function readCases(): NodeCase[] {
  const rows: readonly Row[] = JSON.parse(readFileSync(new URL('cases.json', FOLDER), 'utf8'));
  const models = gunzipSync(readFileSync(new URL('models.bin.gz', FOLDER)));
  let at = 0;
  return rows.map(([name, op, bytes, kind, inputs, outputs]) => {
    const proto = decodeModel(models.subarray(at, (at += bytes)));
    return {
      name,
      op,
      kind,
      inputs: inputs.map(valueOf),
      outputs: outputs.map(valueOf),
      read: () => readModel(proto),
    };
  });
}

function valueOf(json: ValueJson): CaseValue {
  if (typeof json === 'string') return { kind: 'tensor', text: json, ...parseType(json) };
  if ('holds' in json) {
    const holds = json.holds === null ? undefined : valueOf(json.holds);
    return { kind: 'optional', text: `optional(${holds?.text ?? ''})`, holds };
  }
  return { kind: 'sequence', text: `[${json.join(', ')}]`, elements: json.map((text) => parseType(text)) };
}

// Triton's classification extension: the greatest elements of each row with their indices, as text.
// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md
import { countOf, type Datatype, type WireTensor } from './datatypes.ts';
import { ProtocolError } from './protocol-error.ts';

/**
 * The greatest elements of each row, the greatest first, as `value:index`. A tensor of rank 0 or 1 is one row; of higher ranks the first
 * axis counts the rows.
 *
 * @param classes how many of each row; all of them where a row has fewer
 * @throws ProtocolError when the elements are texts
 */
export function classify(name: string, { datatype, shape, data }: WireTensor, classes: number): WireTensor {
  if (!ArrayBuffer.isView(data) || datatype === 'FP16') {
    throw new ProtocolError(`output "${name}" is ${datatype}, which cannot be classified`);
  }
  const leading = shape.length > 1 ? shape.slice(0, 1) : [];
  const rows = countOf(leading);
  const width = rows === 0 ? 0 : data.length / rows;
  const most = Math.min(classes, width);
  const texts: string[] = [];
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    const order = Array.from({ length: width }, (_, i) => i).sort((a, b) =>
      compare(data[at + b] ?? 0, data[at + a] ?? 0),
    );
    for (const i of order.slice(0, most)) texts.push(`${textOf(datatype, data[at + i] ?? 0)}:${i}`);
  }
  return { datatype: 'BYTES', shape: [...leading, most], data: texts };
}

const compare = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Floats have six digits after the point, as Triton prints them. */
const textOf = (datatype: Datatype, value: number | bigint): string =>
  typeof value === 'number' && datatype.startsWith('FP') ? value.toFixed(6) : String(value);

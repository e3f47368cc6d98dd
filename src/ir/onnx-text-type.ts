// Types in ONNX's textual syntax: `float[batch,20]`, `seq(int64[?])`, `float` for a scalar, `float[]` for an unknown rank.
import type { Dim } from '../dim/dim.ts';
import { DTYPES } from './dtype.ts';
import type { MaybeDType, Shape, ValueType } from './type.ts';

/** Prints one size. */
export type DimText = (dim: Dim) => string;

/** The text of a type; `unknown` where nothing is known. */
export function onnxTypeText(type: ValueType, dimText: DimText): string {
  switch (type.kind) {
    case 'tensor':
      return `${elementText(type.dtype)}${shapeText(type.shape, dimText)}`;
    case 'sparse':
      return `sparse_tensor(${elementText(type.dtype)}${shapeText(type.shape, dimText)})`;
    case 'sequence':
      return `seq(${onnxTypeText(type.element, dimText)})`;
    case 'optional':
      return `optional(${onnxTypeText(type.element, dimText)})`;
    case 'map':
      return `map(${elementText(type.key)}, ${onnxTypeText(type.value, dimText)})`;
    case 'unknown':
      return 'unknown';
  }
}

const elementText = (dtype: MaybeDType): string => (dtype === 'undefined' ? dtype : DTYPES[dtype].spec);

function shapeText(shape: Shape | null, dimText: DimText): string {
  if (shape === null) return '[]';
  return shape.length === 0 ? '' : `[${shape.map(dimText).join(',')}]`;
}

/** A text in double quotes, with `\` before quotes and backslashes; line ends are escaped. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, (found) => `\\${found}`).replaceAll('\n', '\\n')}"`;
}

/** A name as it stands in ONNX's text: bare where it is an identifier, else quoted. */
export function nameText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name);
}

// Reads attributes that name an element type by its ONNX number.
import { DTYPES, type DType, dtypeFromOnnx } from '../../ir/dtype.ts';
import type { InferContext } from '../../ir/operator.ts';
import { findSchema } from '../schema.ts';

/**
 * The element type that an integer attribute names; undefined where the attribute is absent.
 *
 * @throws ATTRIBUTE_INVALID (caught by the engine) when no element type has the number, or output 0 does not take it
 */
export function dtypeAttribute(cx: InferContext, name: string): DType | undefined {
  const number = cx.int(name);
  return number === undefined ? undefined : allowed(cx, name, dtypeFromOnnx(number), String(number));
}

/** The element type that a text of Cast-1 names, `FLOAT`; throws as {@link dtypeAttribute} does. */
export function dtypeText(cx: InferContext, name: string): DType | undefined {
  const text = cx.string(name);
  if (text === undefined) return undefined;
  const spec = text.toLowerCase();
  const found = Object.entries(DTYPES).find(([, row]) => row.spec === spec);
  return allowed(cx, name, found && dtypeFromOnnx(found[1].onnx), text);
}

function allowed(cx: InferContext, name: string, dtype: DType | undefined, given: string): DType {
  const schema = findSchema(cx.domain, cx.op, cx.version);
  const formal = schema?.outputs[0];
  const specs = formal && schema?.typeConstraints.get(formal.typeStr);
  if (dtype && (!specs || specs.includes(`tensor(${DTYPES[dtype].spec})`))) return dtype;
  const actual = dtype ? `${given} (${dtype})` : given;
  return cx.fail(
    'ATTRIBUTE_INVALID',
    `${cx.op}: attribute ${name} is ${actual}, which is not an element type of its output`,
    {
      expected: specs?.join(', ') ?? 'the number of an element type',
      actual,
    },
  );
}

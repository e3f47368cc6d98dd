// Makes the rows of operators that keep the shape of their one input, and of those that broadcast two.
import type { Scalar } from '../../ir/content.ts';
import type { DType } from '../../ir/dtype.ts';
import type { InferContext, OperatorExample, OperatorRow } from '../../ir/operator.ts';
import { formatShape, type Shape, type ValueType } from '../../ir/type.ts';
import { passesSizes } from './backward.ts';
import { mapContent } from './map-content.ts';

/** What differs between unary operators. */
export interface UnaryOptions {
  /** An element type that the operator takes, for the cases; float32 by default. */
  readonly dtype?: DType;
  /** The element type of the output; that of the input by default. */
  readonly output?: DType;
  /** An element type that the operator refuses, for the cases; string by default. */
  readonly refused?: DType;
  /** Computes an element of the output from one of the input, where it is known. */
  readonly element?: (cx: InferContext, dtype: DType, a: Scalar) => Scalar;
  /** Cases beside those that every unary operator has. */
  readonly examples?: readonly OperatorExample[];
}

/** The row of an operator whose output has the shape of its first input. */
export function unaryRow(name: string, options: UnaryOptions = {}): OperatorRow {
  const { dtype = 'float32', output = dtype, refused = 'string', element, examples = [] } = options;
  const row: OperatorRow = {
    name,
    infer: sameShape,
    backward: passesSizes,
    examples: [
      { inputs: [`${dtype}[batch, n + 1]`], outputs: [`${output}[batch, n + 1]`] },
      { inputs: [`${dtype}[]`], outputs: [`${output}[]`] },
      { inputs: [`${dtype}[...]`], outputs: [`${output}[...]`] },
      { inputs: [`${refused}[n]`], fails: 'DTYPE_MISMATCH' },
      ...examples,
    ],
  };
  if (!element) return row;
  return { ...row, content: (cx, [out]) => [mapContent(cx, out, [0], ([a], to) => element(cx, to, a))] };
}

/** The shape of input 0 and the element type that the schema gives the output. */
export function sameShape(cx: InferContext): readonly ValueType[] {
  return [cx.tensor(cx.shape(0), cx.outputDType(0))];
}

/** What differs between operators that broadcast two inputs. */
export interface BinaryOptions {
  /** An element type that the operator takes, for the cases; float32 by default. */
  readonly dtype?: DType;
  /** The element type of the output; that of the inputs by default. */
  readonly output?: DType;
  /** An element type that the operator refuses, for the cases; string by default. */
  readonly refused?: DType;
  /** Attributes that the cases need. */
  readonly attributes?: OperatorExample['attributes'];
  /** Computes an element of the output where it is known; `dtype` is the type of the inputs. */
  readonly element?: (cx: InferContext, dtype: DType, a: Scalar, b: Scalar) => Scalar;
  /** Refuses what cannot run, given the shape of the output. */
  readonly check?: (cx: InferContext, shape: Shape | undefined) => void;
  /** The least and the greatest element of the output. */
  readonly span?: OperatorRow['span'];
  readonly examples?: readonly OperatorExample[];
}

/** The row of an operator whose output is the broadcast of its two inputs. */
export function binaryRow(name: string, options: BinaryOptions = {}): OperatorRow {
  const {
    dtype = 'float32',
    output = dtype,
    refused = 'string',
    attributes,
    element,
    check,
    span,
    examples = [],
  } = options;
  const example = (parts: OperatorExample): OperatorExample => (attributes ? { ...parts, attributes } : parts);
  const row: OperatorRow = {
    name,
    infer: (cx) => {
      const shape = binaryShape(cx);
      check?.(cx, shape);
      return [cx.tensor(shape, cx.outputDType(0))];
    },
    examples: [
      example({ inputs: [`${dtype}[batch, 1, n]`, `${dtype}[h, 1]`], outputs: [`${output}[batch, h, n]`] }),
      example({
        inputs: [`${dtype}[a, 4]`, `${dtype}[b, 4]`],
        outputs: [`${output}[broadcast(a, b), 4]`],
        constraints: ['broadcastable(a, b)'],
      }),
      example({ inputs: [`${dtype}[n]`, `${dtype}[]`], outputs: [`${output}[n]`] }),
      example({ inputs: [`${dtype}[...]`, `${dtype}[n]`], outputs: [`${output}[...]`] }),
      example({ inputs: [`${dtype}[2]`, `${dtype}[n, 3]`], fails: 'SHAPE_MISMATCH' }),
      example({ inputs: [`${refused}[n]`, `${refused}[n]`], fails: 'DTYPE_MISMATCH' }),
      ...examples,
    ],
    ...(span && { span }),
  };
  if (!element) return row;
  return {
    ...row,
    content: (cx, [out]) => {
      const from = cx.dtype(0);
      if (from === 'undefined') return [];
      return [mapContent(cx, out, [0, 1], ([a, b]) => element(cx, from, a, b))];
    },
  };
}

/** The shape of a binary operator: multidirectional broadcast since opset 7, before that as its attributes say. */
export function binaryShape(cx: InferContext): Shape | undefined {
  const [a, b] = [cx.shape(0), cx.shape(1)];
  if (cx.version >= 7) return cx.broadcast(a, b);
  if (cx.int('broadcast', 0) === 0) return a && b ? cx.unifyShapes(a, b, 'shapes of the inputs') : (a ?? b);
  if (a && b) meetFrom(cx, a, b);
  return a;
}

/**
 * Opset 1 and 6 with `broadcast`: B has one element, or the sizes of A from `axis` on (from the end where it is not given).
 *
 * @throws SHAPE_MISMATCH (caught by the engine) when B does not fit into A
 */
function meetFrom(cx: InferContext, a: Shape, b: Shape): void {
  // A number above 1 tells that B has more than one element; symbols alone do not.
  if (!b.some((dim) => dim.kind === 'const' && dim.value > 1)) return;
  const from = cx.int('axis') ?? a.length - b.length;
  if (from < 0 || from + b.length > a.length) {
    cx.fail(
      'SHAPE_MISMATCH',
      `${cx.op}: ${cx.inputName(1)} ${formatShape(b)} does not fit into ${formatShape(a)} at axis ${from}`,
      {
        expected: formatShape(a),
        actual: formatShape(b),
      },
    );
  }
  b.forEach((dim, axis) => {
    const into = a[from + axis];
    if (into) cx.unify(into, dim, `axis ${from + axis} of ${cx.inputName(0)} and axis ${axis} of ${cx.inputName(1)}`);
  });
}

// Chains of nodes of any length, as the bytes that dimwise and its peers read alike.
import { ATTRIBUTE_TYPE } from '../codegen/onnx/proto/enums.ts';
import type { AttributeProto, NodeProto, ValueInfoProto } from '../codegen/onnx/proto/messages.ts';
import type { TensorProto } from '../codegen/onnx/proto/tensor-messages.ts';
import { encodeModel } from '../codegen/onnx/proto/write-message.ts';

/** `elementwise`: Add, Relu, Mul, Sigmoid. `mixed`: a layer with shape arithmetic, of twelve nodes, again and again. */
export type ChainKind = 'elementwise' | 'mixed';

const FLOAT = 1;
const INT64 = 7;
const WIDTH = 8;

const node = (opType: string, input: string[], output: string, attribute: AttributeProto[] = []): NodeProto => ({
  opType,
  input,
  output: [output],
  attribute,
});
const ints = (name: string, values: number[]): AttributeProto => ({ name, type: ATTRIBUTE_TYPE.INTS, ints: values });
const int = (name: string, i: number): AttributeProto => ({ name, type: ATTRIBUTE_TYPE.INT, i });
const floats = (name: string, ...dims: number[]): TensorProto => ({
  name,
  dataType: FLOAT,
  dims,
  rawData: new Uint8Array(4 * dims.reduce((count, size) => count * size, 1)),
});
const integers = (name: string, ...values: number[]): TensorProto => ({
  name,
  dataType: INT64,
  dims: [values.length],
  int64Data: values,
});

const CONSTANTS: readonly TensorProto[] = [
  floats('weight', WIDTH, WIDTH),
  floats('bias', WIDTH),
  integers('zero', 0),
  integers('one', 1),
  integers('heads', 2, WIDTH / 2),
  integers('joined', 0, 0, WIDTH),
];

/** The nodes of one link; `x` is the value that the link takes, `v` makes the name of the i-th value that it gives. */
const LINKS: Readonly<Record<ChainKind, (x: string, v: (i: number) => string) => readonly NodeProto[]>> = {
  elementwise: (x, v) => [
    node('Add', [x, 'bias'], v(0)),
    node('Relu', [v(0)], v(1)),
    node('Mul', [v(1), 'bias'], v(2)),
    node('Sigmoid', [v(2)], v(3)),
  ],
  mixed: (x, v) => [
    node('MatMul', [x, 'weight'], v(0)),
    node('Add', [v(0), 'bias'], v(1)),
    node('Shape', [v(1)], v(2)),
    node('Gather', [v(2), 'zero'], v(3), [int('axis', 0)]),
    node('Gather', [v(2), 'one'], v(4), [int('axis', 0)]),
    node('Concat', [v(3), v(4), 'heads'], v(5), [int('axis', 0)]),
    node('Reshape', [v(1), v(5)], v(6)),
    node('Transpose', [v(6)], v(7), [ints('perm', [0, 2, 1, 3])]),
    node('Transpose', [v(7)], v(8), [ints('perm', [0, 2, 1, 3])]),
    node('Reshape', [v(8), 'joined'], v(9)),
    node('Add', [v(9), x], v(10)),
    node('Relu', [v(10)], v(11)),
  ],
};

/**
 * A model whose nodes each take what the one before gave, over `x: float[batch, sequence, 8]`.
 *
 * @param kind what the links are
 * @param length the number of nodes
 */
export function chainBytes(kind: ChainKind, length: number): Uint8Array {
  const nodes: NodeProto[] = [];
  let last = 'x';
  while (nodes.length < length) {
    const from = nodes.length;
    const whole = LINKS[kind](last, (i) => `v${from + i}`);
    // Where no whole link fits any more, single nodes fill the chain.
    const link = whole.length <= length - from ? whole : [node('Relu', [last], `v${from}`)];
    nodes.push(...link);
    last = `v${from + link.length - 1}`;
  }
  const dim = [{ dimParam: 'batch' }, { dimParam: 'sequence' }, { dimValue: WIDTH }];
  const input: ValueInfoProto = { name: 'x', type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
  const output: ValueInfoProto = { name: nodes.at(-1)?.output?.[0] ?? '', type: { tensorType: { elemType: FLOAT } } };
  const initializer = CONSTANTS.filter(({ name = '' }) => nodes.some(({ input: taken }) => taken?.includes(name)));
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: { name: `${kind} chain`, node: nodes, input: [input], output: [output], initializer },
  });
}

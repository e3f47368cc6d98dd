// A small branch in place of one that no run gets through: it has the types of the If, and fails a run that takes it, as before.

import { isRepeated, noteOf, ruledOutBranches } from '../../../src/infer/rule-out.ts';
import { DTYPES, type DType, isDType } from '../../../src/ir/dtype.ts';
import type { Graph, Node, Value } from '../../../src/ir/graph.ts';
import { ATTRIBUTE_TYPE } from '../proto/enums.ts';
import type { AttributeProto, GraphProto, NodeProto, ValueInfoProto } from '../proto/messages.ts';
import type { TensorProto } from '../proto/tensor-messages.ts';
import type { ModelNames } from './model-names.ts';

/** Opset from which a branch can be made: Expand. */
const EXPAND_SINCE = 8;

/** Element types that Cast makes of a float on every runtime. */
const CASTABLE: ReadonlySet<string> = new Set<DType>([
  'float32',
  'float16',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
]);

/** What begins the documentation of such a branch. */
const MARK = 'In place of a branch that fails at these sizes: ';

/** A branch that no run gets through, and the If that holds it. */
export interface FailingBody {
  readonly node: Node;
  /** Why no run gets through. */
  readonly reason: string;
}

/** The branches of If in a graph that fail by themselves whenever they are taken. */
export function failingBodies(graph: Graph): ReadonlyMap<Graph, FailingBody> {
  const bodies = new Map<Graph, FailingBody>();
  for (const [node, ruledOut] of ruledOutBranches(graph)) {
    const body = node.attribute(ruledOut.branch);
    if (ruledOut.isBehind || isRepeated(node) || body?.kind !== 'graph') continue;
    if ((node.graph.opsets.get('') ?? 0) < EXPAND_SINCE) continue;
    bodies.set(body.value, { node, reason: noteOf(node, ruledOut).message });
  }
  return bodies;
}

/**
 * The branch that takes the place of one that no run gets through, so that ONNX Runtime loads the model and a run that takes the branch
 * fails as it did. It fails in a Reshape of the condition to two elements.
 *
 * @returns the branch itself where it was replaced before, or gives what Cast cannot make
 */
export function failingBranch(branch: GraphProto, { node, reason }: FailingBody, names: ModelNames): GraphProto {
  const condition = node.inputs[0]?.name;
  const types = node.outputs.map(simpleType);
  if (branch.docString?.startsWith(MARK) || !condition || types.some((type) => !type)) return branch;
  const [number, shape, two, one] = ['number', 'shape', 'two', 'one'].map((wish) => names.invent(`ruled_out_${wish}`));
  const nodes: NodeProto[] = [
    { opType: 'Cast', input: [condition], output: [number ?? ''], attribute: [castTo('float32')] },
    constant(shape ?? '', [2]),
    {
      opType: 'Reshape',
      name: 'ruled out',
      input: [number ?? '', shape ?? ''],
      output: [two ?? ''],
      docString: reason,
    },
    {
      opType: 'ReduceMax',
      input: [two ?? ''],
      output: [one ?? ''],
      attribute: [{ name: 'keepdims', type: ATTRIBUTE_TYPE.INT, i: 0 }],
    },
  ];
  const output: ValueInfoProto[] = [];
  for (const type of types) {
    if (!type) continue;
    const [cast, sizes, result] = ['cast', 'sizes', 'result'].map((wish) => names.invent(`ruled_out_${wish}`));
    nodes.push(
      { opType: 'Cast', input: [one ?? ''], output: [cast ?? ''], attribute: [castTo(type.dtype)] },
      constant(sizes ?? '', type.sizes),
      { opType: 'Expand', input: [cast ?? '', sizes ?? ''], output: [result ?? ''] },
    );
    const dim = type.sizes.map((dimValue) => ({ dimValue }));
    output.push({
      name: result ?? '',
      type: { tensorType: { elemType: DTYPES[type.dtype].onnx, shape: { dim } } },
    });
  }
  return { ...(branch.name === undefined ? {} : { name: branch.name }), node: nodes, output, docString: MARK + reason };
}

/** An element type that Cast makes, and sizes that an Expand can have: 1 where a size is no number. */
function simpleType({ type }: Value): { readonly dtype: DType; readonly sizes: readonly number[] } | undefined {
  if (type.kind !== 'tensor' || !isDType(type.dtype) || !CASTABLE.has(type.dtype)) return undefined;
  return { dtype: type.dtype, sizes: (type.shape ?? []).map((dim) => (dim.kind === 'const' ? dim.value : 1)) };
}

const castTo = (dtype: DType): AttributeProto => ({
  name: 'to',
  type: ATTRIBUTE_TYPE.INT,
  i: DTYPES[dtype].onnx,
});

function constant(name: string, elements: readonly number[]): NodeProto {
  const t: TensorProto = {
    dims: [elements.length],
    dataType: DTYPES.int64.onnx,
    int64Data: elements,
  };
  return { opType: 'Constant', output: [name], attribute: [{ name: 'value', type: ATTRIBUTE_TYPE.TENSOR, t }] };
}

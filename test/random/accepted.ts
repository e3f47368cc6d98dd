// What ONNX Runtime says or does that is no fault of inference, each with its reason.
import type { Finding, FindingKind } from './judge-plan.ts';

/** One kind of finding that is none. */
export interface Accepted {
  readonly kinds: readonly FindingKind[];
  /** The operator; any where absent. */
  readonly op?: RegExp;
  readonly text?: RegExp;
  readonly reason: string;
}

/** All of them; docs/judges.md tells those that a user can meet. */
export const ACCEPTED: readonly Accepted[] = [
  {
    kinds: ['load'],
    text: /Failed to construct locale/,
    reason: 'the machine lacks the locale that the case names',
  },
  {
    kinds: ['load'],
    text: /Type parameter \(T\) of Optype \(\w+\) bound to different types/,
    reason: 'the runtime expands the operator into others that take one element type',
  },
  {
    kinds: ['load'],
    op: /^Squeeze$/,
    text: /Dimension of input \d+ must be 1 instead of/,
    reason: "before opset 22 the runtime's inference of a pool with ceil_mode counts windows that its run drops",
  },
  {
    kinds: ['load'],
    op: /^If$/,
    text: /Can't merge shape info/,
    reason: 'before opset 11 the runtime loads no If whose branches have different numbers as sizes',
  },
  {
    kinds: ['run'],
    op: /^Scan$/,
    text: /Subgraph must have the shape set for all outputs/,
    reason: 'the runtime runs no Scan over values whose shapes it cannot infer itself',
  },
  {
    kinds: ['run'],
    op: /^SplitToSequence$/,
    text: /shape_\.Size\(\) == new_shape/,
    reason: 'with keepdims 0 the runtime drops the axis although the sizes of the parts are given',
  },
  {
    kinds: ['load'],
    op: /^(RNN|GRU|LSTM)$/,
    text: /GetAttr\("hidden_size"/,
    reason: 'the runtime asks for hidden_size, which the specification makes optional',
  },
  {
    kinds: ['load'],
    op: /^ai\.onnx\.ml\.(LinearClassifier|SVMClassifier|SVMRegressor)$/,
    text: /class_count_ > 0|No attribute with this name/,
    reason: 'the runtime asks for attributes that the specification makes optional',
  },
  {
    kinds: ['run'],
    op: /^(SequenceErase|SequenceAt|ConcatFromSequence)$/,
    text: /SafeInt|Invalid sequence index|Must have 1 or more inputs/,
    reason: 'the sequence is empty, which its type does not say',
  },
  {
    kinds: ['run'],
    op: /^Loop$/,
    text: /Inconsistent shape in loop output/,
    reason: 'rows of one Loop differ in sizes from step to step: more than one step cannot run',
  },
  {
    kinds: ['run'],
    op: /^Attention$/,
    text: /inconsistent total_sequence_length \(between attn_mask/,
    reason: 'the kernel takes no mask shorter than the keys, which the specification pads',
  },
  {
    kinds: ['run'],
    op: /^ConcatFromSequence$/,
    text: /Non concat axis dimensions must match|Ranks of input|IsAxisInRange/,
    reason: 'elements of one sequence differ in sizes or rank, which its type does not say',
  },
  {
    kinds: ['run'],
    op: /^DequantizeLinear$/,
    text: /IsPrimitiveDataType/,
    reason: 'the kernel takes no output_dtype other than the dtype of the scale',
  },
  {
    kinds: ['run'],
    op: /^Split$/,
    text: /Invalid num_outputs value|exceeds the remaining size/,
    reason: 'version 1.30 refuses an empty last part, 1.32 gives it',
  },
  {
    kinds: ['run'],
    op: /^((Scatter|Gather)(Elements|ND)|Gather)$/,
    text: /inclusive range \[0,-1\]|gather_elements\.cc:150|invalid index found/,
    reason: 'an index that comes with the data meets an empty axis',
  },
  {
    kinds: ['run'],
    text: /op_kernel\.cc:83/,
    reason: 'the kernel of SimplifiedLayerNormalization takes no scale of another element type',
  },
  {
    kinds: ['refused', 'strict'],
    op: /^(GatherND|NegativeLogLikelihoodLoss|SoftmaxCrossEntropyLoss)$/,
    reason: 'the runtime does not check sizes against each other that must agree',
  },
  {
    kinds: ['run'],
    op: /^ai\.onnx\.ml\.Binarizer$/,
    text: /is NaN/,
    reason: 'the kernel takes no NaN',
  },
  {
    kinds: ['run'],
    op: /^MatMul$/,
    text: /left operand cannot broadcast on dim 0/,
    reason: 'the runtime takes no vector without elements',
  },
  {
    kinds: ['load'],
    op: /^(If|Loop)$/,
    text: /Graph attribute inferencing failed/,
    reason: 'the runtime also checks a body that no run runs',
  },
  {
    kinds: ['refused'],
    op: /^ConcatFromSequence$/,
    reason: 'the runtime passes over elements that are empty',
  },
  {
    kinds: ['load'],
    text: /\[ShapeInferenceError\] Incompatible dimensions/,
    reason:
      "the runtime's inference of a node before (Resize by 0.7, an If before opset 11) gives other sizes than its run",
  },
  {
    kinds: ['refused'],
    op: /^GroupNormalization$/,
    text: /channels must be a multiple/,
    reason: 'the runtime does not look at the groups of a tensor that is empty',
  },
  {
    kinds: ['refused'],
    op: /^Cum(Sum|Prod)$/,
    reason: 'the runtime does not look at the axis of an empty tensor',
  },
  {
    kinds: ['load'],
    op: /^Div$/,
    text: /Integer division by zero/,
    reason:
      'the runtime refuses a constant divisor of 0 at load, also where an empty tensor is divided, which has no quotients',
  },
  {
    kinds: ['strict', 'refused'],
    op: /^(Reduce|Arg)/,
    reason:
      'an empty tensor is refused along any axis counted from the end, also where the runtime happens to be right',
  },
  {
    kinds: ['strict'],
    op: /^DeformConv$/,
    reason: 'the row asks for elements as Conv does',
  },
  {
    kinds: ['strict', 'refused'],
    op: /Pool$/,
    reason: 'where the kernel does not fit the runtime may give an empty tensor, or 1, which the contract forbids',
  },
];

/** The reason for which a finding is accepted; undefined where it is a fault. */
export function acceptedReason({ kind, op, text }: Pick<Finding, 'kind' | 'op' | 'text'>): string | undefined {
  return ACCEPTED.find(
    (each) => each.kinds.includes(kind) && (each.op?.test(op) ?? true) && (each.text?.test(text) ?? true),
  )?.reason;
}

// Asks ONNX Runtime what it infers for a worked case that it has no kernel for: it refuses declared outputs that disagree.
import { InferenceSession } from 'onnxruntime-node';
import type { ValueInfoProto } from '../../codegen/onnx/proto/messages.ts';
import type { TensorProto } from '../../codegen/onnx/proto/tensor-messages.ts';
import { encodeModel } from '../../codegen/onnx/proto/write-message.ts';
import { intOf } from '../../src/ir/content.ts';
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import type { Node } from '../../src/ir/graph.ts';
import type { OperatorRow } from '../../src/ir/operator.ts';
import { staticShape, type ValueType } from '../../src/ir/type.ts';
import type { TypeText } from '../../src/ir/type-text.ts';
import { MICROSOFT } from '../../src/ops/rules/microsoft.ts';
import { type Case, type ExampleInputs, inputNames } from './run-example.ts';
import { nodeOf, opsetEntries } from './run-on-ort.ts';

/** An output as it is declared: sizes as numbers, null where a size depends on data. */
export interface DeclaredOutput {
  readonly dtype: DType;
  readonly shape: readonly (number | null)[];
}

/**
 * ONNX Runtime's refusals of a node that it has no kernel for; types and shapes were inferred and compared before that. Where it has
 * none for float16 it tries float32 first and then complains of the cast.
 */
export const NO_KERNEL = /Could not find an implementation|Failed to find kernel|InsertedPrecisionFreeCast/;

/** Refusals of a kernel or of the machine, which say nothing of shapes. */
const NOT_INFERENCE = /Exception during initialization|not yet supported on this hardware/;

/** Whether an operator is ONNX Runtime's own, so that no other judge knows it: of com.microsoft, or a plugin of TensorRT. */
export const isRuntimeOnly = ({ domain, name }: OperatorRow): boolean => domain === MICROSOFT || name.endsWith('_TRT');

/**
 * Loads a case with declared outputs under strict inference.
 *
 * @param inputs with numbers as sizes
 * @param outputs undefined where an output is left open
 * @returns what ONNX Runtime refuses it for; undefined where it only lacks the kernel, or nothing
 */
export async function refusal(
  one: Case,
  { inputs, node }: { readonly inputs: ExampleInputs; readonly node: Node },
  outputs: readonly (DeclaredOutput | undefined)[],
): Promise<string | undefined> {
  const { ofNode, captured } = inputNames(one.example, inputs);
  const named = [...ofNode, ...captured].flatMap((name, i) => (inputs[i] ? [{ name, input: inputs[i] }] : []));
  const initializer = named.flatMap(({ name, input }) => (input.content ? (constantOf(name, input) ?? []) : []));
  const model = encodeModel({
    irVersion: 10,
    opsetImport: opsetEntries(one),
    graph: {
      name: one.row.name,
      initializer,
      node: [nodeOf(one, inputs, node)],
      input: named.flatMap(({ name, input }) =>
        initializer.some((tensor) => tensor.name === name) ? [] : infoOf(name, input.type),
      ),
      output: outputs.map((output, i) => declared(`out${i}`, output)),
    },
  });
  try {
    const session = await InferenceSession.create(model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 4,
      extra: { session: { strict_shape_type_inference: '1' } },
    });
    await session.release();
    return undefined;
  } catch (error) {
    const text = String(error);
    return NO_KERNEL.test(text) || NOT_INFERENCE.test(text) ? undefined : text;
  }
}

function infoOf(name: string, type: ValueType): ValueInfoProto[] {
  const shape = type.kind === 'tensor' || type.kind === 'sparse' ? staticShape(type.shape) : undefined;
  if (!shape || (type.kind !== 'tensor' && type.kind !== 'sparse') || type.dtype === 'undefined') return [];
  const tensor = { elemType: DTYPES[type.dtype].onnx, shape: { dim: shape.map((dimValue) => ({ dimValue })) } };
  return [{ name, type: type.kind === 'tensor' ? { tensorType: tensor } : { sparseTensorType: tensor } }];
}

/** An integer input whose elements are all known, as an initializer: inference reads those only. */
function constantOf(name: string, { type, content }: TypeText): TensorProto | undefined {
  const values = content?.elements.map(intOf);
  if (type.kind !== 'tensor' || !values || values.some((value) => value === undefined)) return undefined;
  const numbers = values.map(Number);
  const dims = content?.shape ?? [];
  if (type.dtype === 'int64') return { name, dims, dataType: DTYPES.int64.onnx, int64Data: numbers };
  return type.dtype === 'int32' ? { name, dims, dataType: DTYPES.int32.onnx, int32Data: numbers } : undefined;
}

function declared(name: string, output: DeclaredOutput | undefined): ValueInfoProto {
  if (!output) return { name };
  const dim = output.shape.map((dimValue) => (dimValue === null ? {} : { dimValue }));
  return { name, type: { tensorType: { elemType: DTYPES[output.dtype].onnx, shape: { dim } } } };
}

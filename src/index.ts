// The public API of dimwise.

// Definitions
export { type Composition, graph, type InputSpec, model, type ModelOptions } from './model/define.ts';
export { type BindOptions, DefinedModel, type InitializeOptions } from './model/defined-model.ts';
export { BoundModel, type CompileOptions } from './model/bound-model.ts';
export { CompiledModel } from './model/compiled-model.ts';
export type { Batch, BatchInput, TensorLike } from './model/batch.ts';
export type { ProgramResult } from './model/outputs.ts';
export type { GraphBuilder, Program } from './model/program.ts';
export { type SymbolRange, tensor, type TensorSpec } from './build/declare.ts';
export { op } from './build/op.ts';
export type { NestedNumbers, Operand } from './build/operands.ts';

// Layers
export { type AnyLayer, block, defineLayer, isLayer, type Layer, type Layers } from './nn/layer.ts';
export { Parameter, type ParameterOptions } from './nn/parameter.ts';
export type { Activation, ActivationName } from './nn/activation.ts';
export { dense, type DenseOptions } from './nn/layers/dense.ts';
export { sequential, type Stage } from './nn/layers/sequential.ts';

// Values and types
export { Graph, Node, type ShapeSpec, type SizeSpec, Value } from './ir/graph.ts';
export { type DType, DTYPE_NAMES, DTYPES } from './ir/dtype.ts';
export { formatShape, formatType, type Shape, type ValueType } from './ir/type.ts';
export { type TensorData, tensorFromBytes, tensorFromValues, typedArrayOf, materialize } from './ir/tensor-data.ts';
export { parseTarget, type Target } from './ir/target.ts';

// Dims
export type { Dim, SymbolDim } from './dim/dim.ts';
export { formatDim, parseDim } from './dim/text.ts';
export { evaluate } from './dim/evaluate.ts';

// Errors
export { ERROR_CODES, type ErrorCode } from './base/codes.ts';
export { type Diagnostic, DimwiseError, InternalError, isDimwiseError, UnsupportedError, UserError } from './base/errors.ts';
export { type Origin, setOriginBase, setOriginCapture } from './base/origin.ts';
export { setWarningHandler, type WarningHandler } from './base/warn.ts';

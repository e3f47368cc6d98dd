// The public API of dimwise.

export { type AnnotateOptions, annotateModel } from '../codegen/onnx/annotate/annotate-model.ts';
export { type BindModelOptions, bindModel } from '../codegen/onnx/bind/bind-model.ts';
export { type CheckOptions, checkModel } from '../codegen/onnx/check/check-model.ts';
export { CHECK_RULES, type CheckCode, type CheckRule, type Severity } from '../codegen/onnx/check/check-rules.ts';
export type { Finding, FindingCode, FindingNode } from '../codegen/onnx/check/finding.ts';
export { type CheckedFile, type SarifLog, sarifOf } from '../codegen/onnx/check/sarif.ts';
export { type DiffOptions, diffModels } from '../codegen/onnx/diff/diff-models.ts';
export { type Difference, type DifferenceSubject, formatDifference } from '../codegen/onnx/diff/difference.ts';
export type { AttributeInput } from '../codegen/onnx/edit/attribute-input.ts';
export { type ChangeBatchOptions, changeBatch } from '../codegen/onnx/edit/change-batch.ts';
export { type ExtractOptions, extractModel } from '../codegen/onnx/edit/extract-model.ts';
export { type JoinOptions, joinModels } from '../codegen/onnx/edit/join-models.ts';
export { addOutputs, dropOutputs, keepOutputs } from '../codegen/onnx/edit/model-outputs.ts';
export { pruneModel } from '../codegen/onnx/edit/prune-model.ts';
export { renameNodes } from '../codegen/onnx/edit/rename-nodes.ts';
export { renameValues } from '../codegen/onnx/edit/rename-values.ts';
export { type NodeChoice, type Replacement, replaceOperator } from '../codegen/onnx/edit/replace-operator.ts';
export { freeInitializers, setInitializer } from '../codegen/onnx/edit/set-initializer.ts';
export { setMetadata } from '../codegen/onnx/edit/set-metadata.ts';
export type { LimitName, OnnxLimits } from '../codegen/onnx/limits.ts';
export {
  type Inference,
  type ModelFiles,
  OnnxModel,
  type ReadOnnxOptions,
  readOnnx,
} from '../codegen/onnx/onnx-model.ts';
export { type LazyBytes, wholeBytes } from '../codegen/onnx/proto/lazy-bytes.ts';
export { formatOnnx } from '../codegen/onnx/text/format-onnx.ts';
export { lostInText } from '../codegen/onnx/text/lost-in-text.ts';
export { parseOnnx } from '../codegen/onnx/text/parse-onnx.ts';
export type { EnsembleOptions } from '../codegen/triton/ensemble.ts';
export type { KserveOptions, KserveScaleMetric } from '../codegen/triton/kserve.ts';
export type {
  TritonAccelerator,
  TritonBatchingOptions,
  TritonControls,
  TritonInstances,
  TritonOptions,
  TritonProfile,
  TritonQueuePolicy,
  TritonResource,
  TritonSequence,
  TritonVersions,
  TritonWarmup,
} from '../codegen/triton/model-options.ts';
export type { Checkpoint } from '../codegen/weights/checkpoint.ts';
export {
  CHECKPOINT_LIMITS,
  type CheckpointLimitName,
  type CheckpointLimitRow,
  type CheckpointLimits,
} from '../codegen/weights/checkpoint-limits.ts';
export { ggufNames } from '../codegen/weights/gguf/names.ts';
export { readGguf } from '../codegen/weights/gguf/read.ts';
export { mapCheckpoint, type NamePattern, type NameRule, type TensorRule } from '../codegen/weights/name-rules.ts';
export { type ReadCheckpointOptions, readSafetensors } from '../codegen/weights/read-safetensors.ts';
export { torchNames } from '../codegen/weights/torch-names.ts';
export { ERROR_CODES, type ErrorCode } from './base/codes.ts';
export {
  type Diagnostic,
  DimwiseError,
  InternalError,
  isDimwiseError,
  UnsupportedError,
  UserError,
} from './base/errors.ts';
export { type Origin, setOriginBase, setOriginCapture } from './base/origin.ts';
export { setWarningHandler, type WarningHandler } from './base/warn.ts';
export { assumeShape } from './build/assume-shape.ts';
export { type SymbolRange, type TensorSpec, tensor } from './build/declare.ts';
export { op } from './build/op.ts';
export type { NestedNumbers, Operand } from './build/operands.ts';
export { type Repeated, type RepeatSteps, repeat, type StepResult } from './build/repeat.ts';
export type { Count } from './dim/count.ts';
export { formatCount } from './dim/count-text.ts';
export type { Dim, SymbolDim } from './dim/dim.ts';
export { evaluate } from './dim/evaluate.ts';
export { evaluateCount } from './dim/evaluate-count.ts';
export { formatDim, parseDim } from './dim/text.ts';
export { bindCost, type SymbolSizes } from './infer/cost/bind-cost.ts';
export { type Cost, type CostSource, costOf } from './infer/cost/cost.ts';
export type { BranchCost, NodeCost } from './infer/cost/graph-cost.ts';
export { type CostGroup, costByOperator, costByPath } from './infer/cost/group-cost.ts';
export type { LiveAt } from './infer/cost/live-bytes.ts';
export type { Measures } from './infer/cost/measures.ts';
export type { OpenCount } from './infer/cost/open-counts.ts';
export type { Weight, WeightTotals } from './infer/cost/parameters.ts';
export {
  type ConstraintExplanation,
  type Explanation,
  type ExplanationStep,
  explain,
  explainConstraint,
  type StepKind,
} from './infer/explain/explain.ts';
export { type ExplanationNames, formatExplanation } from './infer/explain/format.ts';
export type { Place } from './infer/explain/place.ts';
export { castTensor } from './ir/cast-tensor.ts';
export {
  type Contract,
  type ContractEntry,
  type ContractInput,
  contractFromJson,
  contractToJson,
} from './ir/contract.ts';
export { DTYPE_NAMES, DTYPES, type DType } from './ir/dtype.ts';
export { type ContractSource, checkFeeds, type FeedShape, type OutputShape, outputShapes } from './ir/feeds.ts';
export { Graph, Node, type ShapeSpec, type SizeSpec, Value } from './ir/graph.ts';
export { formatGraph } from './ir/graph-text.ts';
export type { InferContext } from './ir/operator.ts';
export { parseGraph } from './ir/parse-graph.ts';
export { SymbolNames } from './ir/symbol-names.ts';
export { parseTarget, type Target } from './ir/target.ts';
export { materialize, type TensorData, tensorFromBytes, tensorFromValues, typedArrayOf } from './ir/tensor-data.ts';
export {
  joinTensors,
  reshapeTensor,
  sliceTensor,
  splitTensor,
  stackTensors,
  transposeTensor,
} from './ir/tensor-views.ts';
export { formatShape, formatType, type Shape, staticShape, type ValueType } from './ir/type.ts';
export type { Batch, BatchInput, TensorLike } from './model/batch.ts';
export { BoundModel, type CompileOptions } from './model/bound-model.ts';
export { CompiledModel } from './model/compiled-model.ts';
export { type Composition, graph, type InputSpec, type ModelOptions, model } from './model/define.ts';
export { type BindOptions, DefinedModel, type InitializeOptions } from './model/defined-model.ts';
export { type LayerShape, layerShapes } from './model/layer-shapes.ts';
export type { LoadOptions, LoadReport } from './model/load-checkpoint.ts';
export type { MismatchedTensor } from './model/match-tensor.ts';
export type { CastOptions, FloatType } from './model/model-casts.ts';
export type { ModelLayer } from './model/model-layers.ts';
export { ModelSummary, type SummaryRow, type SummaryTotal } from './model/model-summary.ts';
export { checkpointOfModel, type OnnxCheckpointOptions } from './model/onnx-checkpoint.ts';
export type { ProgramResult } from './model/outputs.ts';
export type { PathPattern } from './model/path-pattern.ts';
export type { GraphBuilder, Program } from './model/program.ts';
export type { SummaryOptions } from './model/summary.ts';
export type { Activation, ActivationName } from './nn/activation.ts';
export type { ActivationLayer, ActivationOptions, AlphaOptions, SoftmaxOptions } from './nn/activation-layer.ts';
export type {
  AttentionInputs,
  CachedAttention,
  CachedAttentionInputs,
  CachedCrossAttention,
  ContextKeys,
  CrossAttentionInputs,
} from './nn/attention-layer.ts';
export type { ScoreOptions } from './nn/attention-node.ts';
export type { AttentionBias, AttentionOptions } from './nn/attention-options.ts';
export type { Ends } from './nn/end-sizes.ts';
export { functionalCall } from './nn/functional-call.ts';
export { functional } from './nn/functional-namespace.ts';
export {
  type Decoded,
  type Decoder,
  type DecoderPlace,
  type Generated,
  type GenerateOptions,
  generate,
} from './nn/generate.ts';
export { calculateGain } from './nn/initializers/calculate-gain.ts';
export { drawInto, isDrawnWhole } from './nn/initializers/draw-into.ts';
export {
  constant,
  dirac,
  fromArray,
  gluonConv,
  gluonDense,
  gluonXavier,
  identity,
  kaimingNormal,
  kaimingUniform,
  lecunNormal,
  lecunUniform,
  normal,
  ones,
  orthogonal,
  torchDefault,
  truncatedNormal,
  uniform,
  xavierNormal,
  xavierUniform,
  zeros,
} from './nn/initializers/factories.ts';
export type { Initializer, Nonlinearity } from './nn/initializers/initializer.ts';
export type { InitializerInput } from './nn/initializers/parse-initializer.ts';
export { describeInitializer, sameInitializer } from './nn/initializers/same-initializer.ts';
export { type AnyLayer, block, defineLayer, isLayer, type Layer, type Layers, layerParameter } from './nn/layer.ts';
export { emitLayer, type LayerRow } from './nn/layer-node.ts';
export {
  elu,
  type GeluOptions,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSoftmax,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  tanh,
} from './nn/layers/activations.ts';
export {
  type AdaptivePoolLayer,
  type AdaptivePoolOptions,
  type AdaptiveSize,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from './nn/layers/adaptive-pool.ts';
export { type AlibiOptions, alibi } from './nn/layers/alibi.ts';
export { type CrossAttentionOptions, contextKeys, crossAttention, multiHeadAttention } from './nn/layers/attention.ts';
export { type AvgPoolOptions, avgPool1d, avgPool2d, avgPool3d } from './nn/layers/avg-pool.ts';
export { type BatchNormOptions, batchNorm } from './nn/layers/batch-norm.ts';
export {
  type BidirectionalInputs,
  type BidirectionalMerge,
  type BidirectionalOptions,
  bidirectional,
  type SequenceStage,
} from './nn/layers/bidirectional.ts';
export { type BilinearOptions, bilinear } from './nn/layers/bilinear.ts';
export {
  type CellNameOptions,
  dropoutCell,
  residualCell,
  stackedCells,
  type ZoneoutCellOptions,
  zoneoutCell,
} from './nn/layers/cell-combinations.ts';
export { type ConvOptions, conv1d, conv2d, conv3d } from './nn/layers/conv.ts';
export {
  type ConvCell,
  type ConvGruCellOptions,
  type ConvLstmCellOptions,
  type ConvRnnCellOptions,
  convGruCell1d,
  convGruCell2d,
  convGruCell3d,
  convLstmCell1d,
  convLstmCell2d,
  convLstmCell3d,
  convRnnCell1d,
  convRnnCell2d,
  convRnnCell3d,
} from './nn/layers/conv-cells.ts';
export {
  type ConvGruOptions,
  type ConvLstmOptions,
  type ConvRecurrent,
  type ConvRnnOptions,
  type ConvSequenceOptions,
  convGru1d,
  convGru2d,
  convGru3d,
  convLstm1d,
  convLstm2d,
  convLstm3d,
  convRnn1d,
  convRnn2d,
  convRnn3d,
} from './nn/layers/conv-recurrent.ts';
export {
  type ConvTransposeOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from './nn/layers/conv-transpose.ts';
export { cast, type OneHotOptions, oneHot, rescale, type UnitNormOptions, unitNorm } from './nn/layers/conversions.ts';
export { type CroppingLayer, type CroppingOptions, cropping1d, cropping2d, cropping3d } from './nn/layers/cropping.ts';
export { type DeformableConvOptions, type DeformableInputs, deformableConv2d } from './nn/layers/deformable-conv.ts';
export { type DenseOptions, dense } from './nn/layers/dense.ts';
export {
  type DepthwiseConvLayer,
  type DepthwiseConvOptions,
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseConv3d,
} from './nn/layers/depthwise-conv.ts';
export { type DropoutOptions, dropout } from './nn/layers/dropout.ts';
export { type EinsumDenseOptions, einsumDense } from './nn/layers/einsum-dense.ts';
export { average, maximum, minimum, multiply, stack, subtract } from './nn/layers/elementwise-merge.ts';
export { type EmbeddingOptions, embedding } from './nn/layers/embedding.ts';
export {
  type BagComputation,
  type BagMode,
  type EmbeddingBagLayer,
  type EmbeddingBagOptions,
  embeddingBag,
} from './nn/layers/embedding-bag.ts';
export {
  type FeedForwardOptions,
  feedForward,
  type GatedFeedForwardOptions,
  type GatedOptions,
  type GegluOptions,
  gatedFeedForward,
  geglu,
  swiglu,
} from './nn/layers/feed-forward.ts';
export { type FlattenOptions, flatten } from './nn/layers/flatten.ts';
export { type GlobalPoolOptions, globalAvgPool, globalMaxPool } from './nn/layers/global-pool.ts';
export { type GluOptions, glu } from './nn/layers/glu.ts';
export { type GroupNormOptions, groupNorm } from './nn/layers/group-norm.ts';
export {
  type GroupedQueryAttentionOptions,
  groupedQueryAttention,
  type MultiQueryAttentionOptions,
  multiQueryAttention,
} from './nn/layers/grouped-query-attention.ts';
export { type GruOptions, gru, type HiddenState } from './nn/layers/gru.ts';
export { type InstanceNormOptions, instanceNorm } from './nn/layers/instance-norm.ts';
export { type LayerNormOptions, layerNorm } from './nn/layers/layer-norm.ts';
export { type LayerScaleOptions, layerScale } from './nn/layers/layer-scale.ts';
export { type LearnedTokensOptions, learnedTokens, type TokenPlace } from './nn/layers/learned-tokens.ts';
export { type LocalResponseNormOptions, localResponseNorm } from './nn/layers/local-response-norm.ts';
export { type LpPoolLayer, type LpPoolOptions, lpPool1d, lpPool2d, lpPool3d } from './nn/layers/lp-pool.ts';
export { type LstmOptions, type LstmState, lstm } from './nn/layers/lstm.ts';
export { type Masked, type MaskingOptions, masking } from './nn/layers/masking.ts';
export { type MaxPooled, type MaxPoolOptions, maxPool1d, maxPool2d, maxPool3d } from './nn/layers/max-pool.ts';
export {
  type MaxUnpoolInputs,
  type MaxUnpoolLayer,
  type MaxUnpoolOptions,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
} from './nn/layers/max-unpool.ts';
export {
  type AddOptions,
  add,
  type Branches,
  type ConcatOptions,
  concat,
  type ResidualOptions,
  residual,
} from './nn/layers/merge.ts';
export { type ExpertBias, type MixtureOfExpertsOptions, mixtureOfExperts } from './nn/layers/mixture-of-experts.ts';
export {
  alphaDropout,
  dropPath,
  featureAlphaDropout,
  gaussianDropout,
  gaussianNoise,
  type NoiseLayer,
  type NoiseOptions,
  spatialDropout,
  stochasticDepth,
} from './nn/layers/noise.ts';
export {
  type ConstantPadLayer,
  circularPad1d,
  circularPad2d,
  circularPad3d,
  constantPad1d,
  constantPad2d,
  constantPad3d,
  type PadLayer,
  type PadOptions,
  reflectionPad1d,
  reflectionPad2d,
  reflectionPad3d,
  replicationPad1d,
  replicationPad2d,
  replicationPad3d,
  zeroPad1d,
  zeroPad2d,
  zeroPad3d,
} from './nn/layers/padding.ts';
export { type PatchEmbeddingOptions, patchEmbedding } from './nn/layers/patch-embedding.ts';
export {
  type HardTanhOptions,
  hardShrink,
  hardSilu,
  hardTanh,
  type RreluOptions,
  rrelu,
  type ShrinkOptions,
  softShrink,
  squaredRelu,
  type ThresholdOptions,
  tanhShrink,
  threshold,
  thresholdedRelu,
} from './nn/layers/piecewise-activations.ts';
export {
  pixelShuffle1d,
  pixelShuffle3d,
  pixelUnshuffle1d,
  pixelUnshuffle3d,
} from './nn/layers/pixel-shuffle.ts';
export { type PositionalEmbeddingOptions, positionalEmbedding } from './nn/layers/positional-embedding.ts';
export { type PreluOptions, prelu } from './nn/layers/prelu.ts';
export { type RepeatOptions, recurrent, type UnrollInputs, unroll } from './nn/layers/recurrent.ts';
export {
  type CellWeights,
  type GruCellOptions,
  gruCell,
  type LstmCellOptions,
  lstmCell,
  type RnnCellOptions,
  rnnCell,
} from './nn/layers/recurrent-cells.ts';
export {
  type BucketOptions,
  type RelativePositionBiasOptions,
  relativePositionBias,
} from './nn/layers/relative-position-bias.ts';
export {
  identityLayer,
  type NameOptions,
  permute,
  type ReshapeOptions,
  repeatVector,
  reshape,
  type SelectOptions,
  select,
  unflatten,
} from './nn/layers/reshaping.ts';
export { type RmsNormOptions, rmsNorm } from './nn/layers/rms-norm.ts';
export { type RnnOptions, rnn } from './nn/layers/rnn.ts';
export { type RotaryEmbeddingOptions, type RotaryOptions, rotaryEmbedding } from './nn/layers/rotary-embedding.ts';
export {
  type ScaledDotProductAttentionOptions,
  scaledDotProductAttention,
} from './nn/layers/scaled-dot-product-attention.ts';
export {
  type SeparableConvLayer,
  type SeparableConvOptions,
  separableConv1d,
  separableConv2d,
  separableConv3d,
} from './nn/layers/separable-conv.ts';
export { sequential } from './nn/layers/sequential.ts';
export { channelShuffle, pixelShuffle, pixelUnshuffle, type ShuffleOptions } from './nn/layers/shuffle.ts';
export {
  type CosineOptions,
  cosineSimilarity,
  type DistanceOptions,
  type DotOptions,
  dot,
  pairwiseDistance,
} from './nn/layers/similarity.ts';
export { type SinusoidalEncodingOptions, sinusoidalEncoding } from './nn/layers/sinusoidal-encoding.ts';
export {
  celu,
  exponential,
  logSigmoid,
  quickGelu,
  type SquareplusOptions,
  softmin,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  swish,
} from './nn/layers/smooth-activations.ts';
export { type SpectralNormOptions, spectralNorm } from './nn/layers/spectral-norm.ts';
export { type SplitOptions, split } from './nn/layers/split.ts';
export { type SqueezeExciteOptions, squeezeExcite } from './nn/layers/squeeze-excite.ts';
export { type TimeDistributedOptions, timeDistributed } from './nn/layers/time-distributed.ts';
export { type TimestepEmbeddingOptions, timestepEmbedding } from './nn/layers/timestep-embedding.ts';
export {
  type DecoderInputs,
  type TransformerDecoderLayerOptions,
  transformerDecoderLayer,
} from './nn/layers/transformer-decoder-layer.ts';
export { type TransformerEncoderLayerOptions, transformerEncoderLayer } from './nn/layers/transformer-encoder-layer.ts';
export {
  type TransformerDecoderOptions,
  type TransformerEncoderOptions,
  transformerDecoder,
  transformerEncoder,
} from './nn/layers/transformer-stack.ts';
export { type FoldOptions, fold, unfold } from './nn/layers/unfold.ts';
export {
  type ResizeLayer,
  type ResizeOptions,
  resize1d,
  resize2d,
  resize3d,
  resizeTo,
  type UpsamplingLayer,
  upsampling1d,
  upsampling2d,
  upsampling3d,
} from './nn/layers/upsampling.ts';
export { type WeightNormOptions, weightNorm } from './nn/layers/weight-norm.ts';
export type { SamplingOptions } from './nn/next-token.ts';
export type { NormOptions, ShiftedNormOptions } from './nn/norm-parameters.ts';
export { Parameter } from './nn/parameter.ts';
export type { DimsAndData, ParameterData } from './nn/parameter-data.ts';
export type { ParameterOptions } from './nn/parameter-options.ts';
export type { PoolOptions } from './nn/pool-layer.ts';
export type { BiasInputs } from './nn/position-differences.ts';
export { deriveKey } from './nn/random/key.ts';
export { uniforms } from './nn/random/uniforms.ts';
export {
  type Cell,
  type CellFacts,
  type CellSpec,
  type CellState,
  type CellStep,
  defineCell,
  isCell,
} from './nn/recurrent/cell.ts';
export type { LstmWeightOptions, RecurrentWeightOptions } from './nn/recurrent/cell-weights.ts';
export type { RecurrentActivation } from './nn/recurrent/kinds.ts';
export type { DirectionWeights } from './nn/recurrent/lowered.ts';
export type { RecurrentInputs } from './nn/recurrent/recurrent-layer.ts';
export type { RecurrentOfOptions, RecurrentWeights } from './nn/recurrent/recurrent-of.ts';
export type { RecurrentOptions, SequenceLayout } from './nn/recurrent/recurrent-options.ts';
export { fromTorchRecurrent } from './nn/recurrent/torch-names.ts';
export type { ReshapeSize } from './nn/reshape-sizes.ts';
export type { ResizeMode } from './nn/resize-node.ts';
export type { RotaryScaling } from './nn/rotary-frequencies.ts';
export type { Stage } from './nn/stage.ts';
export type { Padding, PerAxis, WindowOptions } from './nn/window-options.ts';
export { drawParameters, type WithParameters } from './node/draw-parameters.ts';
export type { DrawOptions } from './node/draw-parts.ts';
export {
  type EnsembleExport,
  type ExportEnsembleOptions,
  type ExportTritonOptions,
  exportTriton,
  exportTritonEnsemble,
  kserveYaml,
  type RepositoryFile,
  type RepositoryOptions,
  type ServableModel,
  type TritonExport,
} from './node/export-triton.ts';
export { loadPool } from './node/load-pool.ts';
export { type OpenCheckpointOptions, openCheckpoint } from './node/open-checkpoint.ts';
export { type OpenOnnxOptions, openOnnx } from './node/open-onnx.ts';
export type { DrawProgress } from './node/progress.ts';
export { type SaveModelOptions, type SaveOptions, saveModel } from './node/save-model.ts';
export { saveNpz } from './node/save-npz.ts';
export { saveOnnx } from './node/save-onnx.ts';
export { type SavedCheckpoint, type SaveSafetensorsOptions, saveSafetensors } from './node/save-safetensors.ts';
export type { SavableTensors } from './node/tensors-to-save.ts';
export { createSession, type ModelBytes, type SessionSource } from './runtime/create-session.ts';
export type { Feed, Feeds } from './runtime/feed.ts';
export type { OutputArray, OutputTargets } from './runtime/output-arrays.ts';
export type { OutputShapes, ShapedFeeds } from './runtime/output-shapes.ts';
export type { ProviderChoice, ProviderPolicies, ProviderPolicy } from './runtime/policy.ts';
export { createPool } from './runtime/pool/create-pool.ts';
export type { Percentiles } from './runtime/pool/histogram.ts';
export { PoolFullError } from './runtime/pool/pool-full-error.ts';
export type { BatchingOptions, PoolRunOptions, SessionPoolOptions } from './runtime/pool/pool-options.ts';
export type { BatchSizeStats, PoolStats, WorkerStats } from './runtime/pool/pool-stats.ts';
export type { PoolBatching, SessionPool } from './runtime/pool/session-pool.ts';
export type { ProfileOptions } from './runtime/profile.ts';
export type { Fallback, Provider } from './runtime/provider.ts';
export { dispose, type RunnableModel, type RunOptions, run } from './runtime/run.ts';
export type { RunOutputs, RunTensor } from './runtime/run-outputs.ts';
export type { Session, SessionRunOptions } from './runtime/session.ts';
export type { LogLevel, SessionOptions } from './runtime/session-options.ts';

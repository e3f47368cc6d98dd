// The operators of com.microsoft by family, each with a sentence on what it does.
import type { Family } from './operator-families.ts';

const ATTENTION: Family = {
  Attention: 'Projects the input to queries, keys and values by one weight and computes attention over heads.',
  DecoderAttention: 'Computes self or cross attention of a decoder, its inputs telling at run time which.',
  DecoderMaskedMultiHeadAttention: 'Computes attention of one new position over a cache, from projected queries.',
  DecoderMaskedSelfAttention: 'Projects one new position and computes its attention over a cache.',
  GatedRelativePositionBias: 'Gates a relative position bias by the queries.',
  GroupQueryAttention: 'Computes attention in which groups of query heads share a key and value head, with a cache.',
  LongformerAttention: 'Computes attention within a window around each position, and of marked positions to all.',
  MultiHeadAttention: 'Computes attention over heads from projected queries, keys and values.',
  PackedAttention: 'Computes Attention over sequences that are packed without padding.',
  PackedMultiHeadAttention: 'Computes MultiHeadAttention over sequences that are packed without padding.',
  PagedAttention: 'Computes attention over a cache that is kept in blocks.',
  QAttention: 'Computes Attention with quantized input and weight.',
  RelativePositionBias: 'Looks up a bias for each pair of positions by their binned distance.',
  SparseAttention: 'Computes attention over the blocks of a sparse layout.',
};

const RECURRENT: Family = {
  AttnLSTM: 'Runs a long short-term memory that attends to a memory at each step.',
  CausalConvWithState: 'Convolves each channel with its past only, and carries the last positions on as state.',
  DynamicQuantizeLSTM: 'Runs a long short-term memory with quantized weights.',
  EngramGate: 'Gates looked-up values by how well keys and queries agree.',
  GatedDeltaNet: 'Computes linear attention by the gated delta rule over packed sequences.',
  LinearAttention: 'Computes linear attention with a recurrent state by one of four update rules.',
  LinearAttentionGate: 'Computes the decay and the step of the gated delta rule.',
  VarlenCausalConvWithState: 'Computes CausalConvWithState over sequences that are packed without padding.',
};

const EMBEDDING: Family = {
  EmbedLayerNormalization: 'Looks up word, position and segment embeddings, adds them up and normalizes them.',
  GemmaRotaryEmbedding: 'Rotates queries and keys by angles that are given.',
  MRotaryEmbedding: 'Rotates pairs of features by angles of several position axes.',
  NGramHashMapping: 'Hashes the n-grams of tokens to rows of embedding tables.',
  QEmbedLayerNormalization: 'Computes EmbedLayerNormalization of quantized embeddings.',
  RotaryEmbedding: 'Rotates pairs of features by angles that depend on position.',
  TorchEmbedding: 'Looks up rows of a matrix by index.',
  WordConvEmbedding: 'Embeds words by a convolution over their characters.',
};

const DECODING: Family = {
  BeamSearch: 'Generates sequences by beam search with the given decoder.',
  BifurcationDetector: 'Finds where predicted tokens leave the source, and where they may be followed again.',
  GreedySearch: 'Generates sequences by taking the most likely token each time.',
  NGramRepeatBlock: 'Forbids tokens that would repeat an n-gram.',
  Sampling: 'Generates sequences by drawing tokens from the most likely ones.',
  WhisperBeamSearch: 'Generates transcripts by beam search with the given encoder and decoder.',
};

const EXPERTS: Family = {
  MoE: 'Sends each token through the experts that a router chooses.',
  QMoE: 'Computes MoE with quantized weights of the experts.',
};

const MATRIX: Family = {
  DynamicQuantizeMatMul: 'Multiplies a matrix, quantized by its own range, by a quantized one.',
  FusedGemm: 'Computes Gemm, then an activation.',
  FusedMatMul: 'Multiplies matrices, each transposed at will, and scales the product.',
  FusedMatMulActivation: 'Computes FusedMatMul, then an activation.',
  GemmFastGelu: 'Multiplies matrices, adds a bias and applies FastGelu.',
  GemmFloat8: 'Computes Gemm on floats of 8 to 32 bits with scales.',
  MatMulBlockQuantizedFp4Weight: 'Multiplies by a weight of 4-bit floats with a scale per block.',
  MatMulBlockQuantizedFp8Weight: 'Multiplies by a weight of 8-bit floats with a scale per block.',
  MatMulBnb4: 'Multiplies by a weight in the 4-bit formats of bitsandbytes.',
  MatMulFpQ4: 'Multiplies by a weight of 4-bit blocks, packed into one vector.',
  MatMulInteger16: 'Multiplies 16-bit integer matrices into 32-bit ones.',
  MatMulIntegerToFloat: 'Multiplies quantized matrices and gives floats.',
  MatMulNBits: 'Multiplies by a weight of 2, 4 or 8 bits per element, quantized in blocks.',
  MatMulNBitsMlp: 'Computes the gated first half of a feed-forward block with MatMulNBits weights.',
  MatMulNBitsQkv: 'Normalizes the input and projects it to queries, keys and values with MatMulNBits weights.',
  QGemm: 'Computes Gemm on quantized matrices and quantizes the result where a scale is given.',
  SparseToDenseMatMul: 'Multiplies a sparse matrix by a dense one.',
  TransposeMatMul: 'Multiplies matrices, each transposed at will; FusedMatMul took its place.',
};

const ORDERED: Family = {
  DequantizeWithOrder: 'Turns a quantized matrix of one memory order into real numbers of another.',
  QOrderedAttention: 'Computes Attention on 8-bit matrices of a given memory order.',
  QOrderedGelu: 'Applies Gelu to 8-bit matrices of a given memory order.',
  QOrderedLayerNormalization: 'Normalizes 8-bit matrices of a given memory order.',
  QOrderedLongformerAttention: 'Computes LongformerAttention on 8-bit matrices of a given memory order.',
  QOrderedMatMul: 'Multiplies 8-bit matrices of given memory orders.',
  QuantizeWithOrder: 'Quantizes a matrix of one memory order into another.',
};

const QUANTIZED: Family = {
  DequantizeBFP: 'Turns block floating point data into real numbers.',
  DequantizeLinear: 'Turns quantized integers into real numbers by scale and zero point.',
  GatherBlockQuantized: 'Takes slices of data that is quantized in blocks, and dequantizes them.',
  MulInteger: 'Multiplies quantized tensors that broadcast to each other into 32-bit integers.',
  QLinearAdd: 'Adds quantized tensors that broadcast to each other.',
  QLinearConcat: 'Joins quantized tensors along one axis.',
  QLinearLeakyRelu: 'Keeps what is not negative and scales the rest by `alpha`, on quantized elements.',
  QLinearMul: 'Multiplies quantized tensors that broadcast to each other.',
  QLinearReduceMean: 'Takes the mean over axes of a quantized tensor.',
  QLinearSigmoid: 'Applies the logistic function to quantized elements.',
  QLinearSoftmax: 'Turns quantized elements along an axis into positive ones that sum to 1.',
  QLinearWhere: 'Takes from `X` where the condition is true and from `Y` elsewhere, and quantizes anew.',
  QuantizeBFP: 'Turns real numbers into block floating point data.',
  QuantizeLinear: 'Quantizes real numbers by scale and zero point, per tensor or axis.',
  ReduceSumInteger: 'Takes the sum over axes of 8-bit integers in 32 bits.',
};

const CONVOLUTION: Family = {
  ConvTransposeWithDynamicPads: 'Applies the transposed convolution with pads as an input.',
  FusedConv: 'Convolves, adds a tensor and applies an activation.',
  MaxpoolWithMask: 'Takes the maximum over sliding windows of what a mask leaves.',
  NhwcConv: 'Convolves feature maps whose channels stand last.',
  NhwcFusedConv: 'Computes FusedConv on feature maps whose channels stand last.',
  NhwcMaxPool: 'Takes the maximum over sliding windows of feature maps whose channels stand last.',
  QLinearAveragePool: 'Averages over sliding windows of quantized feature maps.',
  QLinearConv: 'Convolves quantized feature maps, of either layout, and quantizes the result.',
  QLinearGlobalAveragePool: 'Averages quantized feature maps over all spatial axes and keeps those with size 1.',
};

const NORMALIZATION: Family = {
  GatedRMSNorm: 'Divides by the root mean square, scales, and gates by the Swish of another tensor.',
  GroupNorm: 'Normalizes groups of channels of each sample, channels last by default.',
  SkipGroupNorm: 'Adds a residual, then computes GroupNorm.',
  SkipLayerNormalization: 'Adds a residual, then normalizes over the last axis.',
  SkipSimplifiedLayerNormalization: 'Adds a residual, then divides by the root mean square over the last axis.',
};

const ACTIVATION: Family = {
  BiasAdd: 'Adds a bias and a residual.',
  BiasDropout: 'Adds a bias, sets random elements to zero in training, and adds a residual.',
  BiasGelu: 'Adds a bias and applies the Gaussian error linear unit.',
  BiasSoftmax: 'Adds a bias, then takes the softmax.',
  BiasSplitGelu: 'Adds a bias, halves the last axis, and multiplies one half by the Gelu of the other.',
  BitmaskBiasDropout: 'Computes BiasDropout with a mask of one bit per element.',
  BitmaskDropout: 'Computes Dropout with a mask of one bit per element.',
  FastGelu: 'Adds a bias and applies the tanh approximation of Gelu.',
  GatedAdd: 'Adds a tensor that is scaled by a gate per row.',
  Gelu: 'Applies the Gaussian error linear unit.',
  QuickGelu: 'Applies `x * sigmoid(alpha * x)`.',
};

const SHAPE: Family = {
  CropAndResize: 'Cuts regions out of feature maps and resamples them to one size.',
  ExpandDims: 'Inserts an axis of size 1.',
  GatherND: 'Takes slices by index tuples.',
  GridSample: 'Samples feature maps at the positions of a grid.',
  Pad: 'Adds elements before and after each axis, or removes them where a pad is negative.',
  Range: 'Counts from start by steps, 1 by default, up to but without limit.',
  RemovePadding: 'Packs padded sequences and tells where their positions came from.',
  RestorePadding: 'Puts packed positions back into padded sequences.',
  Trilu: 'Keeps the upper or lower triangle of the matrices in the last two axes.',
  UnfoldTensor: 'Lays all windows of an axis out along a new one.',
  Unique: 'Gives the distinct elements in the order in which they come, with indices and counts.',
};

const MATH: Family = {
  CDist: 'Takes the distance of each row of one matrix from each row of another.',
  ComplexMul: 'Multiplies complex numbers, real and imaginary part in the last axis.',
  ComplexMulConj: 'Multiplies complex numbers by the conjugates of others.',
  DynamicTimeWarping: 'Finds the cheapest path through a matrix of costs.',
  Inverse: 'Inverts the square matrices in the last two axes.',
  Irfft: 'Takes the inverse Fourier transform of a one-sided spectrum.',
  IsAllFinite: 'Tells whether all elements of all inputs are finite.',
  MurmurHash3: 'Hashes each element to 32 bits.',
  Rfft: 'Takes the one-sided Fourier transform of a real signal.',
  SampleOp: 'Gives its input unchanged.',
  Tokenizer: 'Splits strings into tokens.',
};

const PROVIDER: Family = {
  EPContext: 'Holds a graph that an execution provider has compiled.',
  Snpe: 'Holds a graph for the Snapdragon Neural Processing Engine.',
};

/** Every family by the name of its file; together they hold every operator of com.microsoft once. */
export const MICROSOFT_FAMILIES: Readonly<Record<string, Family>> = {
  activation: ACTIVATION,
  attention: ATTENTION,
  convolution: CONVOLUTION,
  decoding: DECODING,
  embedding: EMBEDDING,
  experts: EXPERTS,
  math: MATH,
  matrix: MATRIX,
  normalization: NORMALIZATION,
  ordered: ORDERED,
  provider: PROVIDER,
  quantized: QUANTIZED,
  recurrent: RECURRENT,
  shape: SHAPE,
};

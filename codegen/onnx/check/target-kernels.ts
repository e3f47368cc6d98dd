// What ONNX Runtime lacks: domains without operators, and operators without a kernel on the CPU.

/** Domains of the standard that ONNX Runtime's inference builds do not register. */
export const ORT_WITHOUT_DOMAIN: ReadonlySet<string> = new Set(['ai.onnx.preview.training']);

/**
 * Operators that the CPU provider has neither a kernel nor a function body for, by domain; read from the kernels that it registers
 * (test/fixtures/cpu-kernels).
 */
export const ORT_WITHOUT_CPU_KERNEL: ReadonlyMap<string, readonly string[]> = new Map([
  ['', ['ImageDecoder']],
  [
    'com.microsoft',
    'BiasAdd BiasDropout BiasSoftmax BiasSplitGelu BitmaskBiasDropout BitmaskDropout ComplexMul ComplexMulConj DecoderAttention DecoderMaskedSelfAttention DequantizeBFP DequantizeWithOrder EPContext FusedMatMulActivation GatedRelativePositionBias GemmFastGelu GemmFloat8 GemmaRotaryEmbedding GroupNorm Irfft IsAllFinite LongformerAttention MatMulBlockQuantizedFp4Weight MatMulBlockQuantizedFp8Weight MatMulNBitsMlp MatMulNBitsQkv MulInteger NhwcConv NhwcFusedConv PackedAttention PackedMultiHeadAttention PagedAttention QLinearReduceMean QOrderedAttention QOrderedGelu QOrderedLayerNormalization QOrderedLongformerAttention QOrderedMatMul QuantizeBFP QuantizeWithOrder ReduceSumInteger RelativePositionBias RemovePadding RestorePadding Rfft SkipGroupNorm Snpe TorchEmbedding'.split(
      ' ',
    ),
  ],
]);

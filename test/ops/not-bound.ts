// Operators with sizes in their inputs of which no symbolic case runs on ONNX Runtime's CPU provider under two bindings, each with the reason.

const NEWER = 'ONNX Runtime 1.30 takes no opset that has it';
const UNREGISTERED = 'ONNX Runtime does not have the domain, or the operator in it';

/**
 * By name, with the domain. Operators of ONNX Runtime's own without a kernel on the CPU are not among them: rows-inferred.test.ts
 * judges those by its inference.
 */
export const NOT_BOUND: ReadonlyMap<string, string> = new Map([
  ['SwiGLU', NEWER],
  ['LinearAttention', NEWER],
  ['CausalConvWithState', NEWER],
  ['ai.onnx.preview.FlexAttention', UNREGISTERED],
  ['ai.onnx.preview.training.Adagrad', UNREGISTERED],
  ['ai.onnx.preview.training.Adam', UNREGISTERED],
  ['ai.onnx.preview.training.Momentum', UNREGISTERED],
  ['ai.onnx.preview.training.Gradient', UNREGISTERED],
  ['ImageDecoder', 'the CPU provider has no kernel'],
  ['ai.onnx.ml.ZipMap', 'JavaScript cannot fetch a map'],
  ['com.microsoft.SparseToDenseMatMul', 'JavaScript cannot feed a sparse tensor'],
  ['com.microsoft.MatMulBlockQuantizedFp8Weight', 'JavaScript cannot feed float8'],
  ['com.microsoft.ReduceSumInteger', 'the CPU provider has no kernel'],
  ['com.microsoft.SparseAttention', 'its kernel wants past and present in one buffer'],
  ['com.microsoft.WhisperBeamSearch', "its kernel wants an encoder and a decoder in Whisper's form"],
]);

// The hand-written half of the generated builder: which family file an operator stands in, and one sentence on what it does.

/** The operators of one family file, each with its sentence. */
export type Family = Readonly<Record<string, string>>;

const ACTIVATION: Family = {
  Celu: 'Applies the continuously differentiable exponential linear unit.',
  Elu: 'Applies the exponential linear unit: `x` where positive, else `alpha * (exp(x) - 1)`.',
  Gelu: 'Applies the Gaussian error linear unit, exactly or by its tanh approximation.',
  HardSigmoid: 'Applies the piecewise linear sigmoid `max(0, min(1, alpha * x + beta))`.',
  HardSwish: 'Multiplies each element by its hard sigmoid with slope 1/6 and offset 1/2.',
  Hardmax: 'Puts 1 at the first largest element along an axis and 0 elsewhere.',
  LeakyRelu: 'Keeps what is not negative and scales the rest by `alpha`.',
  LogSoftmax: 'Takes the logarithm of the softmax along an axis.',
  Mish: 'Applies `x * tanh(softplus(x))`.',
  PRelu: 'Keeps what is not negative and scales the rest by a slope that broadcasts to the input.',
  Relu: 'Replaces what is negative by zero.',
  Selu: 'Applies the scaled exponential linear unit.',
  Shrink: 'Moves elements toward zero by `bias`, and to zero within `lambd` of it.',
  Sigmoid: 'Applies the logistic function `1 / (1 + exp(-x))`.',
  Softmax: 'Turns the elements along an axis into positive ones that sum to 1.',
  Softplus: 'Applies the smooth rectifier `log(exp(x) + 1)`.',
  Softsign: 'Applies `x / (1 + |x|)`.',
  SwiGLU: 'Multiplies the linear input by the Swish of the gate; both have one shape.',
  Swish: 'Applies `x * sigmoid(alpha * x)`.',
  ThresholdedRelu: 'Keeps what is above `alpha` and replaces the rest by zero.',
};

const ARITHMETIC: Family = {
  Abs: 'Takes the absolute value.',
  Add: 'Adds two tensors that broadcast to each other.',
  Ceil: 'Rounds up to whole numbers.',
  Clip: 'Bounds the elements from below and above.',
  CumProd: 'Multiplies up the elements along an axis.',
  CumSum: 'Sums up the elements along an axis.',
  Div: 'Divides two tensors that broadcast to each other; integers are truncated toward zero.',
  Erf: 'Applies the Gauss error function.',
  Exp: 'Raises e to each element.',
  Floor: 'Rounds down to whole numbers.',
  Log: 'Takes the natural logarithm.',
  Max: 'Takes the largest of tensors that broadcast to each other, element by element.',
  Mean: 'Takes the mean of tensors that broadcast to each other, element by element.',
  Min: 'Takes the smallest of tensors that broadcast to each other, element by element.',
  Mod: 'Takes the remainder of a division, with the sign of the divisor or, by `fmod`, of the dividend.',
  Mul: 'Multiplies two tensors that broadcast to each other.',
  Neg: 'Flips the sign.',
  Pow: 'Raises elements to powers; both tensors broadcast to each other.',
  Reciprocal: 'Divides 1 by each element.',
  Round: 'Rounds to the nearest whole number, halves to the even one.',
  Sign: 'Gives -1, 0 or 1 by the sign of each element.',
  Sqrt: 'Takes the square root.',
  Sub: 'Subtracts the second tensor from the first; both broadcast to each other.',
  Sum: 'Adds any number of tensors that broadcast to each other.',
};

const TRIGONOMETRY: Family = {
  Acos: 'Takes the arc cosine, in radians.',
  Acosh: 'Takes the inverse hyperbolic cosine.',
  Asin: 'Takes the arc sine, in radians.',
  Asinh: 'Takes the inverse hyperbolic sine.',
  Atan: 'Takes the arc tangent, in radians.',
  Atanh: 'Takes the inverse hyperbolic tangent.',
  Cos: 'Takes the cosine of angles in radians.',
  Cosh: 'Takes the hyperbolic cosine.',
  Sin: 'Takes the sine of angles in radians.',
  Sinh: 'Takes the hyperbolic sine.',
  Tan: 'Takes the tangent of angles in radians.',
  Tanh: 'Takes the hyperbolic tangent.',
};

const LOGIC: Family = {
  And: 'Is true where both are true; both broadcast to each other.',
  BitShift: 'Shifts the bits of unsigned integers to one side.',
  BitwiseAnd: 'Combines the bits of two integer tensors by and.',
  BitwiseNot: 'Flips every bit.',
  BitwiseOr: 'Combines the bits of two integer tensors by or.',
  BitwiseXor: 'Combines the bits of two integer tensors by exclusive or.',
  Equal: 'Is true where two tensors that broadcast to each other are equal.',
  Greater: 'Is true where the first tensor is greater than the second.',
  GreaterOrEqual: 'Is true where the first tensor is greater than or equal to the second.',
  IsInf: 'Is true where an element is infinite, of one sign or both.',
  IsNaN: 'Is true where an element is not a number.',
  Less: 'Is true where the first tensor is less than the second.',
  LessOrEqual: 'Is true where the first tensor is less than or equal to the second.',
  Not: 'Is true where the input is false.',
  Or: 'Is true where one or both are true; both broadcast to each other.',
  Where: 'Takes from `X` where the condition is true and from `Y` elsewhere; all three broadcast.',
  Xor: 'Is true where exactly one is true; both broadcast to each other.',
};

const REDUCTION: Family = {
  ArgMax: 'Gives the index of the largest element along an axis.',
  ArgMin: 'Gives the index of the smallest element along an axis.',
  ReduceL1: 'Sums the absolute values over axes.',
  ReduceL2: 'Takes the square root of the sum of squares over axes.',
  ReduceLogSum: 'Takes the logarithm of the sum over axes.',
  ReduceLogSumExp: 'Takes the logarithm of the sum of exponentials over axes.',
  ReduceMax: 'Takes the largest element over axes.',
  ReduceMean: 'Takes the mean over axes.',
  ReduceMin: 'Takes the smallest element over axes.',
  ReduceProd: 'Takes the product over axes.',
  ReduceSum: 'Takes the sum over axes.',
  ReduceSumSquare: 'Takes the sum of squares over axes.',
};

const MATRIX: Family = {
  Det: 'Takes the determinant of the square matrices in the last two axes.',
  Einsum: 'Multiplies and sums over named axes by an equation in Einstein notation.',
  Gemm: 'Computes `alpha * A @ B + beta * C` on matrices, each of the first two transposed at will.',
  MatMul: 'Multiplies matrices, leading axes broadcast as in NumPy.',
  MatMulInteger: 'Multiplies 8-bit integer matrices with zero points into 32-bit ones.',
  QLinearMatMul: 'Multiplies quantized matrices and quantizes the product.',
};

const CONVOLUTION: Family = {
  CausalConvWithState: 'Convolves each channel with its past only, and carries the last positions on as state.',
  Col2Im: 'Adds column blocks back into an image: the reverse of unfolding it into sliding windows.',
  Conv: 'Convolves a batch of feature maps with filters, over any number of spatial axes.',
  ConvInteger: 'Convolves 8-bit integers with zero points into 32-bit integers.',
  ConvTranspose: 'Applies the transposed convolution: the gradient of Conv with respect to its input.',
  DeformConv: 'Convolves at positions that learned offsets displace.',
  QLinearConv: 'Convolves quantized feature maps and quantizes the result.',
};

const POOLING: Family = {
  AveragePool: 'Averages over sliding windows of the spatial axes.',
  GlobalAveragePool: 'Averages over all spatial axes and keeps them with size 1.',
  GlobalLpPool: 'Takes the p-norm over all spatial axes and keeps them with size 1.',
  GlobalMaxPool: 'Takes the maximum over all spatial axes and keeps them with size 1.',
  LpPool: 'Takes the p-norm over sliding windows of the spatial axes.',
  MaxPool: 'Takes the maximum over sliding windows of the spatial axes, and where it stood on request.',
  MaxRoiPool: 'Takes the maximum over a fixed grid of cells in each region of interest.',
  MaxUnpool: 'Puts pooled maxima back to the places that MaxPool took them from, zeros elsewhere.',
  RoiAlign: 'Samples each region of interest bilinearly onto a fixed grid.',
};

const NORMALIZATION: Family = {
  BatchNormalization: 'Normalizes each channel by given or, in training mode, batch statistics.',
  GroupNormalization: 'Normalizes groups of channels of each sample.',
  InstanceNormalization: 'Normalizes each channel of each sample.',
  LRN: 'Normalizes each element by the squares of its neighbouring channels.',
  LayerNormalization: 'Normalizes over the axes from `axis` on, then scales and shifts.',
  LpNormalization: 'Divides by the 1- or 2-norm along an axis.',
  MeanVarianceNormalization: 'Subtracts the mean over axes and divides by the standard deviation.',
  RMSNormalization: 'Divides by the root mean square over the axes from `axis` on, then scales.',
};

const SHAPE: Family = {
  CenterCropPad: 'Crops or pads axes evenly at both ends to given sizes.',
  Concat: 'Joins tensors along one axis.',
  DepthToSpace: 'Moves blocks of channels into the two spatial axes.',
  Expand: 'Broadcasts a tensor to a shape, both ways.',
  Flatten: 'Reshapes to a matrix: the axes before `axis` into rows, the others into columns.',
  Identity: 'Gives its input unchanged.',
  Pad: 'Adds elements before and after each axis, or removes them where a pad is negative.',
  Reshape: 'Gives the same elements another shape; 0 copies a size and -1 takes what is left.',
  Shape: 'Gives the sizes of the axes from `start` to `end` as a vector.',
  Size: 'Gives the number of elements.',
  SpaceToDepth: 'Moves blocks of the two spatial axes into channels.',
  Split: 'Cuts a tensor along one axis into parts.',
  Squeeze: 'Removes axes of size 1.',
  Tile: 'Repeats a tensor along each axis.',
  Transpose: 'Reorders the axes; reverses them by default.',
  Unsqueeze: 'Inserts axes of size 1.',
};

const INDEXING: Family = {
  Compress: 'Keeps the slices along an axis whose condition is true.',
  Gather: 'Takes slices along one axis by index.',
  GatherElements: 'Takes single elements along one axis by an index tensor of the same rank.',
  GatherND: 'Takes slices by index tuples over the leading axes.',
  NonMaxSuppression: 'Selects boxes by score and drops those that overlap a better one.',
  NonZero: 'Gives the indices of the elements that are not zero, one column each.',
  OneHot: 'Writes each index as a row with an on-value at that index and off-values elsewhere.',
  ReverseSequence: 'Reverses the leading part of each sequence by its own length.',
  Scatter: 'Copies a tensor with single elements replaced; ScatterElements took its place.',
  ScatterElements: 'Copies a tensor with single elements along an axis replaced or combined.',
  ScatterND: 'Copies a tensor with slices replaced or combined at index tuples.',
  Slice: 'Takes ranges of axes by start, end and step.',
  TensorScatter: 'Writes new positions into a cache, each sample at its own index.',
  TopK: 'Takes the k largest or smallest elements along an axis, with their indices.',
  Trilu: 'Keeps the upper or lower triangle of the matrices in the last two axes.',
  Unique: 'Gives the distinct elements or slices, with first indices, inverse and counts on request.',
};

const CASTING: Family = {
  BitCast: 'Reads the same bits as another element type of the same width.',
  Cast: 'Converts the elements to another type.',
  CastLike: 'Converts the elements to the type of another tensor.',
  DequantizeLinear: 'Turns quantized integers into real numbers by scale and zero point.',
  DynamicQuantizeLinear: 'Quantizes to 8 bits with a scale and zero point found from the data.',
  QuantizeLinear: 'Quantizes real numbers by scale and zero point, per tensor, axis or block.',
};

const RECURRENT: Family = {
  GRU: 'Runs a gated recurrent unit over a sequence.',
  LSTM: 'Runs a long short-term memory over a sequence.',
  RNN: 'Runs a simple recurrent layer over a sequence.',
};

const ATTENTION: Family = {
  Attention: 'Computes scaled dot-product attention over heads, with mask, cache and soft cap as asked.',
  LinearAttention: 'Computes linear attention with a recurrent state by one of four update rules.',
  RotaryEmbedding: 'Rotates pairs of features by angles that depend on position.',
};

const CONTROL: Family = {
  If: 'Runs one of two bodies by a condition.',
  Loop: 'Runs a body again and again, carrying values over, by count and by condition.',
  Scan: 'Runs a body over the slices of its inputs, carrying state and stacking outputs.',
};

const SEQUENCE: Family = {
  ConcatFromSequence: 'Joins or stacks the tensors of a sequence.',
  Optional: 'Wraps a value as an optional one, or makes an empty one of a given type.',
  OptionalGetElement: 'Takes the value out of an optional one.',
  OptionalHasElement: 'Tells whether an optional value is there.',
  SequenceAt: 'Takes the tensor at a position of a sequence.',
  SequenceConstruct: 'Makes a sequence of tensors.',
  SequenceEmpty: 'Makes an empty sequence.',
  SequenceErase: 'Removes the tensor at a position of a sequence, the last one by default.',
  SequenceInsert: 'Inserts a tensor into a sequence, at the end by default.',
  SequenceLength: 'Gives the number of tensors in a sequence.',
  SequenceMap: 'Runs a body over each element of a sequence.',
  SplitToSequence: 'Cuts a tensor along one axis into a sequence.',
};

const SOURCE: Family = {
  Bernoulli: 'Draws zeros and ones with the given probabilities.',
  Constant: 'Gives a constant.',
  ConstantOfShape: 'Fills a shape with one value, zero by default.',
  Dropout: 'Sets random elements to zero in training and scales the rest; otherwise gives its input.',
  EyeLike: 'Gives a matrix of the shape of the input with ones on a diagonal.',
  Multinomial: 'Draws class indices by unnormalized log probabilities.',
  RandomNormal: 'Draws normal numbers of a given shape.',
  RandomNormalLike: 'Draws normal numbers in the shape of the input.',
  RandomUniform: 'Draws uniform numbers of a given shape.',
  RandomUniformLike: 'Draws uniform numbers in the shape of the input.',
  Range: 'Counts from start by steps, up to but without limit.',
};

const SIGNAL: Family = {
  BlackmanWindow: 'Gives a Blackman window.',
  DFT: 'Takes the discrete Fourier transform along one axis, or its inverse.',
  HammingWindow: 'Gives a Hamming window.',
  HannWindow: 'Gives a Hann window.',
  MelWeightMatrix: 'Gives the matrix that weighs the bins of a spectrum into mel bins.',
  STFT: 'Takes the Fourier transform of overlapping frames of a signal.',
};

const IMAGE: Family = {
  AffineGrid: 'Gives the sampling grid of affine maps, for GridSample.',
  GridSample: 'Samples feature maps at the positions of a grid.',
  ImageDecoder: 'Decodes an encoded image into height, width and channels.',
  Resize: 'Resamples axes by scales or to sizes.',
  Upsample: 'Enlarges axes by scales; Resize took its place.',
};

const TEXT: Family = {
  RegexFullMatch: 'Is true where a whole string matches a regular expression.',
  StringConcat: 'Joins strings pairwise; both tensors broadcast to each other.',
  StringNormalizer: 'Removes stop words and changes the case of strings.',
  StringSplit: 'Splits strings at a delimiter, with the number of parts of each.',
  TfIdfVectorizer: 'Counts n-grams of a pool, weighted by their inverse document frequency as asked.',
};

const LOSS: Family = {
  NegativeLogLikelihoodLoss: 'Takes the negative log likelihood of target classes.',
  SoftmaxCrossEntropyLoss: 'Takes the cross entropy between softmax scores and target classes.',
};

/** Every family by the name of its file; together they hold every operator of ai.onnx once. */
export const OPERATOR_FAMILIES: Readonly<Record<string, Family>> = {
  activation: ACTIVATION,
  arithmetic: ARITHMETIC,
  attention: ATTENTION,
  casting: CASTING,
  control: CONTROL,
  convolution: CONVOLUTION,
  image: IMAGE,
  indexing: INDEXING,
  logic: LOGIC,
  loss: LOSS,
  matrix: MATRIX,
  normalization: NORMALIZATION,
  pooling: POOLING,
  recurrent: RECURRENT,
  reduction: REDUCTION,
  sequence: SEQUENCE,
  shape: SHAPE,
  signal: SIGNAL,
  source: SOURCE,
  text: TEXT,
  trigonometry: TRIGONOMETRY,
};

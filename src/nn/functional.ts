// Layers as functions of values, under the layers' own names: `functional.dense(x, weight, bias)`, as in torch.nn.functional.
import { ADAPTIVE_POOLS } from './layers/adaptive-pool.ts';
import { AVG_POOLS } from './layers/avg-pool.ts';
import { CONVERSIONS } from './layers/conversions.ts';
import { CROPPINGS } from './layers/cropping.ts';
import { DROPOUTS } from './layers/dropout.ts';
import { FLATTENS } from './layers/flatten.ts';
import { GLOBAL_POOLS } from './layers/global-pool.ts';
import { GLUS } from './layers/glu.ts';
import { LOCAL_RESPONSE_NORMS } from './layers/local-response-norm.ts';
import { LP_POOLS } from './layers/lp-pool.ts';
import { MAX_POOLS } from './layers/max-pool.ts';
import { MAX_UNPOOLS } from './layers/max-unpool.ts';
import { NOISES } from './layers/noise.ts';
import { PADDINGS } from './layers/padding.ts';
import { PIXEL_SHUFFLES } from './layers/pixel-shuffle.ts';
import { RESHAPINGS } from './layers/reshaping.ts';
import { SHUFFLES } from './layers/shuffle.ts';
import { TIMESTEPS } from './layers/timestep-embedding.ts';
import { FOLDS } from './layers/unfold.ts';
import { RESIZINGS, UPSAMPLINGS } from './layers/upsampling.ts';

export {
  elu,
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
} from './layers/activations.ts';
export { alibiOf as alibi } from './layers/alibi.ts';
export { batchNormOf as batchNorm } from './layers/batch-norm.ts';
export { bilinearOf as bilinear } from './layers/bilinear.ts';
export { conv1dOf as conv1d, conv2dOf as conv2d, conv3dOf as conv3d } from './layers/conv.ts';
export {
  convTranspose1dOf as convTranspose1d,
  convTranspose2dOf as convTranspose2d,
  convTranspose3dOf as convTranspose3d,
} from './layers/conv-transpose.ts';
export { deformableConv2dOf as deformableConv2d } from './layers/deformable-conv.ts';
export { denseOf as dense } from './layers/dense.ts';
export {
  depthwiseConv1dOf as depthwiseConv1d,
  depthwiseConv2dOf as depthwiseConv2d,
  depthwiseConv3dOf as depthwiseConv3d,
} from './layers/depthwise-conv.ts';
export { einsumDenseOf as einsumDense } from './layers/einsum-dense.ts';
export {
  addOf as add,
  averageOf as average,
  maximumOf as maximum,
  minimumOf as minimum,
  multiplyOf as multiply,
  stackOf as stack,
  subtractOf as subtract,
} from './layers/elementwise-merge.ts';
export { embeddingOf as embedding } from './layers/embedding.ts';
export { embeddingBagOf as embeddingBag } from './layers/embedding-bag.ts';
export { groupNormOf as groupNorm } from './layers/group-norm.ts';
export { gruOf as gru } from './layers/gru.ts';
export { instanceNormOf as instanceNorm } from './layers/instance-norm.ts';
export { layerNormOf as layerNorm } from './layers/layer-norm.ts';
export { layerScaleOf as layerScale } from './layers/layer-scale.ts';
export { learnedTokensOf as learnedTokens } from './layers/learned-tokens.ts';
export { lstmOf as lstm } from './layers/lstm.ts';
export { maskingOf as masking } from './layers/masking.ts';
export {
  hardShrink,
  hardSilu,
  hardTanh,
  rrelu,
  softShrink,
  squaredRelu,
  tanhShrink,
  threshold,
  thresholdedRelu,
} from './layers/piecewise-activations.ts';
export { positionalEmbeddingOf as positionalEmbedding } from './layers/positional-embedding.ts';
export { preluOf as prelu } from './layers/prelu.ts';
export {
  gruCellOf as gruCell,
  lstmCellOf as lstmCell,
  rnnCellOf as rnnCell,
} from './layers/recurrent-cells.ts';
export { relativePositionBiasOf as relativePositionBias } from './layers/relative-position-bias.ts';
export { rmsNormOf as rmsNorm } from './layers/rms-norm.ts';
export { rnnOf as rnn } from './layers/rnn.ts';
export { rotaryEmbeddingOf as rotaryEmbedding } from './layers/rotary-embedding.ts';
export { scaledDotProductAttentionOf as scaledDotProductAttention } from './layers/scaled-dot-product-attention.ts';
export {
  cosineSimilarityOf as cosineSimilarity,
  dotOf as dot,
  pairwiseDistanceOf as pairwiseDistance,
} from './layers/similarity.ts';
export { sinusoidalEncodingOf as sinusoidalEncoding } from './layers/sinusoidal-encoding.ts';
export {
  celu,
  exponential,
  logSigmoid,
  quickGelu,
  softmin,
  sparsePlus,
  sparseSigmoid,
  squareplus,
  swish,
} from './layers/smooth-activations.ts';
export { splitOf as split } from './layers/split.ts';
export { resizeToOf as resizeTo } from './layers/upsampling.ts';

/** The layer `cast`, computed from a value and the layer's own arguments. */
export const cast = CONVERSIONS.cast.of;
/** The layer `oneHot`, computed from a value and the layer's own arguments. */
export const oneHot = CONVERSIONS.oneHot.of;
/** The layer `rescale`, computed from a value and the layer's own arguments. */
export const rescale = CONVERSIONS.rescale.of;
/** The layer `unitNorm`, computed from a value and the layer's own arguments. */
export const unitNorm = CONVERSIONS.unitNorm.of;
/** The layer `identityLayer`, computed from a value. */
export const identity = RESHAPINGS.identity.of;
/** The layer `permute`, computed from a value and the layer's own arguments. */
export const permute = RESHAPINGS.permute.of;
/** The layer `repeatVector`, computed from a value and the layer's own arguments. */
export const repeatVector = RESHAPINGS.repeatVector.of;
/** The layer `reshape`, computed from a value and the layer's own arguments. */
export const reshape = RESHAPINGS.reshape.of;
/** The layer `unflatten`, computed from a value and the layer's own arguments. */
export const unflatten = RESHAPINGS.unflatten.of;
/** The layer `select`, computed from a value and the layer's own arguments. */
export const select = RESHAPINGS.select.of;
/** The layer `adaptiveAvgPool1d`, computed from a value and the layer's own arguments. */
export const adaptiveAvgPool1d = ADAPTIVE_POOLS.avg[1].of;
/** The layer `adaptiveAvgPool2d`, computed from a value and the layer's own arguments. */
export const adaptiveAvgPool2d = ADAPTIVE_POOLS.avg[2].of;
/** The layer `adaptiveAvgPool3d`, computed from a value and the layer's own arguments. */
export const adaptiveAvgPool3d = ADAPTIVE_POOLS.avg[3].of;
/** The layer `adaptiveMaxPool1d`, computed from a value and the layer's own arguments. */
export const adaptiveMaxPool1d = ADAPTIVE_POOLS.max[1].of;
/** The layer `adaptiveMaxPool2d`, computed from a value and the layer's own arguments. */
export const adaptiveMaxPool2d = ADAPTIVE_POOLS.max[2].of;
/** The layer `adaptiveMaxPool3d`, computed from a value and the layer's own arguments. */
export const adaptiveMaxPool3d = ADAPTIVE_POOLS.max[3].of;
/** The layer `avgPool1d`, computed from a value and the layer's own arguments. */
export const avgPool1d = AVG_POOLS[1].of;
/** The layer `avgPool2d`, computed from a value and the layer's own arguments. */
export const avgPool2d = AVG_POOLS[2].of;
/** The layer `avgPool3d`, computed from a value and the layer's own arguments. */
export const avgPool3d = AVG_POOLS[3].of;
/** The layer `cropping1d`, computed from a value and the layer's own arguments. */
export const cropping1d = CROPPINGS[1].of;
/** The layer `cropping2d`, computed from a value and the layer's own arguments. */
export const cropping2d = CROPPINGS[2].of;
/** The layer `cropping3d`, computed from a value and the layer's own arguments. */
export const cropping3d = CROPPINGS[3].of;
/** The layer `glu`, computed from a value and the layer's own arguments. */
export const glu = GLUS.of;
/** The layer `localResponseNorm`, computed from a value and the layer's own arguments. */
export const localResponseNorm = LOCAL_RESPONSE_NORMS.of;
/** The layer `lpPool1d`, computed from a value and the layer's own arguments. */
export const lpPool1d = LP_POOLS[1].of;
/** The layer `lpPool2d`, computed from a value and the layer's own arguments. */
export const lpPool2d = LP_POOLS[2].of;
/** The layer `lpPool3d`, computed from a value and the layer's own arguments. */
export const lpPool3d = LP_POOLS[3].of;
/** The layer `maxPool1d`, computed from a value and the layer's own arguments. */
export const maxPool1d = MAX_POOLS[1].of;
/** The layer `maxPool2d`, computed from a value and the layer's own arguments. */
export const maxPool2d = MAX_POOLS[2].of;
/** The layer `maxPool3d`, computed from a value and the layer's own arguments. */
export const maxPool3d = MAX_POOLS[3].of;
/** The layer `maxUnpool1d`, computed from pooled values, their indices and the layer's own arguments, `like` among the options. */
export const maxUnpool1d = MAX_UNPOOLS[1].of;
/** The layer `maxUnpool2d`, computed from pooled values, their indices and the layer's own arguments, `like` among the options. */
export const maxUnpool2d = MAX_UNPOOLS[2].of;
/** The layer `maxUnpool3d`, computed from pooled values, their indices and the layer's own arguments, `like` among the options. */
export const maxUnpool3d = MAX_UNPOOLS[3].of;
/** The layer `alphaDropout`, computed from a value and the layer's own arguments. */
export const alphaDropout = NOISES.alphaDropout.of;
/** The layer `dropPath`, computed from a value and the layer's own arguments. */
export const dropPath = NOISES.dropPath.of;
/** The layer `featureAlphaDropout`, computed from a value and the layer's own arguments. */
export const featureAlphaDropout = NOISES.featureAlphaDropout.of;
/** The layer `gaussianDropout`, computed from a value and the layer's own arguments. */
export const gaussianDropout = NOISES.gaussianDropout.of;
/** The layer `gaussianNoise`, computed from a value and the layer's own arguments. */
export const gaussianNoise = NOISES.gaussianNoise.of;
/** The layer `spatialDropout`, computed from a value and the layer's own arguments. */
export const spatialDropout = NOISES.spatialDropout.of;
/** The layer `stochasticDepth`, computed from a value and the layer's own arguments. */
export const stochasticDepth = NOISES.stochasticDepth.of;
/** The layer `circularPad1d`, computed from a value and the layer's own arguments. */
export const circularPad1d = PADDINGS.circularPad1d.of;
/** The layer `circularPad2d`, computed from a value and the layer's own arguments. */
export const circularPad2d = PADDINGS.circularPad2d.of;
/** The layer `circularPad3d`, computed from a value and the layer's own arguments. */
export const circularPad3d = PADDINGS.circularPad3d.of;
/** The layer `constantPad1d`, computed from a value and the layer's own arguments. */
export const constantPad1d = PADDINGS.constantPad1d.of;
/** The layer `constantPad2d`, computed from a value and the layer's own arguments. */
export const constantPad2d = PADDINGS.constantPad2d.of;
/** The layer `constantPad3d`, computed from a value and the layer's own arguments. */
export const constantPad3d = PADDINGS.constantPad3d.of;
/** The layer `reflectionPad1d`, computed from a value and the layer's own arguments. */
export const reflectionPad1d = PADDINGS.reflectionPad1d.of;
/** The layer `reflectionPad2d`, computed from a value and the layer's own arguments. */
export const reflectionPad2d = PADDINGS.reflectionPad2d.of;
/** The layer `reflectionPad3d`, computed from a value and the layer's own arguments. */
export const reflectionPad3d = PADDINGS.reflectionPad3d.of;
/** The layer `replicationPad1d`, computed from a value and the layer's own arguments. */
export const replicationPad1d = PADDINGS.replicationPad1d.of;
/** The layer `replicationPad2d`, computed from a value and the layer's own arguments. */
export const replicationPad2d = PADDINGS.replicationPad2d.of;
/** The layer `replicationPad3d`, computed from a value and the layer's own arguments. */
export const replicationPad3d = PADDINGS.replicationPad3d.of;
/** The layer `zeroPad1d`, computed from a value and the layer's own arguments. */
export const zeroPad1d = PADDINGS.zeroPad1d.of;
/** The layer `zeroPad2d`, computed from a value and the layer's own arguments. */
export const zeroPad2d = PADDINGS.zeroPad2d.of;
/** The layer `zeroPad3d`, computed from a value and the layer's own arguments. */
export const zeroPad3d = PADDINGS.zeroPad3d.of;
/** The layer `channelShuffle`, computed from a value and the layer's own arguments. */
export const channelShuffle = SHUFFLES.channelShuffle.of;
/** The layer `pixelShuffle`, computed from a value and the layer's own arguments. */
export const pixelShuffle = SHUFFLES.pixelShuffle.of;
/** The layer `pixelUnshuffle`, computed from a value and the layer's own arguments. */
export const pixelUnshuffle = SHUFFLES.pixelUnshuffle.of;
/** The layer `pixelShuffle1d`, computed from a value and the layer's own arguments. */
export const pixelShuffle1d = PIXEL_SHUFFLES.shuffle[1].of;
/** The layer `pixelShuffle3d`, computed from a value and the layer's own arguments. */
export const pixelShuffle3d = PIXEL_SHUFFLES.shuffle[3].of;
/** The layer `pixelUnshuffle1d`, computed from a value and the layer's own arguments. */
export const pixelUnshuffle1d = PIXEL_SHUFFLES.unshuffle[1].of;
/** The layer `pixelUnshuffle3d`, computed from a value and the layer's own arguments. */
export const pixelUnshuffle3d = PIXEL_SHUFFLES.unshuffle[3].of;
/** The layer `timestepEmbedding`, computed from a value and the layer's own arguments. */
export const timestepEmbedding = TIMESTEPS.of;
/** The layer `fold`, computed from a value and the layer's own arguments. */
export const fold = FOLDS.fold.of;
/** The layer `unfold`, computed from a value and the layer's own arguments. */
export const unfold = FOLDS.unfold.of;
/** The layer `upsampling1d`, computed from a value and the layer's own arguments. */
export const upsampling1d = UPSAMPLINGS[1].of;
/** The layer `upsampling2d`, computed from a value and the layer's own arguments. */
export const upsampling2d = UPSAMPLINGS[2].of;
/** The layer `upsampling3d`, computed from a value and the layer's own arguments. */
export const upsampling3d = UPSAMPLINGS[3].of;
/** The layer `resize1d`, computed from a value and the layer's own arguments. */
export const resize1d = RESIZINGS[1].of;
/** The layer `resize2d`, computed from a value and the layer's own arguments. */
export const resize2d = RESIZINGS[2].of;
/** The layer `resize3d`, computed from a value and the layer's own arguments. */
export const resize3d = RESIZINGS[3].of;
/** The layer `dropout`, computed from a value and the layer's own arguments. */
export const dropout = DROPOUTS.of;
/** The layer `flatten`, computed from a value and the layer's own arguments. */
export const flatten = FLATTENS.of;
/** The layer `globalAvgPool`, computed from a value and the layer's own arguments. */
export const globalAvgPool = GLOBAL_POOLS.avg.of;
/** The layer `globalMaxPool`, computed from a value and the layer's own arguments. */
export const globalMaxPool = GLOBAL_POOLS.max.of;

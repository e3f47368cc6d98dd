// U-Net (Ronneberger et al. 2015) with padded convolutions, as most segmentation models have it.
import {
  batchNorm,
  block,
  conv2d,
  convTranspose2d,
  type DefinedModel,
  type Layer,
  maxPool2d,
  model,
  op,
  relu,
  sequential,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** Two convolutions that keep the size. */
const doubleConv = (channels: number): Layer =>
  sequential(
    conv2d(channels, 3, { padding: 1, bias: false }),
    batchNorm(),
    relu(),
    conv2d(channels, 3, { padding: 1, bias: false }),
    batchNorm(),
    relu(),
  );

/**
 * A U-Net: the way down halves the size `depth` times, the way up doubles it and reads what was seen on the way down. Height and width are
 * symbols; the contract says that 2^depth divides them.
 */
export function unet(classes = 2, width = 64, depth = 4): DefinedModel {
  const downs = Array.from({ length: depth }, (_, i) => doubleConv(width * 2 ** i));
  const pools = Array.from({ length: depth }, () => maxPool2d(2, { strides: 2 }));
  const bottom = doubleConv(width * 2 ** depth);
  const rising = downs.map((_, i) => width * 2 ** (depth - 1 - i));
  const grows = rising.map((channels) => convTranspose2d(channels, 2, { strides: 2 }));
  const ups = rising.map(doubleConv);
  const head = conv2d(classes, 1);
  const body = block({ downs, pools, bottom, grows, ups, head }, (image: Value) => {
    const seen: Value[] = [];
    let x = image;
    for (const [i, down] of downs.entries()) {
      const kept = down(x);
      seen.push(kept);
      x = pools[i]?.(kept) ?? kept;
    }
    x = bottom(x);
    for (const [i, grow] of grows.entries()) {
      const skip = seen[depth - 1 - i];
      x = ups[i]?.(op.Concat(skip ? [skip, grow(x)] : [grow(x)], { axis: 1 })) ?? x;
    }
    return head(x);
  });
  return model(body, { name: 'unet', inputs: { x: ['batch', '?', 'height', 'width'] } });
}

const net = unet();
export default net;

if (isScript(import.meta.url)) showLayers(net, ['batch', 3, 'height', 'width']);

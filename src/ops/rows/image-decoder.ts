// ImageDecoder: an encoded image as pixels, whose sizes stand in the data.
import type { OperatorRow } from '../../ir/operator.ts';

/** Channels per pixel format. */
const CHANNELS: Readonly<Record<string, number>> = { RGB: 3, BGR: 3, Grayscale: 1 };

/** ImageDecoder (since 20): bytes `[length]` -> pixels `[height, width, 3 or 1]`, uint8. */
const ImageDecoder: OperatorRow = {
  name: 'ImageDecoder',
  infer: (cx) => {
    cx.ranked(0, 1);
    const format = cx.string('pixel_format', 'RGB');
    const expected = Object.keys(CHANNELS).join(', ');
    const channels =
      CHANNELS[format] ??
      cx.fail('ATTRIBUTE_INVALID', `${cx.op}: pixel_format must be ${expected}, got ${format}`, {
        expected,
        actual: format,
      });
    return [cx.tensor([cx.fresh('height'), cx.fresh('width'), channels], 'uint8')];
  },
  examples: [
    { inputs: ['uint8[n]'], outputs: ['uint8[height, width, 3]'] },
    { inputs: ['uint8[n]'], attributes: { pixel_format: 'Grayscale' }, outputs: ['uint8[height, width, 1]'] },
    { inputs: ['uint8[n]'], attributes: { pixel_format: 'CMYK' }, fails: 'ATTRIBUTE_INVALID' },
    { inputs: ['uint8[n, 2]'], fails: 'RANK_MISMATCH' },
  ],
};

/** The family. */
export const IMAGE_DECODER_ROWS: readonly OperatorRow[] = [ImageDecoder];

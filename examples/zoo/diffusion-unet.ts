// The denoiser of Stable Diffusion (Rombach et al. 2021): a U-Net over latents that looks at a text, in the shape of diffusers' checkpoints.
import {
  block,
  conv2d,
  crossAttention,
  type DefinedModel,
  dense,
  functional,
  geglu,
  groupNorm,
  type Layer,
  layerNorm,
  model,
  multiHeadAttention,
  type NameRule,
  op,
  tensor,
  type Value,
} from 'dimwise';
import { isScript, showLayers } from '../support/script.ts';

/** The sizes of {@link diffusionUnet}; those of Stable Diffusion 1.5 by default. */
export interface DiffusionConfig {
  /** Channels of the latents. */
  readonly latents?: number;
  /** Channels of each level. */
  readonly widths?: readonly number[];
  /** Residual blocks of each level on the way down; one more on the way up. */
  readonly depth?: number;
  readonly heads?: number;
  /** Features of the text. */
  readonly text?: number;
  /** Groups of the normalizations. */
  readonly groups?: number;
}

/** From the names of diffusers' UNet2DConditionModel. */
export const names: readonly NameRule[] = [
  [/to_q\./, 'query.'],
  [/to_k\./, 'key.'],
  [/to_v\./, 'value.'],
  [/to_out\.0\./, 'output.'],
  { from: /ff\.net\.0\.proj\.(.*)$/, to: ['ff.up.$1', 'ff.gate.$1'] },
  [/ff\.net\.2\./, 'ff.down.'],
  [/(down|up)samplers\.0\.conv/, '$1sample'],
];

const { silu } = functional;

/** Two convolutions around a shortcut, between which the time is added. */
function resnet(input: number, output: number, groups: number): Layer<[x: Value, time: Value]> {
  const [norm1, norm2] = [groupNorm(groups), groupNorm(groups)];
  const [conv1, conv2] = [conv2d(output, 3, { padding: 1 }), conv2d(output, 3, { padding: 1 })];
  const time_emb_proj = dense(output);
  const conv_shortcut = conv2d(output, 1);
  const parts = { norm1, conv1, time_emb_proj, norm2, conv2, ...(input === output ? {} : { conv_shortcut }) };
  return block(parts, (x: Value, time: Value) => {
    const signal = op.Unsqueeze(time_emb_proj(silu(time)), [2n, 3n]);
    const y = conv2(silu(norm2(op.Add(conv1(silu(norm1(x))), signal))));
    return op.Add(input === output ? x : conv_shortcut(x), y);
  });
}

/** Self attention, attention to the text and a gated feed-forward part, each around a shortcut. */
function transformerBlock(width: number, heads: number): Layer<[x: Value, text: Value]> {
  const bias = { query: false, key: false, value: false } as const;
  const [attn1, attn2] = [multiHeadAttention(heads, { bias }), crossAttention(heads, { bias })];
  const [norm1, norm2, norm3] = [layerNorm(), layerNorm(), layerNorm()];
  const ff = geglu(4 * width, { bias: true });
  return block({ norm1, attn1, norm2, attn2, norm3, ff }, (x: Value, text: Value) => {
    const y = op.Add(x, attn1(norm1(x)));
    const z = op.Add(y, attn2(norm2(y), text));
    return op.Add(z, ff(norm3(z)));
  });
}

/** The pixels as a sequence that looks at itself and at the text. */
function spatialTransformer(width: number, heads: number, groups: number): Layer<[x: Value, text: Value]> {
  const norm = groupNorm(groups, { epsilon: 1e-6 });
  const [proj_in, proj_out] = [conv2d(width, 1), conv2d(width, 1)];
  const transformer_blocks = [transformerBlock(width, heads)];
  return block({ norm, proj_in, transformer_blocks, proj_out }, (x: Value, text: Value) => {
    const sequence = op.Transpose(op.Reshape(proj_in(norm(x)), [0, width, -1]), { perm: [0, 2, 1] });
    const mixed = transformer_blocks.reduce((value, layer) => layer(value, text), sequence);
    const image = op.Reshape(op.Transpose(mixed, { perm: [0, 2, 1] }), op.Shape(x));
    return op.Add(x, proj_out(image));
  });
}

/** Residual blocks, each with a transformer behind it where the level has them. */
type Level = {
  readonly resnets: readonly Layer<[x: Value, time: Value]>[];
  readonly attentions: readonly Layer<[x: Value, text: Value]>[];
};

/** A level of the way down, or of the way up. */
type Step = Level & {
  readonly downsample?: Layer;
  readonly upsample?: Layer;
};

/** All that the U-Net is made of. */
type Parts = {
  readonly down_blocks: readonly Step[];
  readonly mid_block: Level;
  readonly up_blocks: readonly Step[];
};

/** The levels, from the channels that each block reads. */
function levels({ widths, depth, heads, groups }: Required<DiffusionConfig>): Parts {
  const first = widths[0] ?? 1;
  const last = widths.at(-1) ?? 1;
  const level = (inputs: readonly number[], output: number, attends: boolean): Level => ({
    resnets: inputs.map((input) => resnet(input, output, groups)),
    attentions: attends ? inputs.map(() => spatialTransformer(output, heads, groups)) : [],
  });
  // What the way down leaves for the way up: its entry, each block, each halving.
  const kept = [first];
  const down_blocks = widths.map((width, i): Step => {
    const inputs = Array.from({ length: depth }, (_, j) => (j === 0 ? (widths[i - 1] ?? first) : width));
    const halves = i < widths.length - 1;
    kept.push(...inputs.map(() => width), ...(halves ? [width] : []));
    const blocks = level(inputs, width, halves);
    return halves ? { ...blocks, downsample: conv2d(width, 3, { strides: 2, padding: 1 }) } : blocks;
  });
  const mid_block: Level = {
    resnets: [resnet(last, last, groups), resnet(last, last, groups)],
    attentions: [spatialTransformer(last, heads, groups)],
  };
  const up_blocks = widths.toReversed().map((width, i): Step => {
    const below = widths.at(-i) ?? last;
    const inputs = Array.from(
      { length: depth + 1 },
      (_, j) => (j === 0 ? (i === 0 ? last : below) : width) + (kept.pop() ?? 0),
    );
    const blocks = level(inputs, width, i > 0);
    return i < widths.length - 1 ? { ...blocks, upsample: conv2d(width, 3, { padding: 1 }) } : blocks;
  });
  return { down_blocks, mid_block, up_blocks };
}

/** The way down, through the bottom and up again. */
function walk({ down_blocks, mid_block, up_blocks }: Parts, start: Value, time: Value, text: Value): Value {
  const kept = [start];
  let x = start;
  for (const { resnets, attentions, downsample } of down_blocks) {
    for (const [i, block] of resnets.entries()) {
      const y = block(x, time);
      x = attentions[i]?.(y, text) ?? y;
      kept.push(x);
    }
    if (downsample) {
      x = downsample(x);
      kept.push(x);
    }
  }
  for (const [i, block] of mid_block.resnets.entries()) {
    const y = block(x, time);
    x = mid_block.attentions[i]?.(y, text) ?? y;
  }
  for (const { resnets, attentions, upsample } of up_blocks) {
    for (const [i, block] of resnets.entries()) {
      const skip = kept.pop();
      const y = block(op.Concat(skip ? [x, skip] : [x], { axis: 1 }), time);
      x = attentions[i]?.(y, text) ?? y;
    }
    if (upsample) x = upsample(functional.upsampling2d(x));
  }
  return x;
}

/**
 * A denoiser for any number of latents of any size that its levels halve, which the contract says: 859,520,964 parameters at the sizes of
 * Stable Diffusion 1.5.
 */
export function diffusionUnet(config: DiffusionConfig = {}): DefinedModel {
  const { latents = 4, widths = [320, 640, 1280, 1280], depth = 2, heads = 8, text = 768, groups = 32 } = config;
  const first = widths[0] ?? 1;
  const parts = levels({ latents, widths, depth, heads, text, groups });
  const conv_in = conv2d(first, 3, { padding: 1 });
  const time_embedding = { linear_1: dense(4 * first), linear_2: dense(4 * first) };
  const [conv_norm_out, conv_out] = [groupNorm(groups), conv2d(latents, 3, { padding: 1 })];
  const body = block(
    { conv_in, time_embedding, ...parts, conv_norm_out, conv_out },
    (sample: Value, timestep: Value, encoder_hidden_states: Value) => {
      const { linear_1, linear_2 } = time_embedding;
      const time = linear_2(silu(linear_1(functional.timestepEmbedding(timestep, first))));
      return conv_out(silu(conv_norm_out(walk(parts, conv_in(sample), time, encoder_hidden_states))));
    },
  );
  return model(body, {
    name: 'diffusion-unet',
    inputs: {
      sample: ['batch', latents, 'height', 'width'],
      timestep: tensor('int64', ['batch']),
      encoder_hidden_states: ['batch', 'sequence', text],
    },
  });
}

const net = diffusionUnet();
export default net;

if (isScript(import.meta.url)) showLayers(net);

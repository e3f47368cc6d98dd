// Writes a sharded safetensors checkpoint of a Llama of 7 billion parameters in float16, under Hugging Face's names.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LLAMA_7B } from './llama-7b-sizes.ts';

const { vocabulary, width, hidden } = LLAMA_7B;

/** The tensors of one layer, or of what stands around them. */
function tensorsOf(layer: number | undefined): readonly (readonly [name: string, shape: readonly number[]])[] {
  if (layer === undefined) {
    return [
      ['model.embed_tokens.weight', [vocabulary, width]],
      ['model.norm.weight', [width]],
      ['lm_head.weight', [vocabulary, width]],
    ];
  }
  const projections = ['q', 'k', 'v', 'o'].map((each) => [`self_attn.${each}_proj.weight`, [width, width]] as const);
  const parts = [
    ...projections,
    ['mlp.gate_proj.weight', [hidden, width]],
    ['mlp.up_proj.weight', [hidden, width]],
    ['mlp.down_proj.weight', [width, hidden]],
    ['input_layernorm.weight', [width]],
    ['post_attention_layernorm.weight', [width]],
  ] as const;
  return parts.map(([name, shape]) => [`model.layers.${layer}.${name}`, shape]);
}

/** Small float16 numbers, different ones in each place of a mebibyte. */
const PIECE = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i % 2 === 1 ? 0x1c + (i % 3) : (i * 7) & 255));

/**
 * Writes a shard for each layer, and one for the rest.
 *
 * @returns the path of the index
 */
export function writeLlamaShards(folder: string, depth: number): string {
  mkdirSync(folder, { recursive: true });
  const weightMap: Record<string, string> = {};
  let total = 0;
  for (let i = 0; i <= depth; i++) {
    const shard = `model-${String(i + 1).padStart(5, '0')}-of-${String(depth + 1).padStart(5, '0')}.safetensors`;
    const header: Record<string, object> = {};
    let at = 0;
    for (const [name, shape] of tensorsOf(i === depth ? undefined : i)) {
      const length = shape.reduce((product, size) => product * size, 2);
      header[name] = { dtype: 'F16', shape, data_offsets: [at, at + length] };
      weightMap[name] = shard;
      at += length;
    }
    writeShard(join(folder, shard), JSON.stringify(header), at);
    total += at;
  }
  const index = join(folder, 'model.safetensors.index.json');
  writeFileSync(index, JSON.stringify({ metadata: { total_size: total }, weight_map: weightMap }));
  return index;
}

function writeShard(path: string, header: string, bytes: number): void {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const descriptor = openSync(path, 'w');
  writeSync(descriptor, length);
  writeSync(descriptor, header);
  for (let at = 0; at < bytes; at += PIECE.length) writeSync(descriptor, PIECE, 0, Math.min(PIECE.length, bytes - at));
  closeSync(descriptor);
}

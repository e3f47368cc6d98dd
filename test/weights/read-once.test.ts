// Weights of a checkpoint go from their file into the emitted one in pieces, and are never held whole.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dense, model, saveModel, tensor } from 'dimwise';
import { expect, test } from 'vitest';
import { allCheckpointLimits } from '../../codegen/weights/checkpoint-limits.ts';
import { safetensorsOf } from '../../codegen/weights/read-safetensors.ts';
import { CHUNK_BYTES } from '../../src/ir/tensor-chunks.ts';
import { safetensorsFile } from './recorded.ts';

test.each(['inline', 'external'] as const)(
  '%s, every byte of loaded weights is read once, 1 MiB at the most at a time',
  async (externalData) => {
    const [rows, columns] = [1024, 1000];
    const weight = rows * columns * 4;
    const place = (shape: string, from: number, to: number): string =>
      `{"dtype":"F32","shape":${shape},"data_offsets":[${from},${to}]}`;
    const header = `{"weight":${place(`[${rows},${columns}]`, 0, weight)},"bias":${place(`[${rows}]`, weight, weight + rows * 4)}}`;
    const content = safetensorsFile(header, weight + rows * 4);
    const dataStart = 8 + header.length;
    const times = new Uint8Array(content.length);
    let largest = 0;
    const file = {
      source: 'counted.safetensors',
      size: content.length,
      read: (into: Uint8Array, start: number): void => {
        into.set(content.subarray(start, start + into.length));
        if (start < dataStart) return;
        largest = Math.max(largest, into.length);
        for (let at = start; at < start + into.length; at++) times[at] = (times[at] ?? 0) + 1;
      },
    };
    const net = model(dense(rows), { inputs: { x: tensor('float32', ['batch', '?']) } });
    net.load(safetensorsOf(file, allCheckpointLimits()));
    const elements = times.subarray(dataStart);
    expect(elements.every((count) => count === 0)).toBe(true);
    const folder = mkdtempSync(join(tmpdir(), 'dimwise-read-once-'));
    try {
      await saveModel(net.bind(['batch', columns]).compile(), join(folder, 'model.onnx'), { externalData });
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(new Set(elements)).toEqual(new Set([1]));
    expect(largest).toBeLessThanOrEqual(CHUNK_BYTES);
  },
);

// The files that other tools wrote, and short ways to read and make some.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import { isDimwiseError } from '../../src/base/errors.ts';
import { tensorChunks } from '../../src/ir/tensor-chunks.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';

interface Recorded {
  readonly safetensors: Readonly<Record<string, string>>;
  readonly shards: Readonly<Record<string, string>>;
  readonly npz: Readonly<Record<string, string>>;
  readonly npy: Readonly<Record<string, string>>;
  readonly torch: string;
}

/** Files by kind and name, in base64; made by test/fixtures/weights/make.py. */
export const recorded: Recorded = JSON.parse(
  readFileSync(new URL('../fixtures/weights/files.json', import.meta.url), 'utf8'),
);

export const fromBase64 = (text = ''): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** A new folder for each test, and a way to put files there. */
export function useFolder(): {
  readonly path: (name: string) => string;
  readonly put: (name: string, content: Uint8Array | string) => string;
} {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dimwise-weights-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    put: (name, content) => {
      writeFileSync(path(name), content);
      return path(name);
    },
  };
}

/** The bytes of a tensor. */
export const bytesOf = (data: TensorData | undefined): Uint8Array =>
  data ? new Uint8Array(Buffer.concat([...tensorChunks(data, undefined)])) : new Uint8Array();

/** Everything that a checkpoint says, as plain values. */
export const contentOf = ({ tensors, metadata }: Checkpoint) => ({
  tensors: [...tensors].map(([name, data]) => {
    const elements = data.storage.kind === 'strings' ? [...data.storage.values] : [...bytesOf(data)];
    return { name, dtype: data.dtype, shape: [...data.shape], elements };
  }),
  metadata: [...metadata],
});

/** The error of a task; its text has code and message. */
export async function failureOf(task: () => unknown): Promise<{ code: string; message: string; hint: string }> {
  try {
    await task();
  } catch (error) {
    if (isDimwiseError(error)) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  return { code: 'none', message: 'nothing was thrown', hint: '' };
}

/** A safetensors file of a header and so many bytes of data. */
export function safetensorsFile(
  header: string | Uint8Array,
  data: number | Uint8Array = 0,
  length?: bigint,
): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const elements = typeof data === 'number' ? Uint8Array.from({ length: data }, (_, i) => i % 256) : data;
  const file = new Uint8Array(8 + text.length + elements.length);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  file.set(text, 8);
  file.set(elements, 8 + text.length);
  return file;
}

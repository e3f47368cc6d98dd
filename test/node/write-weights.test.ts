// Weights beside a model: read once, named by what was read, and never over another content.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planExternalFile } from '../../codegen/onnx/external-data.ts';
import { joinParts, streamParts } from '../../codegen/onnx/proto/parts.ts';
import type { TensorData } from '../../src/ir/tensor-data.ts';
import { writeNewWeights, writeWeights } from '../../src/node/write-weights.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dimwise-weights-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A tensor whose bytes are read from elsewhere; counts them. */
function elsewhere(bytes: Uint8Array): { readonly data: TensorData; readonly reads: () => number } {
  let read = 0;
  const fill = (out: Uint8Array, first: number): void => {
    read += out.length;
    out.set(bytes.subarray(first, first + out.length));
  };
  const source = { description: undefined, fill };
  return {
    data: { dtype: 'uint8', shape: [bytes.length], storage: { kind: 'lazy', source } },
    reads: () => read,
  };
}

const drawn = (bytes: Uint8Array): TensorData => ({
  dtype: 'uint8',
  shape: [bytes.length],
  storage: { kind: 'bytes', bytes, description: `${bytes.length} of ${bytes[0] ?? ''}` },
});

function plan(...tensors: readonly TensorData[]) {
  const found = planExternalFile('m', tensors, undefined);
  if (!found) throw new RangeError('no tensor is large enough');
  return found;
}

const bytesOf = (length: number, at = -1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i === at ? 255 : (i * 7) % 251));

describe('planExternalFile', () => {
  test('gives the name of content that was written, whatever the chunks, that reading it gives', () => {
    const lengths = fc.array(fc.tuple(fc.integer({ min: 1000, max: 9000 }), fc.boolean()), { minLength: 1 });
    fc.assert(
      fc.property(lengths, fc.array(fc.nat(40_000)), (tensors, cuts) => {
        const make = () =>
          planExternalFile(
            'm',
            tensors.map(([n, isDrawn]) => (isDrawn ? drawn : lazy)(bytesOf(n))),
            undefined,
          );
        const lazy = (bytes: Uint8Array): TensorData => elsewhere(bytes).data;
        const [written, read] = [make(), make()];
        if (!written || !read) return;
        const content = joinParts(written.parts);
        const reader = written.read();
        let at = 0;
        for (const end of [...cuts.filter((cut) => cut < content.length).sort((a, b) => a - b), content.length]) {
          reader.add(content.subarray(at, end));
          at = end;
        }
        expect(written.fileName).toBe(read.fileName);
        expect(written.provisionalName).toHaveLength(read.fileName.length);
      }),
      { numRuns: 50 },
    );
  });

  test('keeps the names that files have', () => {
    expect(plan(elsewhere(bytesOf(5000)).data, drawn(bytesOf(2000))).fileName).toBe('m.cb93782c747ea0fa.data');
    expect(
      plan({ dtype: 'uint8', shape: [5000], storage: { kind: 'bytes', bytes: bytesOf(5000) } }, drawn(bytesOf(2000)))
        .fileName,
    ).toBe('m.cb93782c747ea0fa.data');
  });

  test('knows its name before where nothing is to be read', () => {
    expect(plan(drawn(bytesOf(2000))).isNamed).toBe(true);
    expect(plan(drawn(bytesOf(2000)), elsewhere(bytesOf(2000)).data).isNamed).toBe(false);
  });
});

describe('writeWeights', () => {
  test('reads every byte once', async () => {
    const { data, reads } = elsewhere(bytesOf(3_000_000));
    const file = plan(data);
    const name = await writeWeights({ folder, plan: file, chunks: streamParts(file.parts) });
    expect(readdirSync(folder)).toEqual([name]);
    expect(name).toMatch(/^m\.[0-9a-f]{16}\.data$/);
    expect(Buffer.compare(readFileSync(join(folder, name)), bytesOf(3_000_000))).toBe(0);
    expect([reads(), file.fileName]).toEqual([3_000_000, name]);
  });
});

describe('writeNewWeights', () => {
  const write = (data: TensorData): Promise<string> => {
    const file = plan(data);
    return writeNewWeights({ folder, plan: file, chunks: streamParts(file.parts) });
  };
  const SIZE = 2_500_000;

  test.each([0, 1, 1_048_575, 1_048_576, 1_700_000, SIZE - 1])(
    'reads every byte once where byte %d differs from an old file',
    async (at) => {
      const old = await write(elsewhere(bytesOf(SIZE)).data);
      const { data, reads } = elsewhere(bytesOf(SIZE, at));
      const name = await write(data);
      expect(Buffer.compare(readFileSync(join(folder, name)), bytesOf(SIZE, at))).toBe(0);
      expect(Buffer.compare(readFileSync(join(folder, old)), bytesOf(SIZE))).toBe(0);
      expect(readdirSync(folder).sort()).toEqual([name, old].sort());
      expect(reads()).toBe(SIZE);
    },
  );

  test('leaves a file of the same content as it is', async () => {
    const name = await write(elsewhere(bytesOf(SIZE)).data);
    const before = statSync(join(folder, name));
    const { data, reads } = elsewhere(bytesOf(SIZE));
    expect(await write(data)).toBe(name);
    const { ino, mtimeMs } = statSync(join(folder, name));
    expect({ ino, mtimeMs, reads: reads(), files: readdirSync(folder) }).toEqual({
      ino: before.ino,
      mtimeMs: before.mtimeMs,
      reads: SIZE,
      files: [name],
    });
  });

  test('gives the content its own name where it lies under another one', async () => {
    writeFileSync(join(folder, 'm.0123456789abcdef.data'), bytesOf(SIZE));
    const { data, reads } = elsewhere(bytesOf(SIZE));
    const name = await write(data);
    expect([name, reads()]).toEqual([plan(elsewhere(bytesOf(SIZE)).data).fileName, SIZE]);
    expect(Buffer.compare(readFileSync(join(folder, name)), bytesOf(SIZE))).toBe(0);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('counts names up that other contents have, and takes the one that has this', async () => {
    const { fileName } = plan(drawn(bytesOf(2000)));
    const [second, third] = ['-2', '-3'].map((number) => fileName.replace('m', `m${number}`));
    writeFileSync(join(folder, fileName), bytesOf(2000, 7));
    writeFileSync(join(folder, second ?? ''), bytesOf(1999));
    expect(await write(drawn(bytesOf(2000)))).toBe(third);
    expect(await write(drawn(bytesOf(2000)))).toBe(third);
    expect(readdirSync(folder).sort()).toEqual([fileName, second, third].sort());
  });
});

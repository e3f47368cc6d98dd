// GGUF files that lie: each is refused in less than a second with the file and what is wrong, and a good one beside it is taken.
import { describe, expect, test } from 'vitest';
import { readGguf } from '../../codegen/weights/gguf/read.ts';
import { openCheckpoint } from '../../src/node/open-checkpoint.ts';
import { ARRAY, data, entry, file, GOOD, info, L, M, ROWS, STRING, U, UINT32 } from './gguf-cases.ts';
import { text, u32, u64 } from './gguf-file.ts';
import { bytesOf, failureOf, useFolder } from './recorded.ts';

describe('a GGUF file', () => {
  const { put } = useFolder();

  test('is good in the cases that follow beside the bad ones', () => {
    expect(ROWS.length).toBeGreaterThan(50);
    expect(bytesOf(readGguf(file(GOOD)).tensors.get('t'))).toEqual(data(8));
  });

  test.each(ROWS.map((row) => ({ what: row[0], row })))('is refused with $what', async ({ row }) => {
    const [, bad, good, code, fact, tensor] = row;
    expect((await failureOf(() => readGguf(file(good)))).message).toBe('nothing was thrown');
    const content = file(bad);
    const path = put('bad.gguf', content);
    for (const [source, read] of [
      ['bytes', () => readGguf(content)],
      [path, () => openCheckpoint(path)],
    ] as const) {
      const start = performance.now();
      const failure = await failureOf(read);
      expect(performance.now() - start).toBeLessThan(1000);
      expect(failure.code).toBe(code);
      expect(failure.message).toContain(source);
      expect(failure.message).toContain(fact);
      if (tensor !== undefined) expect(failure.message).toContain(`tensor "${tensor}"`);
    }
  });

  const whole = file({
    entries: [entry(ARRAY, u32(STRING), u64(2), text('x'), text('yz')), [text('l'), u32(UINT32), u32(1)]],
    tensors: [info({ name: text('a'), sizes: [32], type: 8 }), info({ name: text('b'), at: 64 })],
    data: data(72),
  });

  test('is refused when it is cut anywhere', async () => {
    expect(readGguf(whole).tensors.size).toBe(2);
    const outcomes = new Set<string>();
    for (let length = 0; length < whole.length; length++)
      outcomes.add((await failureOf(() => readGguf(whole.subarray(0, length)))).code);
    expect([...outcomes]).toEqual([M]);
  });

  test('never fails otherwise than with an error of dimwise when any byte of its header is another', async () => {
    const outcomes = new Set<string>();
    for (let at = 0; at < whole.length - 72; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Uint8Array.from(whole);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        outcomes.add((await failureOf(() => [...readGguf(changed).tensors.values()].map(bytesOf))).code);
      }
    }
    // Letters, numbers of metadata and paddings may change without harm.
    expect([...outcomes].sort()).toEqual([L, M, U, 'none'].sort());
  });
});

// Safetensors files that lie: each is refused with the file and what is wrong, and a good one beside it is taken.
import { describe, expect, test } from 'vitest';
import {
  allCheckpointLimits,
  CHECKPOINT_LIMIT_NAMES,
  CHECKPOINT_LIMITS,
} from '../../codegen/weights/checkpoint-limits.ts';
import type { PositionedBytes } from '../../codegen/weights/positioned-bytes.ts';
import { readSafetensors, safetensorsOf } from '../../codegen/weights/read-safetensors.ts';
import { openCheckpoint } from '../../src/node/open-checkpoint.ts';
import { bytesOf, failureOf, fromBase64, recorded, safetensorsFile, useFolder } from './recorded.ts';
import { entry, GOOD, header, MALFORMED } from './safetensors-cases.ts';

describe('a safetensors file', () => {
  const { put } = useFolder();

  test('is good in the cases that follow beside the bad ones', () => {
    expect(MALFORMED.length).toBeGreaterThan(70);
    expect(readSafetensors(GOOD).tensors.size).toBe(1);
  });

  const rows = MALFORMED.map(([what, bad, good, fact, tensor]) => ({ what, bad, good, fact, tensor }));
  test.each(rows)('is refused with $what', async ({ bad, good, fact, tensor }) => {
    expect((await failureOf(() => readSafetensors(good))).message).toBe('nothing was thrown');
    const path = put('bad.safetensors', bad);
    for (const [source, read] of [
      ['bytes', () => readSafetensors(bad)],
      [path, () => openCheckpoint(path)],
    ] as const) {
      const { code, message } = await failureOf(read);
      expect(code).toBe('CHECKPOINT_MALFORMED');
      expect(message).toContain(source);
      expect(message).toContain(fact);
      if (tensor !== undefined) expect(message).toContain(`tensor "${tensor}"`);
    }
  });

  test('is refused when it is cut anywhere', async () => {
    const file = fromBase64(recorded.safetensors['every-type']);
    const outcomes = new Set<string>();
    for (let length = 0; length < file.length; length++)
      outcomes.add((await failureOf(() => readSafetensors(file.subarray(0, length)))).code);
    expect([...outcomes]).toEqual(['CHECKPOINT_MALFORMED']);
  });

  test('never fails otherwise than with an error of dimwise when any byte of its header is another', async () => {
    const file = fromBase64(recorded.safetensors['no-metadata']);
    const headerEnd = 8 + (file[0] ?? 0);
    const outcomes = new Set<string>();
    for (let at = 0; at < headerEnd; at++) {
      for (const flip of [1, 2, 4, 16, 32, 128]) {
        const changed = Uint8Array.from(file);
        changed[at] = (changed[at] ?? 0) ^ flip;
        outcomes.add((await failureOf(() => readSafetensors(changed))).code);
      }
    }
    // Letters of names may change without harm.
    expect([...outcomes].sort()).toEqual(['CHECKPOINT_MALFORMED', 'none']);
  });
});

describe('the limits of checkpoints', () => {
  const many = (count: number): Uint8Array =>
    safetensorsFile(
      `{${Array.from({ length: count }, (_, i) => `"t${i}":${entry('U8', '[1]', `[${i},${i + 1}]`)}`).join(',')}}`,
      count,
    );
  const text = (length: number): Uint8Array => safetensorsFile(`{"__metadata__":{"k":"${'x'.repeat(length)}"}}`);
  const name = (length: number): Uint8Array => safetensorsFile(`{"${'n'.repeat(length)}":${entry()}}`, 1);
  const axes = (rank: number): Uint8Array =>
    safetensorsFile(header(entry('U8', `[${Array.from({ length: rank }, () => 1)}]`)), 1);

  test.each([
    ['headerBytes', many(4), { headerBytes: 200 }, { headerBytes: 300 }, 'its header has 2'],
    ['tensors', many(4), { tensors: 3 }, { tensors: 4 }, 'tensor "t3" as number 4'],
    ['nameBytes', name(70_000), {}, { nameBytes: 70_000 }, 'is longer, the limit nameBytes is 65536'],
    ['textBytes', text(1000), { textBytes: 999 }, { textBytes: 1000 }, 'is longer, the limit textBytes is 999'],
    ['tensors', axes(33), { tensors: 4 }, { tensors: 5 }, 'its tensors have 33 axes together, the limit tensors is 4'],
    ['textBytes', name(100), { textBytes: 49 }, { textBytes: 50 }, 'its names and texts have 100 characters together'],
    ['rank', axes(1025), {}, { rank: 1025 }, 'tensor "a" has more axes, the limit rank is 1024'],
  ] as const)('%s is kept, and can be raised', async (_, file, limits, raised, fact) => {
    const { code, message, hint } = await failureOf(() => readSafetensors(file, { limits }));
    expect(code).toBe('CHECKPOINT_LIMIT');
    expect(message).toContain(fact);
    expect(hint).toContain('raise the limit');
    expect(readSafetensors(file, { limits: raised }).source).toBe('bytes');
  });

  test('a header of more than 100 MB is refused before anything of it is read', async () => {
    const reads: number[] = [];
    const file: PositionedBytes = {
      source: 'huge.safetensors',
      size: 2 ** 40,
      read: (into) => {
        reads.push(into.length);
        new DataView(into.buffer, into.byteOffset).setBigUint64(0, 100_000_001n, true);
      },
    };
    expect((await failureOf(() => safetensorsOf(file, allCheckpointLimits()))).message).toContain(
      'has 100000001 bytes, the limit headerBytes is 100000000',
    );
    expect(reads).toEqual([8]);
  });

  test.each([
    ['a name that is none', { headers: 1 }],
    ['a negative number', { tensors: -1 }],
    ['a fraction', { rank: 1.5 }],
    ['more than can be', { headerBytes: 2 ** 33 }],
  ])('cannot be %s', async (_, limits) => {
    // @ts-expect-error limits that nobody type-checks
    expect((await failureOf(() => allCheckpointLimits(limits))).code).toBe('CHECKPOINT_LIMIT');
  });

  test('have a default that is below what they can be raised to', () => {
    for (const each of CHECKPOINT_LIMIT_NAMES)
      expect(CHECKPOINT_LIMITS[each].usual).toBeLessThan(CHECKPOINT_LIMITS[each].most);
  });
});

test('a header that comes in many pieces is read as one', () => {
  // Windows of the reader end inside of names, escapes, numbers and pairs of surrogates.
  const names = Array.from(
    { length: 3000 },
    (_, i) => `${[...'é\u{1F600}\\"日\n'].slice(0, 1 + (i % 6)).join('')}${i}`,
  );
  const file = safetensorsFile(
    `{${names.map((each, i) => `${JSON.stringify(each)}:${entry('U8', '[1]', `[${i},${i + 1}]`)}`).join(' ,\n')}}`,
    3000,
  );
  const { tensors } = readSafetensors(file);
  expect([...tensors.keys()]).toEqual(names);
  expect(bytesOf(tensors.get(names[700] ?? ''))).toEqual(Uint8Array.of(700 % 256));
});

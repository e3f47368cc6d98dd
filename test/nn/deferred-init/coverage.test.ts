// Holds the tests of this folder to the list of ninety behaviours: each has a test or a reason, none both.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ELSEWHERE } from './elsewhere.ts';

const ALL = Array.from({ length: 90 }, (_, i) => `D${String(i + 1).padStart(2, '0')}`);

/** The numbers in the titles of the tests of this folder. */
function tested(): string[] {
  const folder = new URL('./', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const texts = files.map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const titles = texts.flatMap((text) =>
    [...text.matchAll(/(?:\btest|\))\(\s*['"`]((?:D\d\d )+)/g)].map((match) => match[1] ?? ''),
  );
  return titles.flatMap((title) => title.trim().split(' '));
}

describe('the list of ninety behaviours', () => {
  test('has a test or a reason for each', () => {
    const covered = new Set([...tested(), ...Object.keys(ELSEWHERE)]);
    expect(ALL.filter((number) => !covered.has(number))).toEqual([]);
    expect([...covered].filter((number) => !ALL.includes(number))).toEqual([]);
  });

  test('has no reason for what is tested', () => {
    expect(tested().filter((number) => number in ELSEWHERE)).toEqual([]);
    expect(Object.values(ELSEWHERE).every((reason) => reason.length > 40)).toBe(true);
  });
});

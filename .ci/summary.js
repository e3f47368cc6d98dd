// Reads the test runner's summary from a log and closes with the plain line `N passed, N failed`.
import { readFileSync } from 'node:fs';

const log = readFileSync(process.argv[2] ?? '', 'utf8').replaceAll(
  new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'),
  '',
);
const line = log.split('\n').findLast((text) => /^\s*Tests\s/.test(text)) ?? '';
const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
const skipped = count('skipped');
console.log(`${count('passed')} passed, ${count('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
if (count('passed') === 0) process.exitCode = 1;

// The command `npm run generate`: writes the generated files, or with --check names those that differ and exits 1.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDrift } from './find-drift.ts';
import { generatedFiles } from './generated-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function main(check: boolean): void {
  const files = generatedFiles();
  const { changed, stale } = findDrift(files, ROOT);
  for (const path of changed) process.stdout.write(`${check ? 'differs' : 'wrote'}: ${path}\n`);
  for (const path of stale) process.stdout.write(`${check ? 'stale' : 'removed'}: ${path}\n`);
  if (check) {
    process.exitCode = changed.length + stale.length > 0 ? 1 : 0;
    return;
  }
  for (const path of changed) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), files.get(path) ?? '');
  }
  for (const path of stale) rmSync(join(ROOT, path));
}

main(process.argv.includes('--check'));

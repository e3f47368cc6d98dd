// All files that `npm run generate` owns, and what to do with those on disk that differ.
import { builderFiles } from './builder-file.ts';
import { checksPage } from './checks-page.ts';
import { deferredInitPage } from './deferred-init-page.ts';
import { errorsPage } from './errors-page.ts';
import { kernelFile } from './kernel-file.ts';
import { operatorsPage } from './operators-page.ts';

/** Every generated file: path from the repository root to text. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ...builderFiles(),
    ['src/nn/random/kernel.gen.ts', kernelFile()],
    ['docs/deferred-init.md', deferredInitPage()],
    ['docs/errors.md', errorsPage()],
    ['docs/operators.md', operatorsPage()],
    ['docs/check-rules.md', checksPage()],
  ]);
}

/** The folder in which every `*.gen.ts` file must be one of {@link generatedFiles}. */
export const OWNED_FOLDER = 'src/build/op';

// Builds the sample kernel from its AssemblyScript source into a TypeScript file that holds the module's bytes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the source is, from the repository root. */
export const KERNEL_SOURCE = 'kernels/random/index.ts';

/** How it is compiled: SIMD without its relaxed part, no runtime library, optimized for speed. */
const OPTIONS = ['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert', '--disableWarning', '112'];

let built: string | undefined;

/** The text of `src/nn/random/kernel.gen.ts`; built once per process. */
export function kernelFile(): string {
  built ??= build();
  return built;
}

function build(): string {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'dimwise-kernel-'));
  try {
    const out = join(folder, 'kernel.wasm');
    const compiler = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
    execFileSync(process.execPath, [compiler, KERNEL_SOURCE, ...OPTIONS, '--outFile', out], { cwd: root });
    const text = readFileSync(out).toString('base64');
    return [
      `// Generated from ${KERNEL_SOURCE} by npm run generate. The sample kernel as a WebAssembly module in base64.`,
      '',
      '/** The bytes of the module. */',
      `export const KERNEL_BASE64 =\n  '${text}';`,
      '',
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

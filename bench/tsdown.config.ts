import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    'codec-child': fileURLToPath(new URL('./codec-child.ts', import.meta.url)),
    'init-child': fileURLToPath(new URL('./init-child.ts', import.meta.url)),
    'llama-7b-child': fileURLToPath(new URL('./llama-7b-child.ts', import.meta.url)),
    'road-child': fileURLToPath(new URL('./road-child.ts', import.meta.url)),
    'hostile-child': fileURLToPath(new URL('./hostile-child.ts', import.meta.url)),
    'shapes-child': fileURLToPath(new URL('./shapes-child.ts', import.meta.url)),
  },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  fixedExtension: false,
  dts: false,
  outDir: fileURLToPath(new URL('../out/bench', import.meta.url)),
  alias: { dimwise: fileURLToPath(new URL('../src/index.ts', import.meta.url)) },
});

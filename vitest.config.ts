import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^dimwise\/vitest$/, replacement: here('./src/vitest/index.ts') },
      { find: /^dimwise$/, replacement: here('./src/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup/fast-check.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    // Hooks compile models and start workers, and other tests share the cores.
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000, interval: 10 } },
    typecheck: { include: ['test/**/*.test-d.ts'] },
  },
});

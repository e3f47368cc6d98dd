import { defineConfig } from 'tsdown';

/** Commander loads child_process for commands in files of their own, which dimwise has none of; help is quicker without it. */
const lazyChildProcess = {
  name: 'lazy-child-process',
  transform: {
    filter: { id: /commander[\\/]lib[\\/]command\.js$/ },
    handler: (code: string): string =>
      code.replace("require('node:child_process')", "{ get spawn() { return require('node:child_process').spawn; } }"),
  },
};

/** Few files, for each is one more wait while a command starts. Help needs the entry and what it shares; nothing imports the entry. */
const CHUNKS = [
  { name: 'shared', test: /src\/base\/version\.ts$|src\/cli\/io\.ts$/, priority: 4 },
  { name: 'entry', test: /src\/cli\/(main|program|commands)\.ts$|commander/, priority: 3 },
  { name: 'core', test: (id: string) => !/src\/(cli|vitest)\/|picocolors/.test(id), priority: 2 },
  { name: 'commands', test: /src\/cli\/|picocolors/, priority: 1 },
];

const common = {
  entry: { index: 'src/index.ts', vitest: 'src/vitest/index.ts', cli: 'src/cli/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  fixedExtension: false,
} as const;

export default defineConfig([
  {
    ...common,
    // Node scans CommonJS packages for the names that they export, each time and longer than it takes to run them: these go inside.
    noExternal: ['commander', 'picocolors', 'onnx-proto', 'long', '@petamoriken/float16', /^@?protobufjs/],
    inlineOnly: false,
    plugins: [lazyChildProcess],
    outputOptions: { advancedChunks: { groups: CHUNKS } },
    // Parsing is the largest part of a command's start; names of classes stay, for they stand in stack traces and consoles.
    minify: {
      compress: { keepNames: { class: true, function: false } },
      mangle: { keepNames: { class: true, function: false } },
    },
    dts: false,
    clean: true,
  },
  // Types refer to packages by name.
  {
    ...common,
    entry: { index: 'src/index.ts', vitest: 'src/vitest/index.ts' },
    dts: { emitDtsOnly: true },
    clean: false,
  },
]);

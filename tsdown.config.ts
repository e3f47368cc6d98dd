import { defineConfig } from 'tsdown';
import ts from 'typescript';

/** Commander loads child_process for commands in files of their own, which dimwise has none of; help is quicker without it. */
const lazyChildProcess = {
  name: 'lazy-child-process',
  transform: {
    filter: { id: /commander[\\/]lib[\\/]command\.js$/ },
    handler: (code: string): string =>
      code.replace("require('node:child_process')", "{ get spawn() { return require('node:child_process').spawn; } }"),
  },
};

/** The cases that rows carry are for tests and the pages of the documentation; parsing them takes a sixth of a command's start. */
const withoutExamples = {
  name: 'without-examples',
  transform: {
    filter: { id: /src[\\/](ops[\\/](rows|rules)|nn)[\\/].*\.ts$/ },
    handler: (code: string, id: string): string => {
      let text = code;
      for (const { start, end } of exampleLists(id, code).reverse())
        text = `${text.slice(0, start)}[]${text.slice(end)}`;
      return text;
    },
  },
};

/** Where the values of properties `examples` stand, in order. */
function exampleLists(file: string, code: string): { readonly start: number; readonly end: number }[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest);
  const found: { start: number; end: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && node.name.text === 'examples') {
      found.push({ start: node.initializer.getStart(source), end: node.initializer.end });
    } else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Few files, for each is one more wait while a command starts. Help needs the entry and what it shares; nothing imports the entry. */
const CHUNKS = [
  { name: 'shared', test: /src\/base\/version\.ts$|src\/cli\/io\.ts$/, priority: 4 },
  { name: 'entry', test: /src\/cli\/(main|program|command-row|(\w+-)?commands)\.ts$|commander/, priority: 3 },
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
    plugins: [lazyChildProcess, withoutExamples],
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

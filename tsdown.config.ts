import { relative } from 'node:path';
import { defineConfig } from 'tsdown';
import ts from 'typescript';
import { lazyGroups } from './bundle/lazy-groups.ts';
import { type LazyGroup, planChunks } from './bundle/plan-chunks.ts';

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

const ROOT = import.meta.dirname;

/** Layers that most models have; the files of others are read when a model file names one. */
const COMMON_LAYERS =
  'activations|avg-pool|batch-norm|conv|dense|dropout|embedding|flatten|global-pool|layer-norm|max-pool|merge|reshaping|sequential';

/**
 * What is read only when one of its functions is called: a line per group, by the modules at its border. All else that the public module
 * exports, and what `dimwise shapes` of a model needs, is the core. A new command needs no line: what only it imports becomes a chunk of
 * its own, for src/cli/commands.ts imports it when it runs. A new part of the public module that most programs do without goes into a
 * group, or gets one; the core may import functions of it and nothing else, which the build checks.
 */
const GROUPS: readonly LazyGroup[] = [
  { name: 'rows', test: /^src\/ops\/rare-rows\.ts$/ },
  { name: 'microsoft', test: /^src\/ops\/microsoft-rows\.ts$|^src\/build\/microsoft-op\.gen\.ts$/ },
  { name: 'layers', test: new RegExp(`^src/nn/layers/(?!(${COMMON_LAYERS})\\.ts$)|^src/nn/functional`) },
  {
    name: 'codec',
    test: /^codegen\/onnx\/(?!check\/|diff\/|edit\/|text\/|bind\/bindings|node-parts|value-names|limits)/,
  },
  { name: 'tools', test: /^codegen\/onnx\/(check|diff|edit|text)\/|^src\/infer\/explain\// },
  { name: 'checkpoints', test: /^codegen\/weights\/|^src\/model\/(load|onnx)-checkpoint/ },
  { name: 'cost', test: /^src\/infer\/cost\/|^src\/model\/(model-)?summary/ },
  { name: 'files', test: /^src\/node\/(?!load-model|regular-file|source-columns)|^src\/runtime\// },
];
const plan = planChunks(ROOT, GROUPS, ['src/cli/open-graph.ts', 'src/cli/shapes.ts']);
const groupOf = (id: string): string | undefined => plan.groupOf(relative(ROOT, id));

/** Few files, for each is one more wait while a command starts. Help needs the entry and what it shares; nothing imports the entry. */
const CHUNKS = [
  { name: 'shared', test: /src\/base\/version\.ts$|src\/cli\/io\.ts$/, priority: 40 },
  { name: 'entry', test: /src\/cli\/(main|program|command-row|(\w+-)?commands)\.ts$|commander/, priority: 30 },
  {
    name: 'core',
    test: (id: string) =>
      id.startsWith('\0lazy-stub') || id === '\0lazy' || (groupOf(id) === 'core' && !/src\/(cli|vitest)\//.test(id)),
    priority: 20,
  },
  ...GROUPS.map(({ name }, i) => ({
    name,
    test: (id: string) => groupOf(id) === name || id === `\0lazy-group:${name}`,
    priority: 19 - i,
  })),
  {
    name: 'commands',
    test: (id: string) => (groupOf(id) === 'core' && /src\/cli\//.test(id)) || /picocolors/.test(id),
    priority: 1,
  },
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
    plugins: [lazyChildProcess, withoutExamples, lazyGroups(ROOT, GROUPS, plan)],
    outputOptions: { codeSplitting: { groups: CHUNKS } },
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

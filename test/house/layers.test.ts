// Holds the code to the house: the order of folders, no cycles, file sizes, no bare errors.
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Project, type SourceFile, SyntaxKind } from 'ts-morph';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const project = new Project({
  compilerOptions: { allowImportingTsExtensions: true, module: 199, moduleResolution: 99 },
});
project.addSourceFilesAtPaths([`${root}src/**/*.ts`, `${root}passes/**/*.ts`, `${root}codegen/**/*.ts`]);

const nameOf = (file: SourceFile): string => relative(root, file.getFilePath()).split(sep).join('/');
const files = project.getSourceFiles().map((file) => ({ file, name: nameOf(file) }));
const written = files.filter(({ name }) => !name.endsWith('.gen.ts'));

/** The order of the house: a file imports from its own layer or an earlier one. Layers in one row must not import each other. */
const ORDER: readonly (readonly string[])[] = [
  ['src/base/'],
  ['src/dim/'],
  ['src/ir/'],
  ['src/ops/'],
  ['src/infer/'],
  ['src/build/'],
  ['src/nn/'],
  ['passes/'],
  ['codegen/onnx/', 'codegen/weights/', 'codegen/triton/'],
  ['src/model/'],
  ['src/runtime/'],
  ['src/node/'],
  ['src/index.ts'],
  ['codegen/typescript/', 'codegen/html/'],
  ['src/cli/', 'src/vitest/'],
];

function layerOf(name: string): { row: number; prefix: string } | undefined {
  for (const [row, prefixes] of ORDER.entries()) {
    const prefix = prefixes.find((candidate) => name.startsWith(candidate));
    if (prefix) return { row, prefix };
  }
  return undefined;
}

/** The files that a file imports at run time and for types alone. */
function importsOf(file: SourceFile): { name: string; isTypeOnly: boolean }[] {
  const found: { name: string; isTypeOnly: boolean }[] = [];
  for (const declaration of [...file.getImportDeclarations(), ...file.getExportDeclarations()]) {
    const target = declaration.getModuleSpecifierSourceFile();
    if (!target) continue;
    const named = 'getNamedImports' in declaration ? declaration.getNamedImports() : declaration.getNamedExports();
    const isTypeOnly = declaration.isTypeOnly() || (named.length > 0 && named.every((item) => item.isTypeOnly()));
    found.push({ name: nameOf(target), isTypeOnly });
  }
  return found;
}

describe('the house', () => {
  test('has a layer for every file', () => {
    expect(files.filter(({ name }) => !layerOf(name)).map(({ name }) => name)).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  test('imports downwards only', () => {
    const upward: string[] = [];
    for (const { file, name } of files) {
      const own = layerOf(name);
      for (const target of importsOf(file)) {
        const other = layerOf(target.name);
        if (!own || !other || other.prefix === own.prefix) continue;
        if (other.row >= own.row) upward.push(`${name} imports ${target.name}`);
      }
    }
    expect(upward).toEqual([]);
  });

  test('has no import cycles at run time', () => {
    const graph = new Map(
      files.map(({ file, name }) => [
        name,
        importsOf(file)
          .filter((i) => !i.isTypeOnly)
          .map((i) => i.name),
      ]),
    );
    expect(findCycle(graph)).toEqual([]);
  });

  test('uses no Node API before the node layer', () => {
    const nodeRow = ORDER.findIndex((prefixes) => prefixes.includes('src/node/'));
    const offenders = files.filter(({ file, name }) => {
      const layer = layerOf(name);
      if (!layer || layer.row >= nodeRow || name.startsWith('src/runtime/')) return false;
      return file.getImportDeclarations().some((i) => i.getModuleSpecifierValue().startsWith('node:'));
    });
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  test('keeps hand-written files at 300 lines at the most', () => {
    // src/index.ts is a list of names, one a line, which another file would only cut in two.
    const long = written.filter(({ file, name }) => name !== 'src/index.ts' && file.getEndLineNumber() > 301);
    expect(long.map(({ name }) => name)).toEqual([]);
  });

  test('throws no bare errors', () => {
    const bare = written.flatMap(({ file, name }) =>
      file
        .getDescendantsOfKind(SyntaxKind.NewExpression)
        .filter((node) => ['Error', 'TypeError', 'RangeError'].includes(node.getExpression().getText()))
        .map((node) => `${name}:${node.getStartLineNumber()}`),
    );
    expect(bare).toEqual([]);
  });

  test('opens every file with a sentence on its job', () => {
    expect(written.filter(({ file }) => !/^(#!.*\n)?\/\/ \S/.test(file.getFullText())).map(({ name }) => name)).toEqual(
      [],
    );
  });

  test('exports nothing by default', () => {
    expect(written.filter(({ file }) => file.getDefaultExportSymbol()).map(({ name }) => name)).toEqual([]);
  });
});

/** The first cycle, as the list of its files; empty where there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return [];
    for (const next of graph.get(name) ?? []) {
      const cycle = walk(next, [...path, name]);
      if (cycle.length > 0) return cycle;
    }
    done.add(name);
    return [];
  };
  for (const name of graph.keys()) {
    const cycle = walk(name, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

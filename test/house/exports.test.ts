// Holds what the package promises to the outside: its export list, its error codes, its documentation.
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Node, Project, type SourceFile } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/base/codes.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const project = new Project({
  compilerOptions: { allowImportingTsExtensions: true, module: 199, moduleResolution: 99 },
});
project.addSourceFilesAtPaths([`${root}{src,passes,codegen,test}/**/*.ts`]);

const nameOf = (file: SourceFile): string => relative(root, file.getFilePath()).split(sep).join('/');
const files = project.getSourceFiles().map((file) => ({ file, name: nameOf(file) }));
const sources = files.filter(({ name }) => !name.startsWith('test/') && !name.endsWith('.gen.ts'));

/** The names that a file exports, types marked. */
function exportsOf(path: string): string[] {
  const file = project.getSourceFileOrThrow(`${root}${path}`);
  return file
    .getExportDeclarations()
    .flatMap((declaration) =>
      declaration
        .getNamedExports()
        .map((item) => `${declaration.isTypeOnly() || item.isTypeOnly() ? 'type ' : ''}${item.getName()}`),
    )
    .sort();
}

describe('the public API', () => {
  test('of dimwise is this list', () => {
    expect(exportsOf('src/index.ts').join('\n')).toMatchSnapshot();
  });

  test('of dimwise/vitest is this list', () => {
    expect(exportsOf('src/vitest/index.ts').join('\n')).toMatchSnapshot();
  });

  test('stands wholly in named lists', () => {
    for (const path of ['src/index.ts', 'src/vitest/index.ts']) {
      const file = project.getSourceFileOrThrow(`${root}${path}`);
      expect(file.getExportDeclarations().filter((declaration) => declaration.isNamespaceExport())).toEqual([]);
    }
  });
});

describe('error codes', () => {
  const codes = Object.keys(ERROR_CODES);
  /** The codes that none of these files has where the pattern says. */
  function missingIn(where: typeof files, pattern: RegExp): string[] {
    const found = new Set(
      where.flatMap(({ file }) => Array.from(file.getFullText().matchAll(pattern), ([, code]) => code)),
    );
    return codes.filter((code) => !found.has(code));
  }

  test('are all used by the code', () => {
    const others = sources.filter(({ name }) => !/^src\/base\/(\w+-)?codes\.ts$/.test(name));
    expect(missingIn(others, /'([A-Z]+(?:_[A-Z]+)+)'/g)).toEqual([]);
  });

  test('are all asserted by tests', () => {
    expect(
      missingIn(
        files.filter(({ name }) => name.startsWith('test/')),
        /\b([A-Z]+(?:_[A-Z]+)+)\b/g,
      ),
    ).toEqual([]);
  });

  test('are documented with the rule and the way out, as sentences', () => {
    for (const [code, { rule, remedy }] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
      expect(rule, code).toMatch(/^\S.*\.$/);
      expect(remedy, code).toMatch(/^[A-Z]/);
    }
  });
});

describe('documentation', () => {
  const publicNames = new Set(exportsOf('src/index.ts'));

  test('stands before every export', () => {
    const bare: string[] = [];
    for (const { file, name } of sources) {
      for (const statement of file.getStatements()) {
        if (!Node.isExportable(statement) || !statement.isExported() || !Node.isJSDocable(statement)) continue;
        // The declarations of an overloaded function stand before it, and the first one carries the words.
        if (
          Node.isFunctionDeclaration(statement) &&
          statement.getOverloads().some((each) => each.getJsDocs().length > 0)
        )
          continue;
        if (statement.getJsDocs().length === 0) bare.push(`${name}:${statement.getStartLineNumber()}`);
      }
    }
    expect(bare).toEqual([]);
  });

  test('shows an example with every function that makes a layer or a model', () => {
    const without: string[] = [];
    for (const { file, name } of sources) {
      if (!/^src\/(nn\/layers\/|model\/define\.ts)/.test(name)) continue;
      for (const each of file.getFunctions()) {
        if (!each.isExported() || !publicNames.has(each.getName() ?? '')) continue;
        const docs = [each, ...each.getOverloads()].flatMap((one) => one.getJsDocs());
        if (!docs.some((doc) => doc.getTags().some((tag) => tag.getTagName() === 'example')))
          without.push(`${name}: ${each.getName()}`);
      }
    }
    expect(without).toEqual([]);
  });
});

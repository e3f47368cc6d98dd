// Reads which modules import what from which, and what each exports: what the bundle is divided by.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

/** An import of values from another module of the project. */
export interface ModuleImport {
  /** The path of the other module from the project's folder. */
  readonly from: string;
  /** The names that are imported; undefined for all of them. */
  readonly names: readonly string[] | undefined;
}

/** What a module exports, types left out: its own declarations by name, and names that it passes on. */
export interface ModuleExport {
  readonly name: string;
  /** `function` for what can only be called; `again` for what another module declares. */
  readonly kind: 'function' | 'value' | 'again';
  /** For names that are passed on: the module that has them. */
  readonly from?: string;
}

/** One module of the project. */
export interface Module {
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly ModuleExport[];
  /** The modules of which it passes on every name. */
  readonly all: readonly string[];
}

/** The modules of folders, by path from the project's folder. */
export function readModules(root: string, folders: readonly string[]): ReadonlyMap<string, Module> {
  const modules = new Map<string, Module>();
  for (const folder of folders) {
    for (const entry of readdirSync(posix.join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const path = posix.join(folder, entry.replaceAll('\\', '/'));
      if (path.endsWith('.ts')) modules.set(path, readModule(path, readFileSync(posix.join(root, path), 'utf8')));
    }
  }
  return modules;
}

function readModule(path: string, text: string): Module {
  const imports: ModuleImport[] = [];
  const exports: ModuleExport[] = [];
  const all: string[] = [];
  for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = moduleAt(path, statement.moduleSpecifier);
      const names = importedNames(statement.importClause);
      if (from && (names === undefined || names.length > 0)) imports.push({ from, names });
    } else if (ts.isExportDeclaration(statement)) {
      const from = statement.moduleSpecifier && moduleAt(path, statement.moduleSpecifier);
      if (statement.isTypeOnly || !from) continue;
      const names = passedOn(statement.exportClause);
      if (names === undefined || names.length > 0) imports.push({ from, names: names?.map(({ own }) => own) });
      if (statement.exportClause === undefined) all.push(from);
      for (const { name } of names ?? []) exports.push({ name, kind: 'again', from });
      if (statement.exportClause && ts.isNamespaceExport(statement.exportClause))
        exports.push({ name: statement.exportClause.name.text, kind: 'value' });
    } else exports.push(...declared(statement));
  }
  return { imports, exports, all };
}

/** The path of a module of the project; undefined for a package. */
function moduleAt(path: string, specifier: ts.Expression): string | undefined {
  if (!ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return undefined;
  return posix.join(posix.dirname(path), specifier.text);
}

function importedNames(clause: ts.ImportClause | undefined): readonly string[] | undefined {
  if (!clause) return undefined;
  if (clause.isTypeOnly) return [];
  if (!clause.namedBindings || ts.isNamespaceImport(clause.namedBindings)) return undefined;
  return valueNames(clause.namedBindings.elements).map(({ own }) => own);
}

function passedOn(clause: ts.NamedExportBindings | undefined): ReturnType<typeof valueNames> | undefined {
  return clause && ts.isNamedExports(clause) ? valueNames(clause.elements) : undefined;
}

const valueNames = (elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]) =>
  elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }) => ({ name: name.text, own: (propertyName ?? name).text }));

/** What a statement itself declares and exports. */
function declared(statement: ts.Statement): ModuleExport[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isFunctionDeclaration(statement))
    return statement.name ? [{ name: statement.name.text, kind: 'function' }] : [];
  if (ts.isClassDeclaration(statement)) return statement.name ? [{ name: statement.name.text, kind: 'value' }] : [];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name, initializer }) => {
    if (!ts.isIdentifier(name)) return name.elements.flatMap((element) => boundName(element));
    return [{ name: name.text, kind: initializer && ts.isArrowFunction(initializer) ? 'function' : 'value' }];
  });
}

/** A name of a destructured declaration. */
function boundName(element: ts.ArrayBindingElement): ModuleExport[] {
  return ts.isBindingElement(element) && ts.isIdentifier(element.name)
    ? [{ name: element.name.text, kind: 'value' }]
    : [];
}

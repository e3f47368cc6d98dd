// The bundler's plugin that puts groups of modules into files of their own, which are read when one of their functions is first called.
import { posix } from 'node:path';
import type { Plugin } from 'rolldown';
import { type ChunkPlan, exportsOf, type LazyGroup, PUBLIC_MODULE } from './plan-chunks.ts';

const REGISTRY = '\0lazy';
const GROUP = '\0lazy-group:';
const STUB = '\0lazy-stub:';

/**
 * Loads a group by `require`: what calls across the border does so synchronously. Who imports the public module has all groups at once,
 * as imports that other bundlers follow.
 */
const REGISTRY_CODE = `
import { createRequire } from 'node:module';
const groups = {};
let require;
export const provide = (name, exports) => { groups[name] = exports; };
export const lazy = (name) => {
  if (!(name in groups)) (require ??= createRequire(import.meta.url))('./' + name + '.js');
  return groups[name];
};`;

/** The module that hands the public names to model files; in the package it reads the groups of names that such a file uses. */
const NAMESPACE_MODULE = 'src/cli/public-module.ts';

/** @param root the folder of the project */
export function lazyGroups(root: string, groups: readonly LazyGroup[], plan: ChunkPlan): Plugin {
  const at = (path: string): string => JSON.stringify(posix.join(root, path));
  const pathOf = (id: string): string => posix.relative(root, id);
  const isLazy = (group: string | undefined): group is string => groups.some(({ name }) => name === group);
  return {
    name: 'lazy-groups',
    buildStart() {
      for (const { name } of groups)
        this.emitFile({ type: 'chunk', id: GROUP + name, fileName: `${name}.js`, preserveSignature: 'strict' });
    },
    resolveId(source, importer, { kind }) {
      if (source.startsWith('\0lazy')) return source;
      if (!importer || !source.startsWith('.') || importer.startsWith('\0')) return undefined;
      const path = posix.join(posix.dirname(pathOf(importer)), source);
      const isCrossing = plan.groupOf(pathOf(importer)) === 'core' && isLazy(plan.groupOf(path));
      // A stub has what imports name, and `import()` names nothing.
      if (isCrossing && kind === 'dynamic-import')
        throw new Error(
          `${pathOf(importer)} is in the core and calls import() on ${path}: import its functions by name`,
        );
      return isCrossing ? STUB + path : undefined;
    },
    load(id) {
      if (id === REGISTRY) return REGISTRY_CODE;
      if (id.startsWith(GROUP)) return { code: groupCode(id.slice(GROUP.length), plan, at), moduleSideEffects: true };
      if (id.startsWith(STUB)) return stubCode(id.slice(STUB.length), plan);
      if (pathOf(id) === NAMESPACE_MODULE) return namespaceCode(plan, at, isLazy);
      return undefined;
    },
    transform(code, id) {
      if (pathOf(id) !== PUBLIC_MODULE) return undefined;
      return `${code}\n${groups.map(({ name }) => `import ${JSON.stringify(GROUP + name)};`).join('\n')}`;
    },
  };
}

/** All that others take from a group: its public names, and the functions that the core calls. */
function groupCode(group: string, plan: ChunkPlan, at: (path: string) => string): string {
  const from = new Map<string, string>();
  const add = (name: string, path: string): void => {
    const known = from.get(name) ?? path;
    if (declarer(plan, known, name) !== declarer(plan, path, name))
      throw new Error(`${name} of ${path} and of ${known} are both called from outside of ${group}: rename one`);
    from.set(name, known);
  };
  for (const [name, path] of plan.publicNames) if (plan.groupOf(path) === group) add(name, path);
  for (const [path, names] of plan.borders) if (plan.groupOf(path) === group) for (const name of names) add(name, path);
  const names = [...from.keys()].join(', ');
  const imports = [...from].map(([name, path]) => `import { ${name} } from ${at(path)};`).join('\n');
  return `${imports}\nimport { provide } from '${REGISTRY}';\nprovide(${JSON.stringify(group)}, { ${names} });`;
}

/** The module that declares what another one exports. */
function declarer(plan: ChunkPlan, path: string, name: string): string {
  const module = plan.modules.get(path);
  const own = module?.exports.find((each) => each.name === name);
  if (own) return own.from === undefined ? path : declarer(plan, own.from, name);
  const all = module?.all.find((each) => exportsOf(plan.modules, each).some((export_) => export_.name === name));
  return all === undefined ? path : declarer(plan, all, name);
}

/** A module in the place of one in a lazy group: functions that load the group when they are called. */
function stubCode(path: string, plan: ChunkPlan): string {
  const group = JSON.stringify(plan.groupOf(path));
  const known = exportsOf(plan.modules, path);
  const lines = (plan.borders.get(path) ?? []).map((name) => {
    if (known.find((each) => each.name === name)?.kind !== 'function')
      throw new Error(
        `The core imports ${name} of ${path}, which is no function, so ${group} cannot be loaded when it is called`,
      );
    return `export const ${name} = (...args) => lazy(${group}).${name}(...args);`;
  });
  return `import { lazy } from '${REGISTRY}';\n${lines.join('\n')}`;
}

/** The public names as an object: those of the core as they are, the others as getters. */
function namespaceCode(
  plan: ChunkPlan,
  at: (path: string) => string,
  isLazy: (group: string | undefined) => group is string,
): string {
  const eager: string[] = [];
  const late = new Map<string, string[]>();
  const imports: string[] = [];
  for (const [name, path] of plan.publicNames) {
    const group = plan.groupOf(path);
    if (isLazy(group)) late.set(group, [...(late.get(group) ?? []), name]);
    else {
      imports.push(`import { ${name} } from ${at(path)};`);
      eager.push(name);
    }
  }
  return `${imports.join('\n')}
import { lazy } from '${REGISTRY}';
const names = { ${eager.join(', ')} };
for (const [group, list] of Object.entries(${JSON.stringify(Object.fromEntries([...late].map(([group, list]) => [group, list.join(' ')])))}))
  for (const name of list.split(' '))
    Object.defineProperty(names, name, { enumerable: true, get: () => lazy(group)[name] });
export const publicModule = () => names;`;
}

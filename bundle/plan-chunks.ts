// Divides the modules of the package into the core, which every command loads, and groups that are loaded when they are needed.
import { type Module, type ModuleExport, readModules } from './module-graph.ts';

/** A part of the package that is loaded when something in it is first called. */
export interface LazyGroup {
  /** The name of its file in the package. */
  readonly name: string;
  /** The modules at its border, by path; what only they and their like import goes with them. */
  readonly test: RegExp;
}

/** Where each module goes. */
export interface ChunkPlan {
  readonly modules: ReadonlyMap<string, Module>;
  /** The group of a module by path: `core`, the name of a lazy group, or undefined where nothing but a command needs it. */
  readonly groupOf: (path: string) => string | undefined;
  /** The names that the public module exports, each with the module that it passes them on from. */
  readonly publicNames: ReadonlyMap<string, string>;
  /** The functions of lazy groups that the core calls, by the module that exports them. */
  readonly borders: ReadonlyMap<string, readonly string[]>;
}

/** The public module. */
export const PUBLIC_MODULE = 'src/index.ts';

/**
 * Plans the chunks.
 *
 * @param root the folder of the project
 * @param groups the lazy groups; a module that several of them need goes to the first
 * @param starts modules that need to be there at once, beside what the public module exports from outside of the groups
 */
export function planChunks(root: string, groups: readonly LazyGroup[], starts: readonly string[]): ChunkPlan {
  const modules = readModules(root, ['src', 'passes', 'codegen']);
  const border = (path: string): LazyGroup | undefined => groups.find(({ test }) => test.test(path));
  const owner = new Map<string, string>();
  const borders = new Map<string, string[]>();
  const take = (
    group: string,
    from: readonly string[],
    crossing: (path: string, names: readonly string[]) => boolean,
  ) => {
    const open = [...from];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      const module = modules.get(path);
      if (!module || owner.has(path) || path === PUBLIC_MODULE) continue;
      owner.set(path, group);
      for (const { from: next, names } of module.imports)
        if (!crossing(next, names ?? functionNames(modules, next))) open.push(next);
    }
  };
  const publicNames = namesOf(modules.get(PUBLIC_MODULE));
  const eager = [...publicNames.values()].filter((path) => !border(path));
  take('core', [...starts, ...eager], (path, names) => {
    if (!border(path)) return false;
    borders.set(path, [...new Set([...(borders.get(path) ?? []), ...names])]);
    return true;
  });
  for (const group of groups) {
    const own = [...modules.keys()].filter((path) => border(path) === group);
    take(group.name, own, (path) => (border(path) ?? group) !== group);
  }
  return { modules, groupOf: (path) => owner.get(path), publicNames, borders };
}

function namesOf(module: Module | undefined): ReadonlyMap<string, string> {
  return new Map((module?.exports ?? []).flatMap(({ name, from }) => (from === undefined ? [] : [[name, from]])));
}

/** The functions among what a module exports, and the modules of which it passes all on. */
export function functionNames(modules: ReadonlyMap<string, Module>, path: string): readonly string[] {
  return exportsOf(modules, path)
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name);
}

/** What a module exports; names that it passes on are told as where they are declared. */
export function exportsOf(modules: ReadonlyMap<string, Module>, path: string): readonly ModuleExport[] {
  const module = modules.get(path);
  if (!module) return [];
  const passed = module.all.flatMap((from) => exportsOf(modules, from));
  const own = module.exports.map((each) => {
    if (each.kind !== 'again' || each.from === undefined) return each;
    return exportsOf(modules, each.from).find(({ name }) => name === each.name) ?? each;
  });
  return [...own, ...passed];
}

// Loads model files written in TypeScript or JavaScript: transpiles them, gives them this copy of dimwise, finds the model.
import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, extname, resolve } from 'node:path';
import type * as JitiPackage from 'jiti';
import { type DimwiseError, dimwiseError, isDimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { CallSite, setPlaceMapper } from '../base/origin.ts';
import type { BoundModel } from '../model/bound-model.ts';
import type { CompiledModel } from '../model/compiled-model.ts';
import { type Composition, model } from '../model/define.ts';
import type { DefinedModel } from '../model/defined-model.ts';
import { readRegularFile } from './regular-file.ts';
import { createPlaceMapper } from './source-columns.ts';
import { errorReason } from './write-atomic.ts';

/** The endings of files that are loaded as models. */
export const MODEL_EXTENSIONS: readonly string[] = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];

/** A model as a file may export it. */
export type LoadedModel = DefinedModel | BoundModel | CompiledModel;

// Required, not imported: Node would scan the whole package for the names that it exports, which takes as long as all else.
const { createJiti } = createRequire(import.meta.url)('jiti') as typeof JitiPackage;

/** How a model file is loaded. */
export interface LoadModelOptions {
  /** The public module of this copy of dimwise, which the file's own imports of `dimwise` get. */
  readonly dimwise: object;
}

/** A source file of a person is smaller than this. */
const MOST_BYTES = 2 ** 24;

/**
 * Loads a model file. Its default export is a model, or a layer or a function of values, which becomes a model named after the
 * file. Mistakes that the file makes while it defines its model come out as they are.
 *
 * @throws FILE_READ when there is no such file
 * @throws MODEL_LOAD when it cannot be read as TypeScript or JavaScript, throws, or exports no model
 */
export async function loadModel(path: string, options: LoadModelOptions): Promise<LoadedModel> {
  return (await loadModelFile(path, options)).model;
}

/** What a model file exports. */
export interface ModelModule {
  readonly model: LoadedModel;
  /** Its export `names`: the rules that lead from names in a checkpoint to its own; undefined where it has none. */
  readonly names: unknown;
}

/** As {@link loadModel}, with what else commands take from the file. */
export async function loadModelFile(path: string, options: LoadModelOptions): Promise<ModelModule> {
  const bytes = await readRegularFile(path, MOST_BYTES);
  const filename = await realpath(resolve(path));
  const jiti = createJiti(filename, { virtualModules: { dimwise: options.dimwise }, interopDefault: true });
  setPlaceMapper(createPlaceMapper(isLoadedBy(jiti), transpileWithMap));
  let exported: unknown;
  let names: unknown;
  try {
    const source = new TextDecoder().decode(bytes);
    const module: unknown = await jiti.evalModule(source, { filename, async: true, forceTranspile: true });
    exported = await defaultExport(module);
    names = typeof module === 'object' && module !== null && 'names' in module ? module.names : undefined;
  } catch (error) {
    throw isDimwiseError(error) ? error : loadError(path, error, options.dimwise);
  }
  return { model: await asModel(exported, path), names };
}

const isLoadedBy =
  (jiti: JitiPackage.Jiti) =>
  (file: string): boolean =>
    Object.hasOwn(jiti.cache, file);

/** Transpiles as the loader does, with a map; the loader itself goes without, because maps make it slower. */
function transpileWithMap(filename: string, source: string): string {
  const jiti = createJiti(filename, { sourceMaps: true });
  return jiti.transform({ filename, source, ts: /\.[cm]?tsx?$/.test(filename), async: true });
}

/** The default export; a file with one in CommonJS form is its export itself. */
async function defaultExport(module: unknown): Promise<unknown> {
  if (typeof module !== 'object' || module === null || !('default' in module)) return undefined;
  return module.default;
}

async function asModel(exported: unknown, path: string): Promise<LoadedModel> {
  if (isModel(exported)) return exported;
  if (typeof exported === 'function') {
    // A layer or a function of values: which of the two, and whether it is one at all, shows when it is traced.
    const composition = exported as Composition;
    try {
      return model(composition, { name: nameOf(path) });
    } catch (error) {
      throw (await returnsModel(composition)) ? functionOfModel(path) : error;
    }
  }
  const what = exported === undefined ? 'nothing' : exported === null ? 'null' : `a value of type ${typeof exported}`;
  throw dimwiseError({
    code: 'MODEL_LOAD',
    message: `${path} exports ${what} by default, not a model`,
    origin: { what: path },
    expected: 'a model, a layer or a function',
    actual: what,
    hint: 'end the file with: export default model(...)',
  });
}

/** Tells a function that makes a model from one of values; called only where it is no function of values. */
async function returnsModel(make: Composition): Promise<boolean> {
  if (make.length > 0) return false;
  try {
    return isModel(await Reflect.apply(make, undefined, []));
  } catch {
    return false;
  }
}

function functionOfModel(path: string): DimwiseError {
  return dimwiseError({
    code: 'MODEL_LOAD',
    message: `${path} exports by default a function that returns a model`,
    origin: { what: path },
    expected: 'a model, a layer or a function of values',
    actual: 'a function that returns a model',
    hint: 'export the model itself: export default model(...)',
  });
}

/** Told by its state and methods, so that a model of another copy of dimwise is taken too. */
function isModel(thing: unknown): thing is LoadedModel {
  if (typeof thing !== 'object' || thing === null || !('state' in thing)) return false;
  switch (thing.state) {
    case 'defined':
      return 'bind' in thing && typeof thing.bind === 'function';
    case 'bound':
      return 'compile' in thing && typeof thing.compile === 'function';
    case 'compiled':
      return 'emit' in thing && typeof thing.emit === 'function';
    default:
      return false;
  }
}

/** The name of a model after its file: letters, digits, `_` and `-`. */
function nameOf(path: string): string {
  return basename(path, extname(path)).replace(/[^\w-]+/g, '_') || 'model';
}

function loadError(path: string, cause: unknown, dimwise: object): DimwiseError {
  const parsed = parseFailure(cause);
  const message = parsed?.message ?? errorReason(cause).split('\nRequire stack:')[0];
  const holder = parsed ?? (cause instanceof Error && cause.stack !== undefined ? { stack: cause.stack } : undefined);
  return dimwiseError({
    code: 'MODEL_LOAD',
    message: `${path} cannot be loaded: ${message}`,
    origin: holder && { site: new CallSite(holder) },
    actual: cause instanceof Error ? cause.name : typeof cause,
    hint: parsed ? 'correct the syntax at that place' : hintFor(message ?? '', Object.keys(dimwise)),
    cause,
  });
}

/** The message and place of a syntax error as the transpiler words it: `ParseError: MESSAGE \n FILE:LINE:COLUMN`, columns from 0. */
function parseFailure(cause: unknown): { readonly message: string; readonly stack: string } | undefined {
  if (!(cause instanceof Error)) return undefined;
  const match = /^ParseError: ([^]*?)\s*\n\s*(\S.*):(\d+):(\d+)\s*$/.exec(cause.message);
  if (!match) return undefined;
  const [, message = '', file = '', line = '1', column = '0'] = match;
  return { message, stack: `${message}\n    at ${file}:${line}:${Number(column) + 1}` };
}

/** What to do about an error that a file threw while it was loaded. */
function hintFor(message: string, exports: readonly string[]): string {
  if (/Cannot find module '\./.test(message)) return 'the path is relative to the file that imports it';
  if (/Cannot find module/.test(message)) return 'install the package, or correct its name';
  // The transpiler calls an import by the module: `(0 , _dimwise.dens) is not a function`, `_dimwise.Dens is not a constructor`.
  const [, from, imported = ''] = /^(?:\(0 , )?_(\w+?)\.(\w+)\)? is not a (?:function|constructor)/.exec(message) ?? [];
  if (from !== undefined && /^dimwise\d*$/.test(from)) {
    if (exports.includes(imported)) return `${imported} is called without new`;
    const near = nearest(imported, exports);
    return `dimwise exports no ${imported}${near ? `: did you mean ${near}?` : ''}`;
  }
  if (from !== undefined) return `correct the import of ${imported}: its module exports no function of that name`;
  const [, unknown] = /^(\w+) is not defined/.exec(message) ?? [];
  if (unknown !== undefined && exports.includes(unknown)) return `import { ${unknown} } from 'dimwise'`;
  return 'correct the line that throws; a model file runs when it is loaded';
}

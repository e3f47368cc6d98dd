// Loads a model of the command line into a pool: an `.onnx` file, or a TypeScript file that exports a model.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type BoundModel,
  type CompiledModel,
  createPool,
  type DefinedModel,
  loadPool,
  type SessionPool,
  type SessionPoolOptions,
} from 'dimwise';
import { type ModelArgument, UsageError } from './arguments.ts';

/** Loads a model. @throws UsageError when there is no such file, it exports none, or leaves sizes open */
export async function loadModelPool(model: ModelArgument, options: SessionPoolOptions): Promise<SessionPool> {
  if (model.path.endsWith('.onnx')) return loadPool(model.path, options);
  if (!existsSync(model.path)) throw new UsageError(`there is no file ${model.path}`);
  const module: { readonly default?: unknown } = await import(pathToFileURL(resolve(model.path)).href);
  const exported = module.default;
  if (isModel(exported)) return createPool(compile(model, exported), options);
  throw new UsageError(`${model.path} exports no model by default`);
}

function isModel(value: unknown): value is DefinedModel | BoundModel | CompiledModel {
  return typeof value === 'object' && value !== null && 'state' in value;
}

/** Weights that nobody gave are drawn from the seed 0. */
function compile(
  { name, path, shapes }: ModelArgument,
  model: DefinedModel | BoundModel | CompiledModel,
): CompiledModel {
  if (model.state === 'compiled') return model;
  const defined = model.state === 'bound' ? model.model : model;
  const open = defined.inputs.filter(
    ({ spec }) => !spec.shape || spec.shape.some((size) => size === null || size === '?'),
  );
  const [only] = defined.inputs;
  const given = [...shapes].map(([input, sizes]) => [input === '' ? (only?.name ?? '') : input, sizes] as const);
  const missing = open.find((input) => !given.some(([each]) => each === input.name));
  if (missing && !(model.state === 'bound' && given.length === 0)) {
    throw new UsageError(`${path} leaves the sizes of its input open: --bind "${name}.${missing.name}=[batch,...]"`);
  }
  defined.initialize();
  if (given.length === 0) return (model.state === 'bound' ? model : defined.bind()).compile();
  const declared = defined.inputs.flatMap(({ name: input, spec }) =>
    spec.shape ? [[input, spec.shape] as const] : [],
  );
  return defined.bind(Object.fromEntries([...declared, ...given])).compile();
}

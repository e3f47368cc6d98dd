// The recorded configurations, made anew: single models and ensembles.
import { readFileSync } from 'node:fs';
import { ensembleConfig } from '../../codegen/triton/ensemble.ts';
import { tritonConfig } from '../../codegen/triton/model-config.ts';
import type { TritonOptions } from '../../codegen/triton/model-options.ts';
import { CASES, compiled, type ModelName } from './cases.ts';

/** An ensemble that is recorded. */
interface EnsembleCase {
  readonly models: Readonly<Record<string, { readonly model: ModelName; readonly options?: TritonOptions }>>;
  readonly connect: Readonly<Record<string, string>>;
  readonly keepOutputs?: readonly string[];
}

/** The ensembles by the names of their files. */
export const ENSEMBLES: Readonly<Record<string, EnsembleCase>> = {
  classifier: {
    models: { encoder: { model: 'encoder' }, head: { model: 'head', options: { maxBatch: 4 } } },
    connect: { 'head.x': 'encoder.pooled' },
    keepOutputs: ['encoder.pooled'],
  },
  // The second model comes first in the list, and both take one input.
  shared: {
    models: { head: { model: 'head' }, scores: { model: 'scores' }, after: { model: 'flat' } },
    connect: { 'head.x': 'scores.x', 'after.x': 'scores.best', 'after.k': 'scores.place' },
  },
  // One of the models takes no batches, so the whole runs request by request.
  alone: {
    models: { mlp: { model: 'mlp' }, gram: { model: 'square', options: {} }, narrow: { model: 'head' } },
    connect: { 'narrow.x': 'gram.x' },
  },
};

/** The text of a configuration as it is made now. */
export function goldenText(name: string): string {
  const single = CASES[name];
  if (single) return tritonConfig(name, compiled(single.model).contract, single.options).text;
  const { models, ...options } = ENSEMBLES[name] ?? { models: {}, connect: {} };
  const parts = Object.entries(models).map(([each, { model, options: own }]) => {
    const { contract } = compiled(model);
    return { contract, config: tritonConfig(each, contract, own) };
  });
  return ensembleConfig(name, parts, options).text;
}

/** The names of all recorded configurations. */
export const GOLDENS: readonly string[] = [...Object.keys(CASES), ...Object.keys(ENSEMBLES)];

/** The path of a recorded configuration. */
export const goldenPath = (name: string): URL => new URL(`../fixtures/triton/golden/${name}.pbtxt`, import.meta.url);

/** A recorded configuration. */
export const recorded = (name: string): string => readFileSync(goldenPath(name), 'utf8');

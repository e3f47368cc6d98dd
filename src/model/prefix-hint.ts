// What to do where the names of a checkpoint differ from a model's paths by the same beginning, or are another tool's.
import type { Checkpoint } from '../../codegen/weights/checkpoint.ts';
import { hasGgufNames } from '../../codegen/weights/gguf/names.ts';
import type { MappedTensor } from '../../codegen/weights/name-rules.ts';

/**
 * The rule that would match at least half of the missing parameters, `names: [['bert.', '']]`; undefined where no beginning does.
 *
 * @param missing paths without a tensor
 * @param extra tensors without a parameter
 */
export function hintAtPrefix(missing: readonly string[], extra: readonly MappedTensor[]): string | undefined {
  const names = extra.map(({ name }) => name);
  const inNames = commonBeginning(missing, names);
  if (inNames) return `the names begin with "${inNames}": pass names: [['${inNames}', '']]`;
  const inPaths = commonBeginning(names, missing);
  return inPaths && `the paths begin with "${inPaths}": pass names: [[/^/, '${inPaths}']]`;
}

/** What to do where the names are llama.cpp's, and no rule has changed them; undefined elsewhere. */
export function hintAtGguf(checkpoint: Checkpoint, extra: readonly MappedTensor[]): string | undefined {
  if (!hasGgufNames(checkpoint) || !extra.some(({ name }) => name.startsWith('blk.'))) return undefined;
  return "the names are llama.cpp's: pass names: [...ggufNames(checkpoint), ...names], names being the rules for Hugging Face's";
}

/** What stands before one of `ends` in one of `names`, where it does so for at least half of the ends. */
function commonBeginning(ends: readonly string[], names: readonly string[]): string | undefined {
  const [first] = ends;
  if (first === undefined) return undefined;
  const known = new Set(names);
  for (const name of names) {
    if (!name.endsWith(`.${first}`)) continue;
    const beginning = name.slice(0, -first.length);
    const met = ends.filter((end) => known.has(beginning + end)).length;
    if (met * 2 >= ends.length) return beginning;
  }
  return undefined;
}

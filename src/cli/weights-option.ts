// The options --weights, --names, --cast and --partial: weights of a checkpoint for a model file.
import { type Diagnostic, isDimwiseError, throwDiagnostics } from '../base/errors.ts';
import { type DType, isDType } from '../ir/dtype.ts';
import type { DefinedModel } from '../model/defined-model.ts';
import type { LoadReport } from '../model/load-checkpoint.ts';
import { openCheckpoint } from '../node/open-checkpoint.ts';
import type { Io } from './io.ts';
import { namesOption } from './names-option.ts';
import { flagOption, listOption, type OptionValues, textOption } from './options.ts';
import { usageError } from './report.ts';

/** Weights that a command line asks for. */
export interface WeightsOption {
  /** The checkpoint. */
  readonly file: string;
  /** Loads it into a model; `exported` is what the model's file exports as `names`. */
  readonly load: (model: DefinedModel, exported: unknown) => Promise<LoadedWeights>;
}

/** What a load did, as it is printed. */
export interface LoadedWeights extends Pick<LoadReport, 'missing' | 'unexpected' | 'mismatched' | 'ignored'> {
  readonly file: string;
  /** How many parameters took their data from the checkpoint. */
  readonly loaded: number;
}

/** Names of a report that are printed. */
const MOST_NAMES = 8;

/**
 * Reads the options.
 *
 * @returns undefined where there are no weights to load
 * @throws CLI_USAGE when one stands without --weights, or --cast names no element type
 */
export function weightsOption(options: OptionValues): WeightsOption | undefined {
  const file = textOption(options, 'weights');
  const [cast, partial] = [castOption(options), flagOption(options, 'partial')];
  if (file === undefined) {
    const names = listOption(options, 'names').length > 0 ? '--names' : undefined;
    const alone = names ?? (cast === undefined ? undefined : '--cast') ?? (partial ? '--partial' : undefined);
    if (alone !== undefined) throw usageError(`${alone} has no meaning without --weights`, '--weights FILE');
    return undefined;
  }
  const rulesFor = namesOption(options);
  return {
    file,
    load: async (model, exported) => {
      const checkpoint = await openCheckpoint(file);
      const names = await rulesFor(checkpoint, exported);
      try {
        const { loaded, ...report } = model.load(checkpoint, { names, cast, partial });
        return { file, loaded: loaded.size, ...report };
      } catch (error) {
        if (isDimwiseError(error)) throwDiagnostics(error.errors.map(inOptions));
        throw error;
      }
    },
  };
}

function castOption(options: OptionValues): 'model' | 'checkpoint' | DType | undefined {
  const text = textOption(options, 'cast');
  if (text === undefined || text === 'model' || text === 'checkpoint' || isDType(text)) return text;
  throw usageError(`--cast ${text} is neither model nor checkpoint nor an element type`, '--cast model');
}

/** A mistake of a load whose hint is in terms of the API, in those of the command line. */
function inOptions(mistake: Diagnostic): Diagnostic {
  const own = mistake.hint?.replace(/^(the names are llama.cpp's):.*$/, GGUF).replace(/^pass cast:.*$/, CAST);
  return { ...mistake, hint: own?.replace(/pass names: (\[.*\])$/, inJson) ?? REMEDIES[mistake.code] };
}

/** A rule of TypeScript, as hints write it, in JSON. */
const inJson = (_: string, rules: string): string =>
  `give --names a file with ${rules.replaceAll("'", '"').replace(/\/[^/]*\//, '"$&"')}, or export it from the model file as names`;

const GGUF = "$1: pass --names gguf; the rules that the model file exports, for Hugging Face's names, follow";

const CAST = 'pass --cast model to convert the tensors, or --cast checkpoint';

const RULES = 'map the names with --names RULES.json, or the export "names" of the model file';

const REMEDIES: Readonly<Partial<Record<Diagnostic['code'], string>>> = {
  CHECKPOINT_MISSING: `${RULES}; --partial leaves such parameters to be drawn`,
  CHECKPOINT_UNEXPECTED: `${RULES}, leave the tensor out with a rule ["name", null], or pass over it with --partial`,
  CHECKPOINT_MISMATCH: 'correct the rules or the model; --partial passes over tensors of another shape',
};

/** The member of a command's JSON that tells what was loaded; none where nothing was. */
export const weightsMember = (weights: LoadedWeights | undefined): { readonly weights?: LoadedWeights } =>
  weights ? { weights } : {};

/** Tells a person what was loaded. */
export function tellWeights(weights: LoadedWeights | undefined, io: Io): void {
  if (!weights) return;
  const { file, loaded, missing, unexpected, mismatched } = weights;
  io.err(`${loaded} ${loaded === 1 ? 'parameter' : 'parameters'} from ${file}`);
  const paths = mismatched.map(({ path }) => path);
  for (const [what, names] of [
    ['missing there', missing],
    ['unexpected', unexpected],
    ['of another shape', paths],
  ] as const) {
    if (names.length === 0) continue;
    const rest = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : '';
    io.err(`${what}: ${names.slice(0, MOST_NAMES).join(', ')}${rest}`);
  }
}

// The limits of what a model file may ask for: one table with the defaults, how far each can be raised, and their error.
import { type DimwiseError, dimwiseError } from '../../src/base/errors.ts';
import { INFERENCE_LIMITS } from '../../src/ir/inference-limits.ts';

/** One limit. */
export interface LimitRow {
  readonly usual: number;
  /** How far it can be raised: beyond, the stack of JavaScript or its numbers give out. */
  readonly most: number;
  /** What is counted, for documentation and messages. */
  readonly counts: string;
}

const anyNumber = Number.MAX_SAFE_INTEGER;

/** Every limit by its name. */
export const ONNX_LIMITS = {
  fileBytes: { usual: 2 ** 31 - 1, most: 2 ** 31 - 1, counts: 'bytes of the model file' },
  irVersion: { usual: 14, most: anyNumber, counts: 'as IR version: that of ONNX 1.23, the newest that dimwise knows' },
  opset: { usual: 28, most: anyNumber, counts: 'as version of ai.onnx: that of ONNX 1.23' },
  memory: { usual: 2 ** 31, most: anyNumber, counts: 'bytes of the objects made of it, beside lists of numbers' },
  depth: { usual: 100, most: 600, counts: 'messages in each other, unknown groups included' },
  graphDepth: { usual: 32, most: 150, counts: 'subgraphs in each other' },
  nodes: {
    usual: 1_000_000,
    most: anyNumber,
    counts: 'nodes, with those of subgraphs and of functions where they are called',
  },
  nodeNames: { usual: 32_768, most: 65_536, counts: 'inputs, and outputs, of one node' },
  names: { usual: 10_000_000, most: anyNumber, counts: 'names of values, wherever they stand' },
  nameLength: { usual: 65_536, most: anyNumber, counts: 'characters of a name' },
  rank: { usual: INFERENCE_LIMITS.rank, most: anyNumber, counts: 'axes of a value' },
  callDepth: { usual: INFERENCE_LIMITS.callDepth, most: 150, counts: 'functions that call each other in a row' },
  callNodes: {
    usual: INFERENCE_LIMITS.callNodes,
    most: anyNumber,
    counts: 'nodes that one call of a function stands for',
  },
  work: {
    usual: INFERENCE_LIMITS.work,
    most: anyNumber,
    counts: 'steps of inference, and of each question that follows; 100 more for each node',
  },
} as const satisfies Record<string, LimitRow>;

/** The name of a limit. */
export type LimitName = keyof typeof ONNX_LIMITS;

/** Limits that differ from the usual ones. */
export type OnnxLimits = { readonly [Name in LimitName]?: number | undefined };

/** A value for every limit. */
export type AllLimits = Readonly<Record<LimitName, number>>;

/** The names of all limits. */
export const LIMIT_NAMES: readonly LimitName[] =
  // The keys of the table are the names.
  Object.keys(ONNX_LIMITS) as LimitName[];

/**
 * Fills in the usual limits.
 *
 * @throws ONNX_LIMIT when a limit is no whole number, or beyond what it can be raised to
 */
export function allLimits(limits: OnnxLimits = {}): AllLimits {
  const all: Record<LimitName, number> = { ...USUAL };
  for (const name of LIMIT_NAMES) {
    const wish = limits[name];
    if (wish === undefined) continue;
    const { most } = ONNX_LIMITS[name];
    if (!Number.isSafeInteger(wish) || wish < 0 || wish > most) {
      throw dimwiseError({
        code: 'ONNX_LIMIT',
        message: `the limit ${name} cannot be ${wish}`,
        expected: `a whole number from 0 to ${most}`,
        actual: String(wish),
        hint: `give a whole number from 0 to ${most}`,
      });
    }
    all[name] = wish;
  }
  return all;
}

const USUAL: AllLimits = usualLimits();

function usualLimits(): AllLimits {
  const entries = LIMIT_NAMES.map((name) => [name, ONNX_LIMITS[name].usual] as const);
  // Every name has its entry.
  return Object.fromEntries(entries) as AllLimits;
}

/**
 * The error of a file that asks for more than a limit allows.
 *
 * @param what what asks for it, with its name, as the subject of a sentence that ends in the limit: `graph "body" lies 40 subgraphs deep`
 */
export function beyondLimit(name: LimitName, limit: number, what: string, origin?: string): DimwiseError {
  return dimwiseError({
    code: 'ONNX_LIMIT',
    message: `${what}, the limit ${name} is ${limit}`,
    origin: origin === undefined ? undefined : { what: origin },
    expected: `at most ${limit} ${ONNX_LIMITS[name].counts}`,
    hint: `if you trust the file, raise the limit ${name}`,
  });
}

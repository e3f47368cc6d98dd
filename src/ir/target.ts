// The table of targets: which IR version and opsets a runtime takes, and the names by which targets are chosen.
import { dimwiseError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';

/** Execution providers that a target may name. */
export const PROVIDERS = ['cpu', 'cuda'] as const;

/** An execution provider of ONNX Runtime that dimwise knows. */
export type TargetProvider = (typeof PROVIDERS)[number];

/** What one release of a runtime takes at most. */
export interface RuntimeLimits {
  /** `ir_version` of the model. */
  readonly ir: number;
  /** Opset of ai.onnx. */
  readonly opset: number;
  /** Opset of ai.onnx.ml. */
  readonly ml: number;
}

/** The runtime that a model is emitted for. */
export interface Target extends RuntimeLimits {
  /** The text that names it: `ort@1.30/cuda`. */
  readonly name: string;
  /** `ort` is ONNX Runtime; `onnx` is the standard itself, whatever runs it. */
  readonly runtime: 'ort' | 'onnx';
  /** `MAJOR.MINOR` of the runtime. */
  readonly version: string;
  /** Undefined where any provider must do. */
  readonly provider: TargetProvider | undefined;
}

const limits = (ir: number, opset: number, ml: number): RuntimeLimits => ({ ir, opset, ml });

/**
 * What each minor release of ONNX Runtime takes, oldest first; measured by loading models of rising versions into each
 * (https://onnxruntime.ai/docs/reference/compatibility.html says the same where it lists a release).
 */
export const ORT_RELEASES: ReadonlyMap<string, RuntimeLimits> = new Map([
  ['1.19', limits(10, 21, 5)],
  ['1.20', limits(10, 21, 5)],
  ['1.21', limits(10, 22, 5)],
  ['1.22', limits(10, 22, 5)],
  ['1.23', limits(11, 23, 5)],
  ['1.24', limits(13, 25, 5)],
  ['1.25', limits(13, 26, 5)],
  ['1.26', limits(13, 26, 5)],
  ['1.27', limits(13, 26, 5)],
  ['1.28', limits(13, 26, 5)],
  ['1.29', limits(13, 26, 5)],
  ['1.30', limits(13, 26, 5)],
  ['1.31', limits(13, 26, 5)],
  ['1.32', limits(14, 28, 5)],
]);

/** Releases of the standard, for models that no runtime of the table is to run yet. */
const ONNX_RELEASES: ReadonlyMap<string, RuntimeLimits> = new Map([['1.23', limits(14, 28, 5)]]);

/** The name of the target that a model is emitted for unless another is chosen. */
export const DEFAULT_TARGET_NAME = 'ort@1.30';

/** The lowest IR version that models are written with: the first that keeps metadata of nodes and overloads of functions. */
export const DEFAULT_IR_VERSION = 10;

/** The names of all targets, in the order of the table. */
export function targetNames(): string[] {
  const names: string[] = [];
  for (const version of ORT_RELEASES.keys()) {
    names.push(`ort@${version}`, ...PROVIDERS.map((provider) => `ort@${version}/${provider}`));
  }
  for (const version of ONNX_RELEASES.keys()) names.push(`onnx@${version}`);
  return names;
}

/**
 * Reads the name of a target.
 *
 * @param text `RUNTIME@MAJOR.MINOR` with an optional patch number, then optionally `/PROVIDER`: `ort@1.30/cuda`
 * @throws EMIT_TARGET when dimwise knows no such target
 * @example parseTarget('ort@1.30/cpu').opset // 26
 */
export function parseTarget(text: string): Target {
  const match = /^(ort|onnx)@(\d+\.\d+)(?:\.\d+)?(?:\/(\w+))?$/.exec(text);
  const [, runtime, version = '', provider] = match ?? [];
  const found =
    runtime === 'onnx' ? ONNX_RELEASES.get(version) : runtime === 'ort' ? ORT_RELEASES.get(version) : undefined;
  const known = PROVIDERS.find((candidate) => candidate === provider);
  if (!found || (provider !== undefined && (!known || runtime === 'onnx'))) throw unknownTarget(text);
  const name = `${runtime}@${version}${known ? `/${known}` : ''}`;
  return Object.freeze({ name, runtime: runtime === 'onnx' ? 'onnx' : 'ort', version, provider: known, ...found });
}

/** The target that a model is emitted for unless another is chosen. */
export const DEFAULT_TARGET: Target = parseTarget(DEFAULT_TARGET_NAME);

function unknownTarget(text: string) {
  const names = targetNames();
  const near = nearest(text, names);
  const newest = [...ORT_RELEASES.keys()];
  const range = `ort@${newest[0]} to ort@${newest.at(-1)}, each alone or with ${PROVIDERS.map((name) => `/${name}`).join(' or ')}`;
  return dimwiseError({
    code: 'EMIT_TARGET',
    message: `there is no target "${text}"; targets are ${range}, and onnx@1.23`,
    origin: { site: captureSite() },
    expected: DEFAULT_TARGET_NAME,
    actual: text,
    hint: near
      ? `did you mean ${near}? The default is ${DEFAULT_TARGET_NAME}`
      : `the default is ${DEFAULT_TARGET_NAME}`,
  });
}

/** The least opset of ai.onnx that came with each IR version (table in onnx/docs/Versioning.md, onnx 1.23). */
const IR_BY_OPSET: readonly (readonly [opset: number, ir: number])[] = [
  [28, 14],
  [25, 13],
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
  [10, 5],
  [9, 4],
  [1, 3],
];

/**
 * The IR version that the release of ONNX with this opset brought.
 *
 * @param opset a version of ai.onnx, 1 or more
 */
export function irVersionFor(opset: number): number {
  for (const [least, ir] of IR_BY_OPSET) if (opset >= least) return ir;
  return 3;
}

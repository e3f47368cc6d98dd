// Arrays that the author gives for outputs: whether ONNX Runtime can write a run's results into them.
import { type Diagnostic, throwDiagnostics } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { captureSite } from '../base/origin.ts';
import { inWords } from '../build/in-words.ts';
import type { OutputShape } from '../ir/feeds.ts';
import { elementCount } from '../ir/tensor-data.ts';
import type { ValueType } from '../ir/type.ts';
import type { ReadyFeed } from './check-feeds.ts';
import { arrayClassOf, isRunDType } from './elements.ts';
import { isShared, unreadable } from './feed-arrays.ts';
import type { OrtData } from './ort.ts';

/** An array that takes an output; bits for float16, bytes for bool. */
export type OutputArray = Exclude<OrtData, readonly string[]>;

/** Where outputs go, by name: an array, or a tensor of an earlier run, whose array is written over. */
export type OutputTargets = Readonly<Record<string, OutputArray | { readonly data: OutputArray | readonly string[] }>>;

/** An output with the memory that it goes to. */
export interface ReadyOutput {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: OutputArray;
}

/** What is known of a run before it starts. */
export interface BeforeRun {
  /** The outputs that the run computes. */
  readonly fetches: readonly string[];
  readonly types: ReadonlyMap<string, ValueType>;
  readonly shapes: Readonly<Record<string, OutputShape>>;
  readonly feeds: ReadonlyMap<string, ReadyFeed>;
}

/**
 * Checks arrays for outputs.
 *
 * @throws OUTPUT_UNKNOWN when the run does not compute the output
 * @throws OUTPUT_ARRAY when an array has another type or size than the output, or memory that cannot be written to; all mistakes together
 */
export function outputArrays(targets: OutputTargets, run: BeforeRun): ReadonlyMap<string, ReadyOutput> {
  const mistakes: Diagnostic[] = [];
  const ready = new Map<string, ReadyOutput>();
  for (const [name, target] of Object.entries(targets)) {
    if (!run.fetches.includes(name)) {
      mistakes.push(notComputed(name, run.fetches));
      continue;
    }
    const output = readyOutput(name, target, run);
    const complaint = typeof output === 'string' ? output : sharedWith(name, output.data, { ready, feeds: run.feeds });
    if (typeof output === 'string' || complaint !== undefined)
      mistakes.push(mistakeAt(name, complaint ?? String(output)));
    else ready.set(name, output);
  }
  throwDiagnostics(mistakes);
  return ready;
}

function readyOutput(name: string, target: unknown, { types, shapes }: BeforeRun): ReadyOutput | string {
  const type = types.get(name);
  const dtype = type?.kind === 'tensor' ? type.dtype : 'undefined';
  if (dtype === 'undefined') return 'its element type is known after a run only';
  const ArrayOfType = isRunDType(dtype) ? (dtype === 'bool' ? Uint8Array : arrayClassOf(dtype)) : undefined;
  if (!ArrayOfType) return `an output of ${dtype} comes in an array of its own`;
  const data: unknown = isTensor(target) ? target.data : target;
  if (!(data instanceof ArrayOfType) || !ArrayBuffer.isView(data))
    return `it is ${dtype} and takes a ${ArrayOfType.name}, got ${inWords(data)}`;
  const lost = unreadable(data);
  if (lost !== undefined) return `the array cannot be written to: ${lost}`;
  if (isShared(data)) return 'its memory is shared between threads, which ONNX Runtime does not take';
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  if (!shape) return 'its rank is known after a run only, so that no array can be made for it before';
  const open = shape.find((size) => typeof size !== 'number');
  if (open !== undefined)
    return `it is [${shape.join(', ')}]: ${open} depends on the data, so that no array can be made for it before`;
  const sizes = shape.filter((size) => typeof size === 'number');
  const count = elementCount(sizes);
  if (data.length === count) return { dtype, shape: sizes, data };
  return `it is [${sizes.join(', ')}] in this run and takes ${count} elements, the array has ${data.length}`;
}

const isTensor = (target: unknown): target is { readonly data: unknown } =>
  typeof target === 'object' && target !== null && !ArrayBuffer.isView(target) && 'data' in target;

interface OtherArrays {
  readonly ready: ReadonlyMap<string, ReadyOutput>;
  readonly feeds: ReadonlyMap<string, ReadyFeed>;
}

/** ONNX Runtime reads feeds while it writes outputs: memory of both would change under its hands. */
function sharedWith(name: string, data: OutputArray, { ready, feeds }: OtherArrays): string | undefined {
  for (const [input, feed] of feeds)
    if (overlap(data, feed.data)) return `its memory is that of the feed of input "${input}"`;
  for (const [other, output] of ready) {
    if (other !== name && overlap(data, output.data)) return `its memory is that of output "${other}"`;
  }
  return undefined;
}

/** Whether two arrays share memory. */
export function overlap(a: OutputArray, b: OrtData): boolean {
  if (!ArrayBuffer.isView(b) || a.buffer !== b.buffer) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

function notComputed(name: string, known: readonly string[]): Diagnostic {
  const near = nearest(name, known);
  return {
    code: 'OUTPUT_UNKNOWN',
    message: `the run computes no output "${name}"; it computes ${known.map((each) => `"${each}"`).join(', ')}`,
    origin: { site: captureSite() },
    actual: name,
    hint: near && `did you mean "${near}"?`,
  };
}

const mistakeAt = (name: string, message: string): Diagnostic => ({
  code: 'OUTPUT_ARRAY',
  message: `the array for output "${name}": ${message}`,
  origin: { what: `output "${name}"`, site: captureSite() },
});

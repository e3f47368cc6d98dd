// Cases of attention, recurrence, texts, diffusion and loops of steps, with what PyTorch, Hugging Face and diffusers recorded.
import { readFileSync } from 'node:fs';
import { type BoundModel, type DefinedModel, normal } from 'dimwise';
import { letterWriter, pendulums } from '../../examples/repeat.ts';
import * as diffusion from '../../examples/zoo/diffusion-unet.ts';
import { gpt2Generator } from '../../examples/zoo/gpt2.ts';
import * as llama from '../../examples/zoo/llama.ts';
import * as attention from '../nn/layers/torch-attention-table.ts';
import * as recurrent from '../nn/layers/torch-recurrent-table.ts';
import { countedCheckpoint, type StateEntry } from '../zoo/counted-weights.ts';
import { feedsOf, type Given, type Numbers } from '../zoo/feeds.ts';
import * as sequences from '../zoo/sequence-cases.ts';
import * as texts from '../zoo/text-cases.ts';
import { freezeAll, type RunCase, type Thawed } from './run-case.ts';

interface Typed extends Numbers {
  readonly dtype: string;
}

/** A recorded tensor. */
export function tensorOf({ dtype, shape, data }: Typed): Thawed {
  switch (dtype) {
    case 'float32':
      return { type: dtype, dims: shape, data: Float32Array.from(data) };
    case 'int64':
      return { type: dtype, dims: shape, data: BigInt64Array.from(data, BigInt) };
    case 'int32':
      return { type: dtype, dims: shape, data: Int32Array.from(data) };
    case 'bool':
      return { type: dtype, dims: shape, data: Uint8Array.from(data) };
    default:
      throw new TypeError(`a recorded tensor is of ${dtype}`);
  }
}

const float = ({ shape, data }: Numbers): Thawed => tensorOf({ dtype: 'float32', shape, data });

interface Parts {
  readonly feeds: Readonly<Record<string, Thawed>>;
  /** Recorded outputs by name, or in the order of the model's. */
  readonly expected?: Readonly<Record<string, Thawed>> | readonly Thawed[];
  readonly tolerance?: number;
  readonly isExact?: true;
}

const isList = (expected: Parts['expected']): expected is readonly Thawed[] => Array.isArray(expected);

function caseOf(name: string, bound: BoundModel, { feeds, expected, tolerance = 1e-4, isExact }: Parts): RunCase {
  const compiled = bound.compile({ target: 'ort@1.29' });
  const named = isList(expected)
    ? Object.fromEntries(expected.map((each, i) => [Object.keys(compiled.contract.outputs ?? {})[i] ?? '', each]))
    : expected;
  return {
    name,
    model: Buffer.from(compiled.bytes()).toString('base64'),
    feeds: freezeAll(feeds),
    ...(named ? { expected: freezeAll(named) } : {}),
    tolerance,
    ...(isExact ? { isExact } : {}),
  };
}

const inOrder = (inputs: readonly Typed[]): Record<string, Thawed> =>
  Object.fromEntries(inputs.map((input, i) => [`in${i}`, tensorOf(input)]));

/** Attention and recurrent layers with what PyTorch and transformers computed. */
export function recordedSequenceCases(): readonly RunCase[] {
  const attended = attention.CASES.map((one) =>
    caseOf(`attention: ${one.name}`, attention.boundModel(one), {
      feeds: inOrder(one.inputs),
      expected: one.outputs.map(tensorOf),
    }),
  );
  const stepped = recurrent.CASES.flatMap((one) => {
    const composed = recurrent.LAYERS[one.name]?.();
    if (!composed) return [];
    const parts = { feeds: inOrder(one.inputs), expected: one.outputs.map(tensorOf) };
    return [caseOf(`recurrent: ${one.name}`, recurrent.boundModel(one, composed), parts)];
  });
  return [...attended, ...stepped];
}

interface TensorLike {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** Feeds of a recorded model, and the sizes that bind it. */
function givenOf(inputs: Readonly<Record<string, Given>>) {
  const given: Readonly<Record<string, TensorLike>> = feedsOf(inputs);
  const feeds = Object.entries(given).map(([key, { dtype, shape, data }]) => {
    return [key, { type: dtype, dims: shape, data }] as const;
  });
  const sizes = Object.entries(inputs).map(([key, { shape }]) => [key, shape] as const);
  return { feeds: Object.fromEntries(feeds), sizes: Object.fromEntries(sizes) };
}

const floats = (outputs: Readonly<Record<string, Numbers>>): Record<string, Thawed> =>
  Object.fromEntries(Object.entries(outputs).map(([key, numbers]) => [key, float(numbers)]));

/** The zoo's models of texts, sequences and noise, at small sizes. */
export function sequenceZooCases(): readonly RunCase[] {
  const of = (name: string, net: DefinedModel, recorded: texts.Recorded | undefined): RunCase[] => {
    if (!recorded) return [];
    const { feeds, sizes } = givenOf(recorded.inputs);
    return [caseOf(`zoo: ${name}`, net.bind(sizes), { feeds, expected: floats(recorded.outputs), tolerance: 1e-3 })];
  };
  const written = texts.CASES.flatMap(({ name, small, names }) => {
    const recorded = texts.RECORDED[name];
    const net = small();
    if (recorded) net.load(countedCheckpoint(recorded.state), { names });
    return of(name, net, recorded);
  });
  const translated = sequences.CASES.flatMap(({ name, make, names }) => {
    const recorded = sequences.RECORDED[name];
    const net = make();
    if (recorded) net.load(countedCheckpoint(recorded.state), { names });
    return of(`sequences ${name}`, net, recorded);
  });
  return [...written, ...translated, denoiserCase(), llamaCase()];
}

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/zoo/${name}.json`, import.meta.url), 'utf8'));

function denoiserCase(): RunCase {
  const recorded: {
    readonly state: readonly StateEntry[];
    readonly inputs: Readonly<Record<string, Given>>;
    readonly output: Numbers;
  } = fixture('diffusion');
  const net = diffusion.diffusionUnet({ latents: 3, widths: [8, 16, 16], depth: 1, heads: 2, text: 12, groups: 4 });
  net.load(countedCheckpoint(recorded.state), { names: diffusion.names });
  const { feeds, sizes } = givenOf(recorded.inputs);
  return caseOf('zoo: diffusionUnet', net.bind(sizes), { feeds, expected: [float(recorded.output)], tolerance: 1e-3 });
}

/** All tokens at once, behind an empty past. */
function llamaCase(): RunCase {
  const { llama: recorded }: Readonly<Record<'llama', texts.Recorded>> = fixture('texts');
  const net = llama.llama({ vocabulary: 50, width: 24, heads: 4, kvHeads: 2, hidden: 40, depth: 2 });
  net.load(countedCheckpoint(recorded.state), { names: llama.names });
  const { feeds, sizes } = givenOf(recorded.inputs);
  const [n = 1] = recorded.inputs.input_ids?.shape ?? [];
  const past = [0, 1].flatMap((i) => [`past_key_${i}`, `past_value_${i}`]);
  const none = { type: 'float32', dims: [n, 2, 0, 6], data: new Float32Array() };
  const bound = net.bind({ ...sizes, ...Object.fromEntries(past.map((key) => [key, ['n', 2, 'p', 6]])) });
  return caseOf('zoo: llama', bound, {
    feeds: { ...feeds, ...Object.fromEntries(past.map((key) => [key, none])) },
    expected: floats(recorded.outputs),
    tolerance: 1e-3,
  });
}

const int64 = (dims: readonly number[], value: (i: number) => number): Thawed => {
  const count = dims.reduce((a, b) => a * b, 1);
  return { type: 'int64', dims, data: BigInt64Array.from({ length: count }, (_, i) => BigInt(value(i))) };
};

/** Steps inside of the graph: swings, letters and tokens. The CPU of the machine says what is right. */
export function stepCases(): readonly RunCase[] {
  const places = (factor: number): Thawed => ({ type: 'float64', dims: [3], data: Float64Array.of(1, factor, -0.5) });
  const swings = caseOf('steps: pendulums', pendulums(0.05).bind(), {
    feeds: { place: places(0.3), speed: places(-0.8), steps: int64([], () => 40) },
  });
  const numbers = { type: 'float32', dims: [9, 2], data: Float32Array.from({ length: 18 }, (_, i) => (i * 0.37) % 1) };
  const letters = caseOf('steps: letterWriter', letterWriter(8).initialize({ seed: 2 }).bind(), {
    feeds: { first: int64([2], (i) => 3 + 6 * i), numbers },
    isExact: true,
  });
  const sizes = { vocabulary: 60, width: 32, heads: 4, depth: 2 };
  const nets = [
    ['llamaGenerator', llama.llamaGenerator({ steps: 7 }, { ...sizes, kvHeads: 2, hidden: 48 })],
    ['gpt2Generator', gpt2Generator({ steps: 7 }, { ...sizes, positions: 40 })],
  ] as const;
  const tokens = nets.map(([name, net]) => {
    net.setInitializer('**.weight', normal({ std: 0.4 }));
    if (net.name === 'gpt2') net.setInitializer('wte.weight', normal({ std: 0.1 }));
    return caseOf(`steps: ${name}`, net.initialize({ seed: 5 }).bind(), {
      feeds: { input_ids: int64([2, 5], (i) => (i * 17 + 3) % 60), attention_mask: int64([2, 5], () => 1) },
      isExact: true,
    });
  });
  return [swings, letters, ...tokens];
}

// Single operators of com.microsoft as ONNX Runtime's CPU ran or refused them: numbers, symbols and refusals agree.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkConstraint, constraintDims, formatConstraint } from '../../src/dim/constraint.ts';
import { constant, type Dim, type SymbolDim, symbol, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { intScalar, makeContent } from '../../src/ir/content.ts';
import type { DType } from '../../src/ir/dtype.ts';
import { formatType, tensorType } from '../../src/ir/type.ts';
import type { TypeText } from '../../src/ir/type-text.ts';
import { findRow } from '../../src/ops/rows.ts';
import { type ExampleInputs, type ExampleRun, runExample } from './run-example.ts';

type Input = readonly [dtype: DType, sizes: readonly number[], elements?: readonly number[]] | null;

interface Recorded {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly Input[];
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
  readonly outputs: number;
  /** The sizes of the outputs, where it ran. */
  readonly shapes?: readonly (readonly number[])[];
  readonly refused?: string;
}

const FILE = new URL('../fixtures/microsoft/cases.json.gz', import.meta.url);
const { cases }: { readonly cases: readonly Recorded[] } = JSON.parse(gunzipSync(readFileSync(FILE)).toString('utf8'));

const titleOf = ({ op, inputs, attributes, outputs }: Recorded): string => {
  const texts = inputs.map((input) =>
    input ? `${input[0]}[${input[1]}]${input[2] ? '=' : ''}${input[2] ?? ''}` : '-',
  );
  return `${op} (${texts.join('; ')}) ${JSON.stringify(attributes)} -> ${outputs}`;
};
const titled = (list: readonly Recorded[]) => list.map((one) => [titleOf(one), one] as const);

/** The kernels of SkipLayerNormalization and its kind do not check the batch of the skip, which is to be 1 or the input's. */
function isUnchecked({ op, inputs: [input, skip] }: Recorded): boolean {
  const batch = skip?.[1].length === 3 ? skip[1][0] : undefined;
  return op.startsWith('Skip') && batch !== undefined && batch !== 1 && batch !== input?.[1][0];
}

const RAN = cases.filter((one) => one.shapes !== undefined && !isUnchecked(one));
const UNCHECKED = cases.filter((one) => one.shapes !== undefined && isUnchecked(one));
const REFUSED = cases.filter(({ refused }) => refused !== undefined);

/** Names a size; undefined keeps the number. */
type Naming = (size: number, place: string) => SymbolDim | undefined;

/** The inputs of a case, sizes named; where elements are given, sizes stay numbers. */
function inputsOf({ inputs }: Recorded, name: Naming): { inputs: ExampleInputs; sizes: Map<SymbolDim, number> } {
  const sizes = new Map<SymbolDim, number>();
  const made = inputs.map((input, i): TypeText | null => {
    if (!input) return null;
    const [dtype, shape, elements] = input;
    const dims = shape.map((size, axis): Dim => {
      const named = elements ? undefined : name(size, `in${i}_${axis}`);
      if (named) sizes.set(named, size);
      return named ?? constant(size);
    });
    const scalars = elements?.map((element) => (dtype === 'bool' ? element !== 0 : intScalar(element)));
    const content = scalars && makeContent(dtype, shape, scalars);
    const type = tensorType(dtype, dims);
    return content ? { type, content } : { type };
  });
  return { inputs: made, sizes };
}

function infer(one: Recorded, inputs: ExampleInputs, sizes: ReadonlyMap<SymbolDim, number>): ExampleRun {
  const row = findRow(one.domain ?? 'com.microsoft', one.op);
  if (!row) throw new Error(`no row of ${one.op}`);
  // A size that is 0 in the run may be 0 in general.
  const given = [...sizes].flatMap(([name, size]) => (size === 0 ? [`${name.name} >= 0`] : []));
  const example = {
    inputs: [],
    attributes: one.attributes,
    given,
    outputs: Array.from({ length: one.outputs }, () => 'float32[?]'),
  };
  return runExample({ row, example }, inputs, { given: true });
}

const messagesOf = ({ diagnostics }: ExampleRun): string[] =>
  diagnostics.map(({ code, message }) => `${code} ${message}`);

/** What the run contradicts: sizes, and constraints on sizes that are known. */
function contradictions(run: ExampleRun, { shapes = [] }: Recorded, sizes: ReadonlyMap<SymbolDim, number>): string[] {
  const sizeOf = (s: SymbolDim): number | undefined => sizes.get(s);
  const isKnown = (dim: Dim): boolean => [...symbolsOf(dim)].every((s) => sizes.has(s));
  const found: string[] = [];
  for (const [i, output] of run.node.outputs.entries()) {
    const real = shapes[i] ?? [];
    const shape = output.type.kind === 'tensor' ? output.type.shape : undefined;
    const wrong = shape?.some((dim, axis) => isKnown(dim) && evaluate(dim, sizeOf) !== real[axis]);
    if (wrong || (shape && shape.length !== real.length))
      found.push(`output ${i} is [${real}], not ${formatType(output.type)}`);
  }
  for (const constraint of run.graph.facts.constraints()) {
    if (constraintDims(constraint).every(isKnown) && !checkConstraint(constraint, sizeOf))
      found.push(`the run breaks ${formatConstraint(constraint)}`);
  }
  return found;
}

/** How many cases of an operator leave a size open although all sizes are numbers: it depends on data, or providers disagree. */
const OPEN: Readonly<Record<string, number>> = { Attention: 14 };

/** Refusals that no shape tells: what a kernel lacks, or elements decide. */
const BEYOND_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/^ends the process/, 'a fault of ONNX Runtime 1.30: Attention reads a bias that is not there'],
  [
    /not supported|not implemented|does not support|CPU EP only|only supports|Could not find an impl/i,
    'the CPU lacks it',
  ],
  [
    /past_present_share_buffer_ was false|of one element when past_present_share/,
    'the CPU lacks one of the two kinds of cache',
  ],
  [/DataRaw\(\) == present/, 'past and present must be one buffer'],
  [/cannot have both past and attention_bias|shall have is_unidirectional set to false/, 'no kernel combines them'],
  [
    /Expect to have present|output buffer was not provided|output size 1|output index 1|when the beta output/,
    'outputs are asked for',
  ],
  [/seqlens_k\[\d\] = \d+ |input index out of range|sequence_lens|memory sequence lengths/, 'elements decide'],
  [/Tensor type mismatch/, 'a quantized cache needs a past'],
  [/Tensor size \(96\) != new size/, 'the CPU lacks queries that hold keys and values'],
  [/fc[12]_experts_(weights|scales)'|fc[12]_zero_points'|inter_size/, 'the layout is up to the provider'],
];

describe('com.microsoft in numbers', () => {
  test.each(titled(RAN))('%s has the sizes of the run', (_, one) => {
    const { inputs, sizes } = inputsOf(one, () => undefined);
    const run = infer(one, inputs, sizes);
    expect(messagesOf(run)).toEqual([]);
    expect(contradictions(run, one, sizes)).toEqual([]);
  });

  test('leaves open only what depends on data', () => {
    const open: Record<string, number> = {};
    for (const one of RAN) {
      const { inputs, sizes } = inputsOf(one, () => undefined);
      const types = infer(one, inputs, sizes).node.outputs.map(({ type }) => type);
      const isOpen = types.some((type) => type.kind !== 'tensor' || !type.shape?.every(({ kind }) => kind === 'const'));
      if (isOpen) open[one.op] = (open[one.op] ?? 0) + 1;
    }
    expect(open).toEqual(OPEN);
  });
});

describe('com.microsoft in symbols', () => {
  test.each(titled(RAN))('%s keeps to the run when each axis has a symbol', (_, one) => {
    const { inputs, sizes } = inputsOf(one, (_size, place) => symbol(place));
    const run = infer(one, inputs, sizes);
    expect(messagesOf(run)).toEqual([]);
    expect(contradictions(run, one, sizes)).toEqual([]);
  });

  test.each(titled(RAN))('%s keeps to the run when each number has a symbol', (_, one) => {
    const { inputs, sizes } = inputsOf(one, (size) => symbol(`is${size}`));
    const run = infer(one, inputs, sizes);
    expect(messagesOf(run)).toEqual([]);
    expect(contradictions(run, one, sizes)).toEqual([]);
  });
});

describe('com.microsoft of unknown ranks', () => {
  test.each(titled(RAN))('%s keeps to the run whichever input has no rank', (_, one) => {
    const { inputs, sizes } = inputsOf(one, (_size, place) => symbol(place));
    for (const [i, input] of inputs.entries()) {
      if (input?.type.kind !== 'tensor') continue;
      const rankless: ExampleInputs = inputs.with(i, { type: { ...input.type, shape: null } });
      const run = infer(one, rankless, sizes);
      expect(messagesOf(run)).toEqual([]);
      expect(contradictions(run, one, sizes)).toEqual([]);
    }
  });
});

describe('com.microsoft refused', () => {
  test.each(titled(UNCHECKED))('%s is refused although it ran, as its documentation asks', (_, one) => {
    const { inputs, sizes } = inputsOf(one, () => undefined);
    expect(messagesOf(infer(one, inputs, sizes))).toHaveLength(1);
  });

  test.each(titled(REFUSED))('%s is refused too, or no shape tells why', (_, one) => {
    const { inputs, sizes } = inputsOf(one, () => undefined);
    const accepted = messagesOf(infer(one, inputs, sizes)).length === 0;
    const reason = BEYOND_SHAPES.find(([pattern]) => pattern.test(one.refused ?? ''));
    expect(accepted ? (reason?.[1] ?? one.refused) : undefined).toBe(accepted ? reason?.[1] : undefined);
  });
});

// Stand-ins of models that packages ship: what is inferred equals what two runs of the real ones gave.
import { describe, expect, test } from 'vitest';
import {
  type Comparison,
  compareRun,
  type PlacedValue,
  placedValues,
  type RunTensor,
  type Sizes,
} from '../../bench/real/claims.ts';
import { PACKAGES } from '../../bench/real/model-rows.ts';
import { type RecordedRuns, recordedRuns, standInBytes } from '../../bench/real/stand-in.ts';
import { type OnnxModel, readOnnx } from '../../codegen/onnx/onnx-model.ts';
import { checkFeeds } from '../../src/ir/feeds.ts';
import type { Value } from '../../src/ir/value.ts';

const NAMES = PACKAGES.flatMap(({ models }) => models.flatMap(({ fixture }) => fixture ?? []));

/** The sizes of the inputs' symbols in a run. */
function sizesOf(model: OnnxModel, inputs: RecordedRuns['inputs'][number]): Sizes {
  const sizes = new Map<Parameters<Sizes['get']>[0], number>();
  const settle = ({ name, declaredType: type }: Value): void => {
    const fed = inputs[name ?? ''] ?? [];
    if (type.kind !== 'tensor') return;
    type.shape?.forEach((dim, axis) => {
      if (dim.kind === 'symbol') sizes.set(dim, fed[axis] ?? 0);
    });
  };
  for (const input of model.graph.inputs) settle(input);
  return sizes;
}

function realOf({ values }: RecordedRuns, run: number): Map<string, RunTensor> {
  const real = new Map<string, RunTensor>();
  for (const [path, [dtype, ...runs]] of Object.entries(values)) {
    const sizes = runs[run];
    if (sizes) real.set(path, { dtype, sizes });
  }
  return real;
}

/** What becomes of the claims about a stand-in in the recorded runs. */
function comparisons(name: string): { readonly values: readonly PlacedValue[]; readonly found: readonly Comparison[] } {
  const model = readOnnx(standInBytes(name));
  const recorded = recordedRuns(name);
  const values = [...placedValues(model.graph)];
  const found = recorded.inputs.map((inputs, run) => compareRun(values, sizesOf(model, inputs), realOf(recorded, run)));
  return { values, found };
}

describe('OnnxModel of models that packages ship', () => {
  test('covers speech, text, images and trees of bytes in at least twenty models', () => {
    expect(NAMES.length).toBeGreaterThanOrEqual(20);
    expect(new Set(NAMES).size).toBe(NAMES.length);
  });

  test.each(NAMES)('tells every size of %s that inputs settle, as two runs gave it', (name) => {
    const { values, found } = comparisons(name);
    expect(found).toHaveLength(2);
    for (const { mistakes, open, unranked, compared } of found) {
      expect(mistakes).toEqual([]);
      expect({ open, unranked }).toEqual({ open: [], unranked: [] });
      expect(compared.length).toBeGreaterThan(0);
    }
    // Each value is judged by a run, but those in branches that neither run took.
    const taken = new Set(
      found.flatMap(({ compared, open, unranked }) => [...compared, ...open.map(pathOfOpen), ...unranked]),
    );
    const rest = values.filter(({ path, value }) => value.type.kind === 'tensor' && !taken.has(path));
    expect(rest.filter(({ path }) => !/\/(then|else)\//.test(path)).map(({ path }) => path)).toEqual([]);
  });

  test.each(NAMES)('accepts the feeds with which %s ran', (name) => {
    const model = readOnnx(standInBytes(name));
    for (const inputs of recordedRuns(name).inputs) {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([input, shape]) => [input, { shape }]));
      expect(checkFeeds(model, feeds)).toEqual([]);
    }
  });

  test('makes a mistake where a run gave another size', () => {
    const model = readOnnx(standInBytes('magika'));
    const recorded = recordedRuns('magika');
    const real = realOf(recorded, 0);
    const [path = '', tensor] = [...real][0] ?? [];
    if (tensor) real.set(path, { ...tensor, sizes: tensor.sizes.map((size) => size + 1) });
    const { mistakes } = compareRun([...placedValues(model.graph)], sizesOf(model, recorded.inputs[0] ?? {}), real);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(path);
  });
});

/** An open value is listed as `path (operator): type`. */
const pathOfOpen = (text: string): string => text.slice(0, text.lastIndexOf(' ('));

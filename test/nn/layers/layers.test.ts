// Layers before and after their first batch: what they print, what they settle, what shapes they give, what they refuse.
import { describe, expect, test } from 'vitest';
import { type DefinedModel, evaluate, formatShape, model, type Shape } from '../../../src/index.ts';
import { createSession } from '../../../src/runtime/create-session.ts';
import type { LayerCase } from './layer-case.ts';
import { LAYER_CASES } from './layer-table.ts';

const titled = LAYER_CASES.map((one) => [one.name, one] as const);

const define = ({ make, inputs }: LayerCase): DefinedModel => model(make(), inputs ? { inputs } : {});

const printed = (net: DefinedModel): string[] =>
  [...net.parameters().values()].map((cell) => String(cell).replace(/ \w+\(/, ' ('));

describe('layers', () => {
  test.each(titled)('%s prints unknown sizes as ? before any batch', (_, one) => {
    expect(printed(define(one))).toEqual(one.before);
  });

  test.each(titled)('%s gives exact shapes under each batch', (_, one) => {
    const net = define(one);
    const shapes = one.batches.map(([batch]) => {
      const [output] = net.bind(batch).graph.outputs;
      return formatShape(output?.shape);
    });
    expect(shapes).toEqual(one.batches.map(([, shape]) => shape));
    expect(one.batches.length).toBeGreaterThan(1);
  });

  test.each(titled)('%s settles its parameters by the first batch and keeps them', (_, one) => {
    const net = define(one);
    for (const [batch] of one.batches) {
      net.bind(batch);
      expect(printed(net)).toEqual(one.after);
    }
  });

  test.each(titled)('%s keeps every shape when it is lowered', (_, one) => {
    const net = define(one).initialize();
    for (const [batch, shape] of one.batches) {
      const { graph } = net.bind(batch).compile();
      expect(graph.outputs.map((output) => formatShape(output.shape))).toEqual([shape]);
      expect([...graph.nodes()].filter((node) => node.domain !== '')).toEqual([]);
    }
  });
});

/** Two bindings that fit where a layer asks for nothing but room. */
const SIZES: readonly (readonly number[])[] = [
  [8, 10, 12, 16],
  [9, 7, 5, 6],
];

/** Feeds of ones for the inputs of a bound model, symbols replaced by sizes. */
function feedsOf(
  inputs: readonly { name: string | undefined; shape: Shape; dtype: string }[],
  sizes: readonly number[],
) {
  const symbols = new Map<string, number>();
  const sizeOf = ({ name }: { name: string }): number => {
    const known = symbols.get(name) ?? sizes[symbols.size % sizes.length] ?? 1;
    symbols.set(name, known);
    return known;
  };
  const feeds = inputs.map(({ name = '', shape, dtype }) => {
    const dims = shape.map((dim) => evaluate(dim, sizeOf));
    const count = dims.reduce((product, size) => product * size, 1);
    return [name, { dims, type: dtype, data: Array.from({ length: count }, () => 1) }] as const;
  });
  return { feeds: Object.fromEntries(feeds), sizeOf };
}

describe('layers on ONNX Runtime', () => {
  test.each(titled)('%s gives the shapes that were inferred, under two bindings of its symbols', async (_, one) => {
    const [batch] = one.batches.at(-1) ?? [];
    if (!batch) throw new Error('a case has batches');
    const compiled = define(one).initialize().bind(batch).compile();
    await using session = await createSession(compiled, { providers: ['cpu'] });
    for (const sizes of one.sizes ?? SIZES) {
      const { feeds, sizeOf } = feedsOf(
        compiled.graph.inputs.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
        sizes,
      );
      const { output } = await session.run(feeds);
      const [inferred] = compiled.graph.outputs;
      expect(output?.shape).toEqual(inferred?.shape.map((dim) => evaluate(dim, sizeOf)));
    }
  });
});

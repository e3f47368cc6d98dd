// Scaled sizes are what float32 arithmetic gives: as a formula, or within the bounds of a fresh size.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constant, type Dim, symbol, symbolsOf } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { inferNode } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { makeContent } from '../../src/ir/content.ts';
import { Graph } from '../../src/ir/graph.ts';
import { tensorType } from '../../src/ir/type.ts';

const MOST = 64;

/** What Resize makes of the axes, each at most 64, by scales or by target sizes. */
function resize(
  axes: readonly Dim[],
  by: { scales: readonly number[] } | { sizes: readonly number[]; policy: string },
) {
  const graph = new Graph({ opsets: new Map([['', 19]]) });
  for (const dim of axes) if (dim.kind === 'symbol') graph.facts.declare(dim, { max: MOST });
  const x = graph.addInput('x', tensorType('float32', axes));
  const list = 'scales' in by ? by.scales : by.sizes;
  const dtype = 'scales' in by ? 'float32' : 'int64';
  const given = graph.addInput('by', tensorType(dtype, [list.length]));
  const elements = 'scales' in by ? by.scales : by.sizes.map((size) => constant(size));
  given.setType(given.type, makeContent(dtype, [list.length], elements));
  const attributes = new Map<string, Attribute>();
  if ('policy' in by) attributes.set('keep_aspect_ratio_policy', { kind: 'string', value: by.policy });
  const inputs = 'scales' in by ? [x, undefined, given] : [x, undefined, undefined, given];
  const node = graph.addNode({ domain: '', op: 'Resize', inputs, outputs: 1, attributes });
  inferNode(node, ({ message }) => expect.fail(message));
  const type = node.outputs[0]?.type;
  const shape = type?.kind === 'tensor' ? (type.shape ?? []) : [];
  return { shape: shape.map((dim) => graph.facts.simplify(dim)), facts: graph.facts };
}

const h = symbol('h');
const size = fc.integer({ min: 1, max: MOST });
const anyScale = fc.double({ min: 0.03, max: 9, noNaN: true }).map((scale) => Math.fround(scale));
const shortScale = fc
  .tuple(fc.integer({ min: 1, max: 128 }), fc.constantFrom(1, 2, 4, 8))
  .map(([numerator, denominator]) => numerator / denominator);
const scaled = (n: number, scale: number): number => Math.floor(Math.fround(n * scale));

describe('scaledSize', () => {
  test('is a formula of the size where the scale is a fraction of few bits', () => {
    fc.assert(
      fc.property(shortScale, size, (scale, n) => {
        const [dim] = resize([h], { scales: [scale] }).shape;
        expect(dim && [...symbolsOf(dim)].every((s) => s === h)).toBe(true);
        expect(dim && evaluate(dim, () => n)).toBe(scaled(n, scale));
      }),
    );
  });

  test('is a number for a number, and within the bounds for a symbol, whatever the scale is', () => {
    fc.assert(
      fc.property(anyScale, size, (scale, n) => {
        const wanted = scaled(n, scale);
        expect(resize([constant(n)], { scales: [scale] }).shape).toEqual([constant(wanted)]);
        const { shape, facts } = resize([h], { scales: [scale] });
        const [dim = h] = shape;
        const { min, max } = facts.range(dim);
        const inside = min <= wanted && wanted <= max;
        expect(dim.kind === 'symbol' && dim !== h ? inside : evaluate(dim, () => n) === wanted).toBe(true);
      }),
    );
  });

  test('prints no formula for 0.7, which float32 rounds', () => {
    const [dim] = resize([h], { scales: [0.7] }).shape;
    expect(dim).toMatchObject({ kind: 'symbol', role: 'fresh' });
    expect(resize([constant(10)], { scales: [0.7] }).shape).toEqual([constant(7)]);
  });
});

describe('keepAspect', () => {
  test('keeps every size on its side of the target, and one of them at it', () => {
    const policy = fc.constantFrom('not_larger', 'not_smaller');
    fc.assert(
      fc.property(policy, fc.tuple(size, size), fc.tuple(size, size), (name, own, targets) => {
        const { shape } = resize(own.map(constant), { sizes: targets, policy: name });
        const sizes = shape.map((dim) => (dim.kind === 'const' ? dim.value : Number.NaN));
        const sides = sizes.map((n, i) => Math.sign(n - (targets[i] ?? 0)));
        expect(sides).toContain(0);
        expect(sides).not.toContain(name === 'not_larger' ? 1 : -1);
      }),
    );
  });

  test('leaves a size open that a symbol decides, on its side of the target', () => {
    const { shape, facts } = resize([h, constant(20)], { sizes: [7, 9], policy: 'not_smaller' });
    expect(shape.map((dim) => facts.range(dim).min)).toEqual([7, 9]);
  });
});

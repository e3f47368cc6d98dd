// Sizes that pass through floats come back as the exact integer function that the runtime computes.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatConstraint } from '../../src/dim/constraint.ts';
import { type Dim, type SymbolDim, symbol } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { formatDim, parseDim } from '../../src/dim/text.ts';
import { inferNode } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { type Content, dimOf } from '../../src/ir/content.ts';
import { DTYPES, type DType } from '../../src/ir/dtype.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import { parseType } from '../../src/ir/type-text.ts';

/** One step: an operator and the constant that is its second operand; `/4` before the text puts it first. */
type Step = readonly [op: string, operand?: number] | readonly [op: 'Cast', to: DType];

/** Computes the steps on a size `s`, given as int64[1]. */
class Chain {
  readonly graph = new Graph();
  value: Value;
  readonly mistakes: string[] = [];

  constructor(start = 's') {
    this.value = this.input(`int64[1] = [${start}]`);
  }

  input(text: string): Value {
    const { type, content } = parseType(text);
    const value = this.graph.addInput(`in${this.graph.inputs.length}`, type);
    value.setType(type, content);
    return value;
  }

  apply(steps: readonly Step[]): this {
    for (const [op, operand] of steps) {
      const attributes = new Map<string, Attribute>();
      const inputs = [this.value];
      if (typeof operand === 'string') attributes.set('to', { kind: 'int', value: DTYPES[operand].onnx });
      else if (operand !== undefined) inputs.push(this.input(`${this.value.dtype}[] = ${operand}`));
      const node = this.graph.addNode({ domain: '', op, inputs, outputs: 1, attributes });
      inferNode(node, ({ message }) => this.mistakes.push(message));
      this.value = node.outputs[0] ?? this.value;
    }
    return this;
  }

  get element(): Content['elements'][number] {
    return this.value.content?.elements[0];
  }

  get dim(): Dim | undefined {
    const dim = dimOf(this.element);
    return dim && this.graph.facts.simplify(dim);
  }

  get text(): string {
    const { dim } = this;
    return dim ? formatDim(dim) : '?';
  }

  get constraints(): string[] {
    return this.graph.facts.constraints().map((constraint) => formatConstraint(constraint));
  }

  /** The greatest `s` that the contract allows. */
  get most(): number {
    return this.graph.facts.range(symbol('s')).max;
  }
}

/** Float32 holds every integer up to this one. */
const LIMIT = 2 ** 24;

describe('content through floats', () => {
  test.each<[readonly Step[], string, number]>([
    [[['Cast', 'float32'], ['Div', 4], ['Ceil'], ['Cast', 'int64']], 'ceildiv(s, 4)', LIMIT],
    [[['Cast', 'float32'], ['Div', 3], ['Floor'], ['Cast', 'int64']], 's//3', LIMIT],
    [[['Cast', 'float32'], ['Mul', 0.5], ['Floor'], ['Cast', 'int64']], 's//2', LIMIT],
    [
      [
        ['Cast', 'float32'],
        ['Mul', 2],
        ['Cast', 'int64'],
      ],
      '2*s',
      LIMIT,
    ],
    [[['Cast', 'float32'], ['Mul', 2], ['Div', 3], ['Floor'], ['Cast', 'int64']], '(2*s)//3', 8_388_608],
    [
      [
        ['Cast', 'float32'],
        ['Mul', 2],
        ['Add', 6],
        ['Cast', 'int64'],
      ],
      '2*s + 6',
      16_777_213,
    ],
    [
      [
        ['Cast', 'float32'],
        ['Div', 7],
        ['Cast', 'int32'],
      ],
      's//7',
      LIMIT,
    ],
    [[['Cast', 'float64'], ['Div', 4], ['Ceil'], ['Cast', 'int64']], 'ceildiv(s, 4)', Infinity],
    [[['Cast', 'float32'], ['Add', -1], ['Div', 2], ['Floor'], ['Add', 1], ['Cast', 'int64']], 'ceildiv(s, 2)', LIMIT],
    [[['Cast', 'float32'], ['Neg'], ['Div', 2], ['Floor'], ['Neg'], ['Cast', 'int64']], 'ceildiv(s, 2)', LIMIT],
    [
      [
        ['Cast', 'float32'],
        ['Min', 128],
        ['Cast', 'int64'],
      ],
      'min(s, 128)',
      LIMIT,
    ],
    [[['Cast', 'float32'], ['Clip', 1], ['Abs'], ['Sign'], ['Cast', 'int64']], '1', Infinity],
  ])('%j gives %s', (steps, text, most) => {
    const chain = new Chain().apply(steps);
    expect(chain.mistakes).toEqual([]);
    expect(chain.text).toBe(text);
    expect(chain.most).toBe(most);
    expect(chain.constraints).toEqual([]);
  });

  test('a limit that sizes may well reach is a constraint', () => {
    const chain = new Chain('s*t').apply([['Cast', 'float32'], ['Div', 4], ['Ceil'], ['Cast', 'int64']]);
    expect(chain.text).toBe('ceildiv(s*t, 4)');
    expect(chain.constraints).toEqual(['s*t <= 16777216']);
    expect(new Chain().apply([['Cast', 'int16']]).constraints).toEqual(['s <= 32767']);
  });

  test.each<[string, readonly Step[]]>([
    ['a factor without a short binary fraction', [['Cast', 'float32'], ['Mul', 0.1], ['Floor'], ['Cast', 'int64']]],
    ['a sum after a rounded quotient', [['Cast', 'float32'], ['Div', 3], ['Add', 1], ['Floor'], ['Cast', 'int64']]],
    ['a type in which sizes are not exact', [['Cast', 'float16'], ['Div', 4], ['Ceil'], ['Cast', 'int64']]],
    ['a square root', [['Cast', 'float32'], ['Sqrt'], ['Floor'], ['Cast', 'int64']]],
  ])('nothing is claimed after %s', (_, steps) => {
    expect(new Chain().apply(steps).text).toBe('?');
  });

  test('no limit is stated while the float has not become an integer', () => {
    expect(new Chain().apply([['Cast', 'float32'], ['Div', 4], ['Ceil']]).most).toBe(Infinity);
  });

  test('Round gives the nearest integer, of two the even one, as float32 arithmetic does', () => {
    const s = symbol('s');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 20 }), fc.integer({ min: 1, max: 64 }), (size, divisor) => {
        const { dim } = new Chain().apply([['Cast', 'float32'], ['Div', divisor], ['Round'], ['Cast', 'int64']]);
        const quotient = Math.fround(size / divisor);
        const below = Math.floor(quotient);
        const even = below % 2 === 0 ? below : below + 1;
        const nearest = quotient - below === 0.5 ? even : Math.round(quotient);
        expect(dim && evaluate(dim, (one) => (one === s ? size : undefined))).toBe(nearest);
      }),
    );
  });

  test('a division and a rounding give what float32 arithmetic gives, up to the limit', () => {
    const s = symbol('s');
    const rounding = fc.constantFrom('Floor' as const, 'Ceil' as const);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 24 }),
        fc.integer({ min: 1, max: 5000 }),
        rounding,
        (size, divisor, op) => {
          const { dim } = new Chain().apply([['Cast', 'float32'], ['Div', divisor], [op], ['Cast', 'int64']]);
          const quotient = Math.fround(Math.fround(size) / Math.fround(divisor));
          const bind = (one: SymbolDim): number | undefined => (one === s ? size : undefined);
          expect(dim && evaluate(dim, bind)).toBe(op === 'Floor' ? Math.floor(quotient) : Math.ceil(quotient));
        },
      ),
    );
  });
});

describe('content through integers', () => {
  test.each<[readonly Step[], string]>([
    [[['Min', 128]], 'min(s, 128)'],
    [
      [
        ['Add', 3],
        ['Div', 4],
      ],
      'ceildiv(s, 4)',
    ],
    [
      [
        ['Mul', 2],
        ['Div', 2],
      ],
      's',
    ],
    [
      [
        ['Sub', 1],
        ['Max', 0],
      ],
      's - 1',
    ],
    [
      [
        ['Mod', 4],
        ['Add', 1],
      ],
      's % 4 + 1',
    ],
    [
      [
        ['Cast', 'int32'],
        ['Cast', 'int64'],
      ],
      's',
    ],
    [[['Identity'], ['Neg'], ['Neg']], 's'],
    // Div truncates: what Python's floor division makes ceildiv(s, 4) stays s//4.
    [[['Neg'], ['Div', 4], ['Neg']], 's//4'],
    [
      [
        ['Sub', 7],
        ['Div', 2],
      ],
      'max(s - 7, 0)//2 - max(7 - s, 0)//2',
    ],
    [
      [
        ['Sub', 7],
        ['Mod', 4],
      ],
      '(s + 1) % 4',
    ],
    [
      [
        ['Sub', 7],
        ['Max', 0],
        ['Div', 2],
      ],
      'max(s - 7, 0)//2',
    ],
    [[['Sub', 7], ['Abs']], 'max(7 - s, s - 7)'],
    [
      [
        ['Div', 8],
        ['Mul', 8],
        ['Sub', 3],
        ['Clip', 1],
      ],
      'max(8*(s//8) - 3, 1)',
    ],
  ])('%j gives %s', (steps, text) => {
    const chain = new Chain().apply(steps);
    expect(chain.mistakes).toEqual([]);
    expect(chain.text).toBe(formatDim(parseDim(text)));
  });
});

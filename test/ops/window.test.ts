// Window sizes are what a window that really slides covers, for numbers and for symbols in their place.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConstraint, formatConstraint } from '../../src/dim/constraint.ts';
import { constant, type Dim, symbol } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { formatDim } from '../../src/dim/text.ts';
import { inferNode } from '../../src/infer/infer-node.ts';
import type { Attribute } from '../../src/ir/attribute.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import { tensorType } from '../../src/ir/type.ts';

const H = symbol('h');

/** The settings of one spatial axis. */
interface Setting {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
}

const settings: fc.Arbitrary<Setting> = fc
  .record({
    size: fc.integer({ min: 1, max: 24 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 5 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    begin: fc.nat(4),
    end: fc.nat(4),
  })
  // Pools take less padding than the kernel has elements.
  .map((drawn) => ({ ...drawn, begin: drawn.begin % drawn.kernel, end: drawn.end % drawn.kernel }));

const span = ({ kernel, dilation }: Setting): number => dilation * (kernel - 1) + 1;

/** Windows that lie within the padded axis. */
function windowsWithin(setting: Setting): number {
  let count = 0;
  const padded = setting.begin + setting.size + setting.end;
  for (let start = 0; start + span(setting) <= padded; start += setting.stride) count++;
  return count;
}

/** Windows by which the padded axis is covered, each of which starts before the padding behind the input. */
function windowsCovering(setting: Setting): number {
  let count = windowsWithin(setting);
  const padded = setting.begin + setting.size + setting.end;
  const last = (count - 1) * setting.stride + span(setting);
  if (last < padded && count * setting.stride < setting.begin + setting.size) count++;
  return count;
}

function attributesOf(setting: Setting, more: Readonly<Record<string, Attribute>>): Map<string, Attribute> {
  const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
  return new Map(
    Object.entries({
      strides: ints(setting.stride),
      dilations: ints(setting.dilation),
      pads: ints(setting.begin, setting.end),
      ...more,
    }),
  );
}

const int = (value: number): Attribute => ({ kind: 'int', value });

/** The spatial size that an operator gives `[1, 1, h]`, and what it then requires of h. */
function infer(op: string, attributes: Map<string, Attribute>, kernel?: number, size: Dim = H) {
  const graph = new Graph({ opsets: new Map([['', 22]]) });
  const inputs: Value[] = [graph.addInput('x', tensorType('float32', [1, 1, size]))];
  if (kernel !== undefined) inputs.push(graph.addInput('w', tensorType('float32', [1, 1, kernel])));
  const node = graph.addNode({ domain: '', op, inputs, outputs: 1, attributes });
  const codes: string[] = [];
  inferNode(node, ({ code }) => codes.push(code));
  const type = node.outputs[0]?.type;
  const found = type?.kind === 'tensor' ? type.shape?.[2] : undefined;
  return { size: found && graph.facts.simplify(found), constraints: graph.facts.constraints(), codes };
}

/** Compares the symbolic size at a number, and the contract, with the count of real windows. */
function expectCount(found: ReturnType<typeof infer>, setting: Setting, count: number): void {
  const binding = (): number => setting.size;
  const holds = found.constraints.every((constraint) => checkConstraint(constraint, binding));
  expect(found.codes).toEqual([]);
  expect(holds).toBe(count > 0);
  if (count > 0) expect(found.size && evaluate(found.size, binding)).toBe(count);
}

describe('convSize', () => {
  test('is the number of windows within the padded axis, and needs one of them', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        expectCount(infer('Conv', attributesOf(setting, {}), setting.kernel), setting, windowsWithin(setting));
      }),
    );
  });

  test('refuses an axis that is too short for the kernel', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const { codes } = infer('Conv', attributesOf(setting, {}), setting.kernel, constant(setting.size));
        expect(codes).toEqual(windowsWithin(setting) > 0 ? [] : ['SHAPE_MISMATCH']);
      }),
    );
  });
});

describe('poolSize', () => {
  const kernelShape = ({ kernel }: Setting): Readonly<Record<string, Attribute>> => ({
    kernel_shape: { kind: 'ints', value: [kernel] },
  });

  test('is the number of windows within the padded axis', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const attributes = attributesOf(setting, kernelShape(setting));
        expectCount(infer('MaxPool', attributes), setting, windowsWithin(setting));
      }),
    );
  });

  test('counts a window that hangs over where ceil_mode is set and it starts inside', () => {
    fc.assert(
      fc.property(
        settings.filter((setting) => windowsWithin(setting) > 0),
        (setting) => {
          const attributes = attributesOf(setting, { ...kernelShape(setting), ceil_mode: int(1) });
          expectCount(infer('MaxPool', attributes), setting, windowsCovering(setting));
        },
      ),
    );
  });
});

describe('transposedSize', () => {
  test('gives back the size from which a convolution with the same window comes', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const windows = windowsWithin(setting);
        fc.pre(windows > 0);
        // The elements behind the last window are the output padding.
        const rest = setting.begin + setting.size + setting.end - ((windows - 1) * setting.stride + span(setting));
        const attributes = attributesOf(setting, { output_padding: { kind: 'ints', value: [rest] } });
        const { size, codes } = infer('ConvTranspose', attributes, setting.kernel);
        expect(codes).toEqual([]);
        expect(size && evaluate(size, () => windows)).toBe(setting.size);
      }),
    );
  });
});

test('a convolution of stride 2 before a pool of 2 gives (h + 1)//4 where h >= 3', () => {
  const graph = new Graph({ opsets: new Map([['', 22]]) });
  const x = graph.addInput(
    'x',
    tensorType(
      'float32',
      ['n', 3, 'H', 'W'].map((d) => (typeof d === 'string' ? symbol(d) : d)),
    ),
  );
  const w = graph.addInput('w', tensorType('float32', [8, 3, 3, 3]));
  const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
  const conv = graph.addNode({
    domain: '',
    op: 'Conv',
    inputs: [x, w],
    outputs: 1,
    attributes: new Map([
      ['strides', ints(2, 2)],
      ['pads', ints(1, 1, 1, 1)],
    ]),
  });
  const pool = graph.addNode({
    domain: '',
    op: 'MaxPool',
    inputs: conv.outputs,
    outputs: 1,
    attributes: new Map([
      ['kernel_shape', ints(2, 2)],
      ['strides', ints(2, 2)],
    ]),
  });
  for (const node of [conv, pool]) inferNode(node, ({ message }) => expect.fail(message));
  const type = pool.outputs[0]?.type;
  const shape = type?.kind === 'tensor' ? type.shape : undefined;
  expect(shape?.map((dim) => formatDim(graph.facts.simplify(dim)))).toEqual(['n', '8', '(H + 1)//4', '(W + 1)//4']);
  expect(graph.facts.constraints().map((constraint) => formatConstraint(constraint))).toEqual(['H >= 3', 'W >= 3']);
});

// Nodes that stand somewhere else in the second model, and operands whose order changes nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOPOLOGIES, topologyBytes } from '../../../bench/topologies.ts';
import { diffModels } from '../../../codegen/onnx/diff/diff-models.ts';
import { formatDifference } from '../../../codegen/onnx/diff/difference.ts';
import { longestRising } from '../../../codegen/onnx/diff/match-rest.ts';
import { type OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import { parseOnnx } from '../../../codegen/onnx/text/parse-onnx.ts';

const lines = (a: OnnxModel, b: OnnxModel): string[] => diffModels(a, b).map(formatDifference);

const model = (nodes: string): OnnxModel =>
  parseOnnx(`<ir_version: 10, opset_import: ["" : 21]>
net (float[n, 4] x, bool[n, 4] m) => (float[n, 4] y) <float[4] w = {1, 2, 3, 4}> { ${nodes} }`);

/** A chain of operators of one input. */
const chain = (operators: readonly string[]): OnnxModel =>
  model(
    operators.map((op, i) => `${i === operators.length - 1 ? 'y' : op} = ${op} (${operators[i - 1] ?? 'x'})`).join(' '),
  );

const UNARY = ['Relu', 'Tanh', 'Exp', 'Neg', 'Abs', 'Sin', 'Sqrt'];

describe('diffModels', () => {
  test.each([
    [
      'two neighbours that change places',
      'a = Relu (x) b = Tanh (a) y = Exp (b)',
      'a = Tanh (x) b = Relu (a) y = Exp (b)',
      ['~ node "a" (Relu) moved: after input "x" -> after node "b" (Tanh)'],
    ],
    [
      'a node with a weight that goes to another place',
      'a = Add (x, w) b = Tanh (a) c = Exp (b) y = Neg (c)',
      'b = Tanh (x) c = Exp (b) a = Add (w, c) y = Neg (a)',
      ['~ node "a" (Add) moved: after input "x" -> after node "c" (Exp)'],
    ],
    [
      'a node that goes to another place, where its reader reads something else too',
      'a = Relu (x) b = Tanh (a) c = Exp (b) y = Sub (c, x)',
      'b = Tanh (x) c = Exp (b) a = Relu (c) y = Sub (a, b)',
      [
        '~ node "a" (Relu) moved: after input "x" -> after node "c" (Exp)',
        '~ node "y" (Sub) input 1: input "x" -> node "b" (Tanh)',
      ],
    ],
    [
      'operands of Sub in another order',
      'a = Relu (x) y = Sub (a, x)',
      'a = Relu (x) y = Sub (x, a)',
      [
        '~ node "y" (Sub) input 0: node "a" (Relu) -> input "x"',
        '~ node "y" (Sub) input 1: input "x" -> node "a" (Relu)',
      ],
    ],
    [
      'one operand of Add that is another one, in whichever order they stand',
      'a = Relu (x) b = Tanh (x) y = Add (a, b)',
      'a = Relu (x) b = Tanh (x) y = Add (b, x)',
      ['~ node "y" (Add) input 0: node "a" (Relu) -> input "x"'],
    ],
  ])('tells of %s', (_, a, b, expected) => {
    expect(lines(model(a), model(b))).toEqual(expected);
  });

  test.each(['Add', 'Mul', 'Equal', 'And', 'Xor'])('takes the operands of %s in either order', (op) => {
    const isLogical = op === 'And' || op === 'Xor';
    const [p, q] = isLogical ? ['m', 'o'] : ['x', 'e'];
    const text = (inputs: string) => model(`e = Exp (x) o = Not (m) z = ${op} (${inputs}) y = Cast <to = 1> (z)`);
    expect(lines(text(`${p}, ${q}`), text(`${q}, ${p}`))).toEqual([]);
  });

  test('keeps the operands of old forms of Add apart, where they are not alike', () => {
    const old = (inputs: string) =>
      parseOnnx(`<ir_version: 3, opset_import: ["" : 6]>
net (float[4, 4] x, float[4, 4] z) => (float[4, 4] y) { y = Add <broadcast = 1> (${inputs}) }`);
    expect(lines(old('x, z'), old('z, x'))).toHaveLength(2);
  });

  test('tells of a chain in another order, in no more lines than nodes have moved', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(UNARY), fc.shuffledSubarray(UNARY, { minLength: 7 }), (some, all) => {
        const operators = some.length > 1 ? some : UNARY;
        const order = all.filter((op) => operators.includes(op));
        const told = lines(chain(operators), chain(order));
        const same = operators.join() === order.join();
        expect(told.length === 0).toBe(same);
        const kept = longestRising(operators.map((op) => order.indexOf(op))).length;
        // Where ends change places, it is told as two operators that have become others.
        expect(told.length).toBeLessThanOrEqual(Math.max(2, 3 * (operators.length - kept)));
      }),
      { numRuns: 200 },
    );
  });

  test.each(TOPOLOGIES)('takes the operands of all Add and Mul of %s in another order', (name) => {
    const before = readOnnx(topologyBytes(name));
    const { graph = {} } = before.proto;
    const node = (graph.node ?? []).map((each) =>
      each.opType === 'Add' || each.opType === 'Mul' ? { ...each, input: each.input?.toReversed() } : each,
    );
    expect(lines(before, before.with({ ...before.proto, graph: { ...graph, node } }))).toEqual([]);
  });
});

describe('longestRising', () => {
  test('finds a sequence that rises, and is as long as any', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50), { maxLength: 9 }), (list) => {
        const found = longestRising(list);
        const values = found.map((i) => list[i] ?? -1);
        expect(values).toEqual(values.toSorted((a, b) => a - b));
        expect(found).toEqual(found.toSorted((a, b) => a - b));
        let most = 0;
        for (let set = 0; set < 2 ** list.length; set++) {
          const part = list.filter((_, i) => (set >> i) & 1);
          if (part.every((value, i) => i === 0 || (part[i - 1] ?? 0) < value)) most = Math.max(most, part.length);
        }
        expect(found).toHaveLength(most);
      }),
    );
  });
});

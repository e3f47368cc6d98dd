// Mistakes of single operator calls: each with its code, its place and both facts, and one complaint each.
import { type DimwiseError, graph, isDimwiseError, model, op, type Program, type Value } from 'dimwise';
import { describe, expect, test } from 'vitest';
import { formatOrigin } from '../../src/base/origin.ts';
import { emitNode, type NodeCall } from '../../src/build/emit-node.ts';

function errorOf(body: () => unknown): DimwiseError {
  try {
    body();
  } catch (error) {
    if (isDimwiseError(error)) return error;
    throw error;
  }
  return expect.unreachable('no mistake was found');
}

const call = (parts: Partial<NodeCall>): Program => {
  return (g) => {
    const x = g.input('x', 'float32', ['n', 4]);
    return emitNode({ domain: '', op: 'Relu', inputs: [x], outputs: 1, ...parts })[0] ?? x;
  };
};

describe('emitNode', () => {
  test('names the nearest operator where there is none of that name', () => {
    const error = errorOf(() => graph(call({ op: 'Sofmax' })));
    expect(error).toMatchObject({ code: 'OP_UNKNOWN', actual: 'Sofmax', hint: 'did you mean Softmax?' });
    expect(formatOrigin(error.origin)).toContain('emit-node.test.ts');
  });

  test('asks for a required attribute', () => {
    const error = errorOf(() => graph(call({ op: 'Concat' })));
    expect(error).toMatchObject({ code: 'ATTRIBUTE_MISSING', expected: expect.stringContaining('axis') });
    expect(formatOrigin(error.origin)).toContain('emit-node.test.ts');
  });

  test('refuses an attribute that the operator does not have', () => {
    const error = errorOf(() => graph(call({ attributes: { alpah: 1 } })));
    expect(error).toMatchObject({ code: 'ATTRIBUTE_UNKNOWN', message: expect.stringContaining('alpah') });
  });

  test('complains once, and not about what reads the result', () => {
    const error = errorOf(() =>
      graph((g) => {
        const x = g.input('x', 'float32', ['n', 4]);
        const [bad] = emitNode({ domain: '', op: 'Rleu', inputs: [x], outputs: 1 });
        return op.MatMul(op.Add(bad ?? x, 1), op.Reshape(bad ?? x, [3, 5, 7]));
      }),
    );
    expect(error.errors.map(({ code }) => code)).toEqual(['OP_UNKNOWN']);
  });
});

describe('an undeclared input', () => {
  test('has no element type before a batch, and the model waits for one', () => {
    const net = model((x: Value) => op.Cast(x, { to: x.dtype === 'float16' ? 'float32' : 'float16' }));
    const error = errorOf(() => net.graph);
    expect(error).toMatchObject({ code: 'DTYPE_UNKNOWN', message: expect.stringContaining('"x"') });
    expect(net.bind({ type: 'float16', dims: [2] }).graph.outputs.map(({ dtype }) => dtype)).toEqual(['float32']);
  });
});

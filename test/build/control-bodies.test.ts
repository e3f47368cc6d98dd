// Bodies whose state changes its width through a product are traced a bounded number of times.
import { describe, expect, test } from 'vitest';
import { op } from '../../src/build/op.ts';
import { Trace, withTrace } from '../../src/build/trace.ts';
import { symbol } from '../../src/dim/dim.ts';
import { Graph, type Value } from '../../src/ir/graph.ts';
import { formatType, tensorType } from '../../src/ir/type.ts';

type Size = number | string;
type Product = (state: Value<never>, weight: Value<never>) => Value;

const PRODUCTS: Readonly<Record<string, Product>> = {
  MatMul: (state, weight) => op.MatMul(state, weight),
  Gemm: (state, weight) => op.Gemm(state, weight),
};

/** What a loop over `state = product(state, weight)` gives; a body that is traced too often throws. */
function carried(kind: 'Loop' | 'Scan', product: Product, sizes: readonly Size[]) {
  const graph = new Graph({ name: 'test' });
  const trace = new Trace(graph);
  const input = (name: string, ...shape: Size[]) =>
    graph.addInput(
      name,
      tensorType(
        'float32',
        shape.map((size) => (typeof size === 'string' ? symbol(size) : size)),
      ),
    ) as Value<never>;
  const [x, w, rows] = [input('x', 'n', 4), input('w', ...sizes), input('rows', 3, 2)];
  let rounds = 0;
  const step = (state: Value | undefined): Value => {
    if (++rounds > 6) throw new Error('the body is traced without end');
    return product((state ?? x) as Value<never>, w);
  };
  const last = withTrace(trace, () =>
    kind === 'Loop'
      ? op.Loop(3, true, [x], { body: (_, condition, state) => [condition ?? x, step(state)] })[0]
      : op.Scan([x, rows], { num_scan_inputs: 1, body: (state) => [step(state)] })[0],
  );
  return { type: last ? formatType(last.type) : '', codes: trace.diagnostics.map(({ code }) => code), trace, rounds };
}

const CASES = (['Loop', 'Scan'] as const).flatMap((kind) =>
  Object.entries(PRODUCTS).map(([name, product]) => ({ kind, name, product })),
);

describe.each(CASES)('the body of $kind with $name', ({ kind, product }) => {
  test('that returns a width it cannot take is a mistake, with both widths', () => {
    const { trace, codes } = carried(kind, product, [4, 5]);
    expect(codes).toEqual(['SHAPE_MISMATCH']);
    expect([trace.diagnostics[0]?.expected, trace.diagnostics[0]?.actual].join()).toMatch(/4.*5/);
    expect(trace.diagnostics[0]?.origin?.site).toBeDefined();
  });

  test.each([[[4, 'q']], [['p', 'q']]])('that may keep its width is none: %j', (sizes) => {
    const { codes, type } = carried(kind, product, sizes);
    expect(codes).toEqual([]);
    // The state of a scan has one shape in every step (ONNX Scan-9), which settles q.
    if (kind === 'Scan') expect(type).toBe('float32[n, 4]');
    else expect(type).toBe('float32[n, q]');
  });

  test.each([[[4, 4]], [['p', 4]]])('that keeps its width is traced once: %j', (sizes) => {
    expect(carried(kind, product, sizes)).toMatchObject({ codes: [], rounds: 1, type: 'float32[n, 4]' });
  });

  test('that fails in the first step tells of it once', () => {
    expect(carried(kind, product, [3, 5])).toMatchObject({ codes: ['SHAPE_MISMATCH'], rounds: 1 });
  });
});

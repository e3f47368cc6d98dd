// dimwise cost prints what models do: totals under a binding, formulas, and lines by node, layer and operator.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseOnnx } from '../../codegen/onnx/text/parse-onnx.ts';
import { formatAmount } from '../../src/cli/format-amount.ts';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
beforeAll(() => {
  folder = writeModelFiles();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);
const fixture = (name: string): string => new URL(`../fixtures/onnx/${name}`, import.meta.url).pathname;

const number = (value: number, formula = String(value)) => ({ formula, value });
const open = (formula: string) => ({ formula, value: null });

describe('cost --json', () => {
  test('prints one object with every member', async () => {
    const { code, json, err } = await cli('cost', file('mlp.ts'), '--bind', 'x=[batch,20]', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    // 20 features to 8, a Relu, 8 features to 3: two Gemm and their weights of float32.
    expect(json()).toEqual([
      {
        file: file('mlp.ts'),
        parameters: { elements: number(195), bytes: number(780) },
        constants: { elements: number(0), bytes: number(0) },
        macs: open('184*batch'),
        flops: open('376*batch'),
        read: open('144*batch + 780'),
        written: open('76*batch'),
        peak: { ...open('144*batch'), at: ['Relu of "0"'] },
        open: [],
      },
    ]);
  });

  test('gives numbers under a binding beside the formulas of an .onnx file', async () => {
    const { code, json } = await cli('cost', fixture('mlp.onnx'), '--bind', 'batch=4', '--json');
    expect(code).toBe(0);
    const [{ flops }] = json() as [{ flops: { formula: string; value: number } }];
    const [{ flops: free }] = (await cli('cost', fixture('mlp.onnx'), '--json')).json() as [{ flops: object }];
    expect(free).toEqual({ formula: flops.formula, value: null });
    expect(flops.formula).toMatch(/^\d+\*batch$/);
    expect(flops.value).toBe(4 * Number.parseInt(flops.formula, 10));
  });

  test('lists operators, layers and nodes', async () => {
    const args = ['cost', file('mlp.ts'), '--bind', 'x=2x20', '--static', '--json', '--by'];
    const [byOperator] = (await cli(...args, 'operator')).json();
    expect(byOperator).toMatchObject({
      operators: [
        { operator: 'Gemm', nodes: 2, parameters: number(195), macs: number(368), flops: number(736) },
        { operator: 'Relu', nodes: 1, parameters: number(0), macs: number(0), flops: number(16) },
      ],
    });
    const [byPath] = (await cli(...args, 'path', '--depth', '1')).json();
    expect(byPath).toMatchObject({
      paths: [
        { path: '', nodes: 3, parameters: number(195) },
        { path: '0', nodes: 2, parameters: number(168), macs: number(320) },
        { path: '1', nodes: 1, parameters: number(27), macs: number(48) },
      ],
    });
    const [byNode] = (await cli(...args, 'node')).json();
    expect(byNode).toMatchObject({
      nodes: [
        { name: '0.Gemm', operator: 'Gemm', domain: '', path: '0', runs: number(1), written: number(64) },
        { name: '0.Relu', operator: 'Relu', read: number(64) },
        { name: '1.Gemm', operator: 'Gemm', path: '1' },
      ],
    });
  });

  test('counts one branch of an If, and lists both where sizes decide which does more', async () => {
    const [one] = (await cli('cost', file('branch.ts'), '--by', 'node', '--json')).json();
    expect(one).toMatchObject({ flops: open('8*n') });
    const text = `<ir_version: 10, opset_import: ["" : 21]> either (float[n] x, float[m] z, bool c) => (float[1] y) {
      y = If (c) <then_branch = a () => (float[1] u) { u = ReduceSum (x) }, else_branch = b () => (float[1] v) { v = ReduceMax (z) }>
    }`;
    writeFileSync(file('either.onnx'), parseOnnx(text).encode());
    const [both] = (await cli('cost', file('either.onnx'), '--by', 'node', '--json')).json();
    const branches = [
      { name: 'then_branch', flops: open('n') },
      { name: 'else_branch', flops: open('m') },
    ];
    expect(both).toMatchObject({ flops: open('max(m, n)'), nodes: [{ operator: 'If', branches }] });
  });

  test('says what a symbol stands for that no input has', async () => {
    const [data] = (await cli('cost', file('data.ts'), '--json')).json();
    expect(data).toMatchObject({ open: [{ symbol: 'found0', meaning: expect.stringContaining('depends on data') }] });
  });
});

describe('cost', () => {
  test('prints numbers for people, formulas where sizes are open', async () => {
    const { out, code } = await cli('cost', file('mlp.ts'), '--bind', 'x=[batch,20]', '--by', 'operator');
    expect(code).toBe(0);
    expect(out).toMatch(/parameters +195$/m);
    expect(out).toMatch(/macs +184\*batch$/m);
    expect(out).toMatch(/Gemm +2 +195 +184\*batch +368\*batch +156\*batch \+ 780$/m);
    expect(out).toContain('the peak is at Relu');
  });

  test('has no column for formulas where all is a number, and names layers of nodes that have no name', async () => {
    const args = ['cost', file('mlp.ts'), '--bind'];
    const { out } = await cli(...args, 'x=2x20', '--static');
    expect(out).toMatch(/^ +number$/m);
    expect(out).toMatch(/the peak is at Relu of "[\w.]+"$/m);
    expect((await cli(...args, 'x=[batch,20]')).out).toMatch(/^ +number +formula$/m);
  });

  test('reports a model whose sizes are open, and goes on', async () => {
    const { code, out, err } = await cli('cost', file('mlp.ts'), file('declared.ts'));
    expect(code).toBe(1);
    expect(err).toContain('NOT_BOUND');
    expect(out).toContain('12*batch');
  });

  test.each([
    [['--by', 'layer'], '--by layer is none of node, path, operator'],
    [['--by', 'path', '--depth', '-1'], '--depth -1 is no whole number'],
  ])('refuses %j', async (options, message) => {
    const { code, err } = await cli('cost', file('declared.ts'), ...options);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('formatAmount', () => {
  test.each([
    [0n, '', '0'],
    [999n, 'B', '999 B'],
    [1000n, '', '1.000 k'],
    [4_089_184_256n, '', '4.089 G'],
    [102_228_128n, 'B', '102.2 MB'],
    [999_960n, 'B', '1.000 MB'],
    [10n ** 26n, '', '100.0 Y'],
  ])('%s %s is %s', (value, unit, text) => {
    expect(formatAmount(value, unit)).toBe(text);
  });
});

// The limits of reading: what each refuses, and that each can be raised by the one who trusts the file.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tensorsOfModel } from '../../../codegen/onnx/external-locations.ts';
import { allLimits, LIMIT_NAMES, type LimitName, ONNX_LIMITS } from '../../../codegen/onnx/limits.ts';
import { OnnxModel, readOnnx } from '../../../codegen/onnx/onnx-model.ts';
import type { ModelProto } from '../../../codegen/onnx/proto/messages.ts';
import { encodeModel } from '../../../codegen/onnx/proto/write-message.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { bytes, call, functionOf, graph, model, nested, node, nodesModel, value } from './build.ts';
import { times } from './case.ts';
import { growingModel } from './limit-cases.ts';

const relu = node('Relu', 'x', 'y');
/** A model of Ifs in each other. */
const inBodies = (depth: number): ModelProto => {
  let body = graph([], [], ['x'], { name: 'leaf' });
  for (let i = 0; i < depth; i++) {
    const branches = { then_branch: { g: body }, else_branch: { g: graph([], [], ['x']) } };
    body = graph([], [node('If', 'c', `h${i}`, branches)], [`h${i}`], { name: `level${i}` });
  }
  const branches = { then_branch: { g: body }, else_branch: { g: graph([], [], ['x']) } };
  return model(graph([value('x'), value('c', [], 9)], [node('If', 'c', 'y', branches)], ['y']));
};
const functions = times(5, (i) =>
  functionOf(`f${i}`, 'a', [i === 0 ? node('Relu', 'a', 'b') : call(`f${i - 1}`, 'a', 'b')], 'b'),
);
const calls = nodesModel([call('f4', 'x', 'y')], { functions });
const plain = nodesModel([relu]);

/** For each limit a file, a limit that it is beyond, and one that it keeps. */
const ROWS: readonly (readonly [limit: LimitName, file: Uint8Array, low: number, high: number])[] = [
  ['irVersion', plain, 9, 10],
  ['opset', plain, 20, 21],
  ['memory', plain, 1000, 100_000],
  ['depth', plain, 3, 20],
  ['graphDepth', encodeModel(inBodies(3)), 3, 4],
  [
    'nodes',
    nodesModel(
      times(5, (i) => node('Relu', 'x', `h${i}`)),
      { outputs: ['h0'] },
    ),
    4,
    5,
  ],
  ['nodes', calls, 4, 6],
  ['nodeNames', nodesModel([node('Sum', 'x x x', 'y')]), 2, 3],
  ['names', plain, 3, 20],
  ['nameLength', nodesModel([node('Relu', 'input', 'y')], { inputs: [value('input')] }), 4, 5],
  ['rank', plain, 1, 2],
  ['callDepth', calls, 4, 5],
  ['callNodes', calls, 4, 10],
  ['work', growingModel(8)(), 20, 1_000_000],
];

function refusal(read: () => unknown): { code: string; message: string } | undefined {
  try {
    read();
  } catch (error) {
    if (isDimwiseError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return undefined;
}

describe('inference', () => {
  test('takes few steps for additions of many sizes that nothing is known of', () => {
    const count = 300;
    const inputs = times(count + 1, (i) => value(`x${i}`, [`a${i}`]));
    const adds = times(count, (i) => node('Add', `${i === 0 ? 'x0' : `v${i}`} x${i + 1}`, `v${i + 1}`));
    const file = nodesModel(adds, { inputs, outputs: [`v${count}`] });
    expect(refusal(() => readOnnx(file, { limits: { work: 1_500_000 } }).inference)).toBeUndefined();
  });
});

describe('limits', () => {
  test('have a row here each, but the size of files', () => {
    const tried = new Set(ROWS.map(([name]) => name));
    expect(LIMIT_NAMES.filter((name) => !tried.has(name))).toEqual(['fileBytes']);
  });

  test.each(Object.entries(ONNX_LIMITS))('%s stands on its page as it is', (name, { usual, most, counts }) => {
    const page = readFileSync(new URL('../../../docs/loading.md', import.meta.url), 'utf8');
    const end = most === Number.MAX_SAFE_INTEGER ? 'any' : most;
    expect(page).toContain(`| ${name} | ${usual} | ${end} | ${counts} |`);
  });

  test.each(ROWS)('%s refuses what is beyond it, and takes it where it is raised', (limit, file, low, high) => {
    const refused = refusal(() => readOnnx(file, { limits: { [limit]: low } }).graph);
    expect(refused?.code).toMatch(/^(ONNX_LIMIT|ONNX_MALFORMED|FUNCTION_BUDGET)$/);
    expect(refused?.message).toContain(limit);
    expect(refusal(() => readOnnx(file, { limits: { [limit]: high } }).graph)).toBeUndefined();
    expect(refusal(() => readOnnx(file).graph)).toBeUndefined();
  });

  test('are kept by a model that comes of an edit', () => {
    const read = readOnnx(plain, { limits: { rank: 1 } });
    expect(refusal(() => read.with({ docString: 'edited' }).graph)).toMatchObject({ code: 'ONNX_LIMIT' });
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 601])('a depth of %s is none', (depth) => {
    expect(refusal(() => allLimits({ depth }))).toMatchObject({ code: 'ONNX_LIMIT' });
  });

  test('hold for messages that never were bytes', () => {
    const deep = new OnnxModel(inBodies(10_000));
    expect(refusal(() => deep.graph)).toMatchObject({ code: 'ONNX_LIMIT' });
    expect([...tensorsOfModel(deep.proto)]).toEqual([]);
    expect(refusal(() => deep.encode())).toMatchObject({ code: 'EMIT_VALUE' });
    const raised = allLimits({ graphDepth: ONNX_LIMITS.graphDepth.most });
    expect(new OnnxModel(inBodies(149), undefined, raised).graph.outputs).toHaveLength(1);
  });

  test('stay below what the stack holds, also where they are raised as far as they go', () => {
    const most = { depth: ONNX_LIMITS.depth.most, graphDepth: ONNX_LIMITS.graphDepth.most };
    const deepest = bytes([0x08, 10], nested([8], Uint8Array.of(0x10, 21)), deepBodies(150));
    expect(refusal(() => readOnnx(deepest, { limits: most }).graph)).toBeUndefined();
    const deeper = bytes([0x08, 10], nested([8], Uint8Array.of(0x10, 21)), deepBodies(151));
    expect(refusal(() => readOnnx(deeper, { limits: most }).graph)).toMatchObject({ code: 'ONNX_LIMIT' });
  });
});

/** The graph field of a model with bodies in each other, each the subgraph of an operator that nobody knows. */
const deepBodies = (depth: number): Uint8Array =>
  nested([7, ...times(3 * depth, (i) => [1, 5, 6][i % 3] ?? 0)], new Uint8Array());

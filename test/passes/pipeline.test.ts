// What holds for every pass on every model: it tells the truth, a second run changes nothing, the graph stays valid, numbers stay.
import type { BoundModel } from 'dimwise';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { Pass } from '../../passes/pass.ts';
import { PIPELINE, runPipeline } from '../../passes/pipeline.ts';
import { allGraphs } from '../../src/ir/bodies.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { formatGraph } from '../../src/ir/graph-text.ts';
import { verifyGraph } from '../../src/ir/verify.ts';
import { copyNodes } from './copy-nodes.ts';
import { ALL, type PassModel } from './models.ts';

/** All that a pass may change, counted: nodes, edges, outputs. */
const textOf = (graph: Graph): string =>
  [formatGraph(graph), ...Array.from(allGraphs(graph), (g) => `${g.constants.length} ${g.parameters.length}`)].join(
    '\n',
  );

/** The passes, each run twice in a row. */
const twice = PIPELINE.flatMap((pass) => [pass, pass]);

const [lower, ...simplifying] = PIPELINE;
if (!lower) throw new TypeError('the pipeline starts with lowering');

async function outputsOf(bound: BoundModel, passes: readonly Pass[], feeds: PassModel['feeds']) {
  const session = await InferenceSession.create(bound.compile({ pipeline: { passes } }).bytes(), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  try {
    const results: [string, readonly number[], unknown[]][] = [];
    for (const feed of feeds) {
      for (const [name, { dims, data }] of Object.entries(await session.run(feed)))
        results.push([name, dims, Array.from(data as ArrayLike<number>)]);
    }
    return results;
  } finally {
    await session.release();
  }
}

describe.each(ALL)('on $name', { timeout: 120_000 }, ({ bind, feeds }) => {
  test('leaves a valid graph behind each pass', () => {
    const names: string[] = [];
    bind().compile({
      pipeline: {
        afterPass: (pass, graph) => {
          verifyGraph(graph);
          names.push(pass.name);
        },
      },
    });
    expect(names).toEqual(PIPELINE.map(({ name }) => name));
  });

  test('tells whether it changed anything, and changes nothing when it runs again', () => {
    const runs: { name: string; changed: boolean; text: string }[] = [];
    bind().compile({
      pipeline: {
        passes: twice,
        afterPass: ({ name }, graph, changed) => runs.push({ name, changed, text: textOf(graph) }),
      },
    });
    const before = textOf(bind().graph);
    for (let i = 0; i < runs.length; i += 2) {
      const [first, second] = runs.slice(i, i + 2);
      const start = runs[i - 1]?.text ?? before;
      expect(first?.changed, first?.name).toBe(first?.text !== start);
      expect(second, second?.name).toEqual({ name: first?.name, changed: false, text: first?.text });
    }
  });

  test('has nothing left to do when the whole pipeline runs again', () => {
    const { graph, target } = bind().compile();
    const changed: string[] = [];
    runPipeline(graph, target, undefined, {
      afterPass: ({ name }, _graph, did) => {
        if (did) changed.push(name);
      },
    });
    expect(changed).toEqual([]);
  });

  test('keeps every number', async () => {
    const bound = bind();
    const plain = await outputsOf(bound, [lower], feeds);
    for (const pass of simplifying) {
      expect(await outputsOf(bound, [lower, pass], feeds), pass.name).toEqual(plain);
    }
    expect(await outputsOf(bound, PIPELINE, feeds)).toEqual(plain);
  });

  test('gives the same bytes when every node is replaced by its copy between the passes', () => {
    const passes = [copyNodes, ...PIPELINE.flatMap((pass) => [pass, copyNodes])];
    const copied = bind().compile({ pipeline: { passes, afterPass: (_pass, graph) => verifyGraph(graph) } });
    const [a, b] = [bind().compile().bytes(), copied.bytes()];
    expect(Buffer.compare(a, b)).toBe(0);
  });
});

// The node cases of onnx with a symbol for each size of their inputs: ONNX Runtime gives the shapes that the contract tells, and the same
// bits for a copy that is bound to the sizes again.
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { bindModel } from '../../../codegen/onnx/bind/bind-model.ts';
import type { OnnxModel } from '../../../codegen/onnx/onnx-model.ts';
import type { ValueInfoProto } from '../../../codegen/onnx/proto/messages.ts';
import { isDimwiseError } from '../../../src/base/errors.ts';
import { checkFeeds, outputShapes } from '../../../src/ir/feeds.ts';
import { runnableCases } from '../runnable-cases.ts';
import { feedsOf } from './run-model.ts';

/** One case of so many is run; a run of all of them takes minutes. */
const STEP = Number(process.env['DIMWISE_CASE_STEP'] ?? 8);

interface Opened {
  readonly name: string;
  /** With a symbol for each size. */
  readonly open: OnnxModel;
  readonly sizes: Readonly<Record<string, number>>;
}

function openCases(): Opened[] {
  return [...runnableCases(STEP)].map(({ name, model }) => {
    const sizes: Record<string, number> = {};
    const input = (model.proto.graph?.input ?? []).map((info, k) => withSymbols(info, `s${k}_`, sizes));
    return { name, open: model.with({ graph: { ...model.proto.graph, input } }), sizes };
  });
}

function withSymbols(info: ValueInfoProto, stem: string, sizes: Record<string, number>): ValueInfoProto {
  const { tensorType } = info.type ?? {};
  const dim = (tensorType?.shape?.dim ?? []).map(({ dimValue }, axis) => {
    sizes[`${stem}${axis}`] = Number(dimValue);
    return { dimParam: `${stem}${axis}` };
  });
  return { ...info, type: { tensorType: { ...tensorType, shape: { dim } } } };
}

interface Result {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

async function outcome(model: OnnxModel, feeds: ReturnType<typeof feedsOf>): Promise<readonly Result[] | undefined> {
  let session: InferenceSession | undefined;
  try {
    session = await InferenceSession.create(model.encode(), {
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 4,
    });
    const results = await session.run(feeds);
    return Object.entries(results).map(([name, { type, dims, data }]) => ({ name, type, dims, data }));
  } catch {
    return undefined;
  } finally {
    await session?.release();
  }
}

/** The sizes that are told otherwise than they are; what only a run tells is no number. */
function wrongShapes(open: OnnxModel, feeds: ReturnType<typeof feedsOf>, results: readonly Result[]): string[] {
  const told = outputShapes(open, feeds);
  return results.flatMap(({ name, dims }) => {
    const shape = told[name];
    if (shape === undefined) return [`${name} is not told of`];
    const fits = !shape || (shape.length === dims.length && shape.every((size, i) => isOpen(size) || size === dims[i]));
    return fits ? [] : [`${name} is told as [${shape}], and is [${dims}]`];
  });
}

const isOpen = (size: number | string): boolean => typeof size === 'string';

describe('outputShapes and bindModel of node cases', () => {
  test('give the shapes, and the bits, of the model that has symbols', { timeout: 600_000 }, async () => {
    const differ: string[] = [];
    let compared = 0;
    let told = 0;
    for (const { name, open, sizes } of openCases()) {
      const feeds = feedsOf(open, sizes);
      const wanted = await outcome(open, feeds);
      // What ONNX Runtime refuses with made-up elements judges nothing.
      if (wanted === undefined) continue;
      compared++;
      // Sizes that the contract does not allow have no shapes: ONNX Runtime takes some that the standard does not.
      if (checkFeeds(open, feeds).length === 0) {
        told++;
        differ.push(...wrongShapes(open, feeds, wanted).map((fact) => `${name}: ${fact}`));
      }
      try {
        const bound = bindModel(open, { symbols: sizes });
        expect(await outcome(bound, feeds)).toEqual(wanted);
      } catch (error) {
        differ.push(`${name}: ${isDimwiseError(error) ? error.message : String(error).slice(0, 200)}`);
      }
    }
    expect(differ).toEqual([]);
    expect(compared).toBeGreaterThan(600 / STEP);
    expect(told).toBeGreaterThan(0.9 * compared);
  });
});

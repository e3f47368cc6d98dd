// The shapes that a contract tells for some feeds are those of a run on ONNX Runtime, for models that other tools wrote.
import { describe, expect, test } from 'vitest';
import { contractFromJson, contractToJson } from '../../../src/ir/contract.ts';
import { checkFeeds, type OutputShape, outputShapes } from '../../../src/ir/feeds.ts';
import { LOOPS, loopModel, SMALL_MODELS, smallBindings, smallModel } from './models.ts';
import { feedsOf, runModel, type Sizes } from './run-model.ts';

const MODELS = [
  ...SMALL_MODELS.map((name) => [name, () => smallModel(name), () => smallBindings(name)] as const),
  ...LOOPS.map(([name, bindings]) => [name, () => loopModel(name), (): readonly Sizes[] => bindings] as const),
];

/** A shape of a run with what is told of it in place of what only a run tells. */
const asTold = (dims: readonly number[], told: OutputShape | undefined): OutputShape | undefined =>
  told?.length === dims.length ? dims.map((size, i) => (typeof told[i] === 'string' ? told[i] : size)) : dims;

describe('outputShapes of models that other tools wrote', () => {
  test.each(MODELS)('gives the shapes of %s at two bindings', async (_, open, bindings) => {
    const model = open();
    const contract = contractFromJson(contractToJson(model.contract));
    let numbers = 0;
    for (const sizes of bindings()) {
      const feeds = feedsOf(model, sizes);
      expect(checkFeeds(contract, feeds)).toEqual([]);
      const told = outputShapes(contract, feeds);
      const results = await runModel(model, feeds);
      const wanted = Object.entries(results).map(([name, { dims }]) => [name, asTold(dims, told[name])]);
      expect(told).toEqual(Object.fromEntries(wanted));
      numbers += Object.values(told).flatMap((shape) => shape?.filter((size) => typeof size === 'number') ?? []).length;
    }
    expect(numbers).toBeGreaterThan(0);
  });
});

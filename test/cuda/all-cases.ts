// All cases that a provider is judged by: the tables of the tests that run on the CPU, frozen.
import { torchNames } from 'dimwise';
import type * as dw from '../../src/index.ts';
import { LAYER_DOMAIN } from '../../src/infer/infer-node.ts';
import { DTYPES, isDType } from '../../src/ir/dtype.ts';
import { elementCount } from '../../src/ir/tensor-data.ts';
import { staticShape } from '../../src/ir/type.ts';
import { operatorRows } from '../../src/ops/rows.ts';
import { ROWS } from '../examples/torch-rows.ts';
import { fillByFormula, formulaInput } from '../helpers/formula.ts';
import { torchFixture } from '../helpers/torch-fixture.ts';
import { type RecordedCase, recordedModel } from '../nn/layers/recorded-model.ts';
import * as further from '../nn/layers/torch-further-table.ts';
import * as layers from '../nn/layers/torch-layers-table.ts';
import * as shapes from '../nn/layers/torch-shapes-table.ts';
import * as vision from '../nn/layers/torch-vision-table.ts';
import { bindInputs, bindingsOf, refinedInputs } from '../ops/bind-run.ts';
import { type ExampleInputs, inputSymbols, readInputs, runExample } from '../ops/run-example.ts';
import { prepareRun } from '../ops/run-on-ort.ts';
import { counted, countedCheckpoint } from '../zoo/counted-weights.ts';
import { IMAGE_CASES, RECORDED } from '../zoo/image-cases.ts';
import { freezeAll, type RunCase } from './run-case.ts';
import { recordedSequenceCases, sequenceZooCases, stepCases, tensorOf } from './sequence-cases.ts';

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** Operators whose numbers are drawn anew in each run. */
const RANDOM = /^(Random|Bernoulli|Multinomial|Dropout)/;

/** Cases whose numbers differ from run to run on the CPU too (ONNX Runtime 1.30): operators, or one case of one. */
const UNSTABLE: ReadonlyMap<string, string> = new Map([
  ['MatMulBnb4', 'other numbers in each run of the very same case'],
  ['BeamSearch 0', 'the scores of steps that a search did not take are left as the memory lay'],
]);

/** Bytes of the feeds of one case: all cases travel, and a larger table teaches nothing more. */
const MOST_FEED_BYTES = 2 ** 23;

/** Characters of a model as base64 up to which it is run with all its recorded batches, not with the first alone: all cases travel. */
const MOST_MODEL_TEXT = 2 ** 24;

/** Sizes of symbols, where such small ones meet what the operator asks. */
const SMALL = 9;

/** Bytes of the numbers of an input, or of one of its list; 0 where it has none. */
function byteLengthOf(input: ExampleInputs[number]): number {
  const type = input?.type.kind === 'sequence' ? input.type.element : input?.type;
  if (type?.kind !== 'tensor') return 0;
  const shape = staticShape(type.shape);
  return shape && isDType(type.dtype) ? (elementCount(shape) * DTYPES[type.dtype].bits) / 8 : 0;
}

/** The worked cases of operator rows, their first small binding, fed with waves. */
export function operatorCases(): readonly RunCase[] {
  const cases: RunCase[] = [];
  for (const row of operatorRows()) {
    if (row.domain === LAYER_DOMAIN || RANDOM.test(row.name) || UNSTABLE.has(row.name)) continue;
    for (const [i, example] of row.examples.entries()) {
      if (!example.outputs || UNSTABLE.has(`${row.name} ${i}`)) continue;
      const one = { row, example };
      const run = runExample(one, readInputs(example), { given: true });
      const isStatic = inputSymbols(refinedInputs(run)).length === 0;
      const binding = isStatic ? () => undefined : (bindingsOf(one, run, SMALL)[0] ?? bindingsOf(one, run)[0]);
      if (!binding) continue;
      const inputs = bindInputs(refinedInputs(run), binding);
      // Before they are filled: some have hundreds of millions of elements.
      if (inputs.reduce((sum, input) => sum + byteLengthOf(input), 0) > MOST_FEED_BYTES) continue;
      const prepared = prepareRun(one, { inputs, node: run.node, fill: 'waves' });
      if ('refused' in prepared) continue;
      const name = `operators: ${row.domain ? `${row.domain}.` : ''}${row.name} ${i}`;
      cases.push({ name, model: base64(prepared.model), feeds: freezeAll(prepared.feeds), tolerance: 1e-4 });
    }
  }
  return cases;
}

interface RecordedTable {
  readonly CASES: readonly RecordedCase[];
  readonly LAYERS: Readonly<Record<string, () => dw.Composition>>;
}

/** Layers with what PyTorch computed. */
export function layerCases(): readonly RunCase[] {
  const tables: readonly RecordedTable[] = [layers, further, shapes, vision];
  return tables.flatMap(({ CASES, LAYERS }) =>
    CASES.flatMap((one): RunCase[] => {
      const composition = LAYERS[one.name]?.();
      if (!composition) return [];
      const feeds = Object.fromEntries(one.inputs.map((input, i) => [`in${i}`, tensorOf(input)]));
      const model = base64(recordedModel(one, composition).compile({ target: 'ort@1.29' }).bytes());
      const expected = freezeAll({ output: tensorOf(one.output) });
      return [{ name: `layers: ${one.name}`, model, feeds: freezeAll(feeds), expected, tolerance: 1e-4 }];
    }),
  );
}

/** The examples with what PyTorch computed. */
export function exampleCases(): readonly RunCase[] {
  return ROWS.flatMap(({ name, define, batch }) => {
    const bound = define().bind(batch);
    fillByFormula(bound.parameters());
    const model = base64(bound.compile({ target: 'ort@1.29' }).bytes());
    const { cases: recorded } = torchFixture(name);
    return recorded.slice(0, model.length > MOST_MODEL_TEXT ? 1 : undefined).map(({ input, output }, i): RunCase => {
      const feed = { type: 'float32', dims: input.shape, data: formulaInput(input.name, input.shape) };
      const expected = freezeAll({ output: { type: 'float32', dims: output.shape, data: output.values } });
      return {
        name: `examples: ${name} ${i}`,
        model,
        feeds: freezeAll({ [input.name]: feed }),
        expected,
        tolerance: 1e-4,
      };
    });
  });
}

/** Image models of the zoo with what torchvision computed. */
export function zooCases(): readonly RunCase[] {
  return IMAGE_CASES.flatMap(({ name, small, names = [] }): RunCase[] => {
    const recorded = RECORDED[name];
    if (!recorded) return [];
    const net = small();
    net.load(countedCheckpoint(recorded.state), { names: [...torchNames, ...names] });
    const count = recorded.input.reduce((a, b) => a * b, 1);
    const x = {
      type: 'float32',
      dims: recorded.input,
      data: Float32Array.from(counted(count, 1000), (u) => 2 * u - 1),
    };
    const output = { type: 'float32', dims: recorded.output.shape, data: Float32Array.from(recorded.output.data) };
    const model = base64(
      net
        .bind([...recorded.input])
        .compile({ target: 'ort@1.29' })
        .bytes(),
    );
    return [{ name: `zoo: ${name}`, model, feeds: freezeAll({ x }), expected: freezeAll({ output }), tolerance: 1e-3 }];
  });
}

/** All of them. */
export const allCases = (): readonly RunCase[] => [
  ...operatorCases(),
  ...layerCases(),
  ...exampleCases(),
  ...zooCases(),
  ...recordedSequenceCases(),
  ...sequenceZooCases(),
  ...stepCases(),
];

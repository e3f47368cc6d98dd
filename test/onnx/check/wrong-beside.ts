// Wrong models: what stands beside the graph, quantization annotations and training information.
import type { GraphProto, ModelProto, TrainingInfoProto } from '../../../codegen/onnx/proto/messages.ts';
import { entries, floats, model, node, value } from './build.ts';
import type { CheckCase } from './case.ts';

const SCALES = { SCALE_TENSOR: 's', ZERO_POINT_TENSOR: 'z' };

/** A model whose value "y" is annotated. */
const annotated = (
  tensorName: string,
  parameters: Readonly<Record<string, string>>,
  more: GraphProto = {},
): ModelProto =>
  model({
    initializer: [floats('s', [], 0.5), floats('z', [], 0)],
    quantizationAnnotation: [{ tensorName, quantParameterTensorNames: entries(parameters) }],
    ...more,
  });

/** A model that adds the weight "w", which training makes smaller by "d" in each step. */
const trained = (info: TrainingInfoProto = {}, more: ModelProto = {}): ModelProto =>
  model(
    { initializer: [floats('w', [3], 1, 2, 3)], node: [node('Add', ['x', 'w'], ['y'])] },
    {
      trainingInfo: [
        {
          initialization: {
            name: 'start',
            node: [
              node('Constant', [], ['w0'], { attribute: [{ name: 'value', type: 4, t: floats('', [3], 0, 0, 0) }] }),
            ],
            output: [value('w0', [3])],
          },
          algorithm: {
            name: 'step',
            initializer: [floats('d', [3], 1, 1, 1)],
            node: [node('Sub', ['w', 'd'], ['next'])],
            output: [value('next', [3])],
          },
          initializationBinding: entries({ w: 'w0' }),
          updateBinding: entries({ w: 'next' }),
          ...info,
        },
      ],
      ...more,
    },
  );

const good = annotated('y', SCALES);

/** Wrong models. */
export const BESIDE_CASES: readonly CheckCase[] = [
  {
    what: 'a quantization annotation of a value that nothing makes',
    code: 'QUANTIZATION_NAME',
    says: '"yy"',
    wrong: annotated('yy', SCALES),
    good,
  },
  {
    what: 'a scale that is no tensor of the graph',
    code: 'QUANTIZATION_NAME',
    says: 'names "scale" as SCALE_TENSOR',
    wrong: annotated('y', { ...SCALES, SCALE_TENSOR: 'scale' }),
    good,
  },
  {
    what: 'a value that is annotated twice',
    code: 'QUANTIZATION_TWICE',
    says: '"y" is annotated twice',
    wrong: annotated('y', SCALES, {
      quantizationAnnotation: ['y', 'y'].map((tensorName) => ({
        tensorName,
        quantParameterTensorNames: entries(SCALES),
      })),
    }),
    good,
  },
  {
    what: 'a role of quantization that onnx.proto does not define',
    code: 'QUANTIZATION_KEY',
    says: '"SCALES"',
    wrong: annotated('y', { ...SCALES, SCALES: 's' }),
    good,
  },
  {
    what: 'training information before IR version 7',
    code: 'TRAINING_IR',
    says: 'it has 6',
    wrong: trained({}, { irVersion: 6, opsetImport: [{ version: 11 }] }),
    good: trained(),
  },
  {
    what: 'an algorithm that reads what nothing makes',
    code: 'TRAINING_NAME',
    says: '"speed" is read by a node of the algorithm of training information 0',
    wrong: trained({
      algorithm: { name: 'step', node: [node('Sub', ['w', 'speed'], ['next'])], output: [value('next', [3])] },
    }),
    good: trained(),
  },
  {
    what: 'an initialization that reads a value of the model',
    code: 'TRAINING_NAME',
    says: '"w" is read by a node of the initialization',
    wrong: trained({
      initialization: { name: 'start', node: [node('Neg', ['w'], ['w0'])], output: [value('w0', [3])] },
    }),
    good: trained(),
  },
  {
    what: 'an update of what is no initializer',
    code: 'TRAINING_BINDING',
    says: 'the update binding of "y" in training information 0 sets what is no initializer',
    wrong: trained({ updateBinding: entries({ y: 'next' }) }),
    good: trained(),
  },
  {
    what: 'an update by what the algorithm does not give',
    code: 'TRAINING_BINDING',
    says: 'takes "after", which is no output of its algorithm',
    wrong: trained({ updateBinding: entries({ w: 'after' }) }),
    good: trained(),
  },
  {
    what: 'two updates of one weight',
    code: 'TRAINING_BINDING',
    says: 'is a second one',
    wrong: trained({ updateBinding: [...entries({ w: 'next' }), ...entries({ w: 'next' })] }),
    good: trained(),
  },
];

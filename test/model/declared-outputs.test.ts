// Declared outputs: they settle what is unknown upstream, and are asked of every run.
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { isDimwiseError } from '../../src/base/errors.ts';
import { setWarningHandler } from '../../src/base/warn.ts';
import {
  assumeShape,
  concat,
  conv2d,
  type DefinedModel,
  dense,
  formatShape,
  formatType,
  graph,
  model,
  op,
  relu,
  sequential,
  tensor,
  type Value,
} from '../../src/index.ts';
import { judgeShapes } from '../helpers/shape-judge.ts';

const types = (values: readonly Value[]): string[] => values.map((value) => formatType(value.type));
const parameter = (defined: DefinedModel, path: string): string => formatShape(defined.parameter(path).shape);

function mistakeOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (isDimwiseError(error)) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

const floats = (...dims: number[]): Tensor => {
  const count = dims.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: count }, (_, i) => (i % 7) / 7);
  return new Tensor('float32', data, dims);
};

/** Runs a bound model under several batches and holds every claim against the runs. */
async function judge(defined: DefinedModel, batch: Parameters<DefinedModel['bind']>[0], feeds: readonly number[][]) {
  const bytes = defined.initialize().bind(batch).compile().bytes();
  for (const dims of feeds) {
    const { mistakes, judged } = await judgeShapes(bytes, { x: floats(...dims) });
    expect(mistakes).toEqual([]);
    expect(judged).toBeGreaterThan(0);
  }
}

describe('declared outputs', () => {
  test('settle an input of unknown size through Relu and Reshape', async () => {
    const defined = graph((g) => op.Reshape(op.Relu(g.input('x', 'float32', ['batch', '?'])), [0, -1, 5]), {
      outputs: { output: ['batch', 4, 5] },
    });
    expect(types(defined.graph.inputs)).toEqual(['float32[batch, 20]']);
    await judge(
      defined,
      ['batch', '?'],
      [
        [2, 20],
        [3, 20],
      ],
    );
  });

  test('settle an input of unknown rank through Transpose, Softmax and Squeeze', async () => {
    const defined = graph(
      (g) => op.Squeeze(op.Softmax(op.Transpose(g.input('x', 'float32'), { perm: [2, 0, 1] })), [0]),
      { outputs: { output: ['h', 6] } },
    );
    expect(types(defined.graph.inputs)).toEqual(['float32[?, 6, 1]']);
    await judge(
      defined,
      ['h', 6, 1],
      [
        [2, 6, 1],
        [5, 6, 1],
      ],
    );
  });

  test('settle an input of unknown size through Concat and Transpose', async () => {
    const defined = graph(
      (g) => {
        const x = g.input('x', 'float32', ['?', 'n']);
        return op.Concat([op.Transpose(x), g.constant([[1, 2, 3]])], { axis: 0 });
      },
      { outputs: { output: ['?', 3] } },
    );
    expect(types(defined.graph.inputs)).toEqual(['float32[3, n]']);
    await judge(
      defined,
      ['?', 'n'],
      [
        [3, 2],
        [3, 4],
      ],
    );
  });

  test('settle both sides of an axis that is concatenated from its sum', () => {
    const defined = graph((g) => op.Concat([g.input('x', 'float32', ['?']), g.constant([1, 2, 3])], { axis: 0 }), {
      outputs: { output: [10] },
    });
    expect(types(defined.graph.inputs)).toEqual(['float32[7]']);
  });

  test('settle the channels of a parameter', async () => {
    const defined = graph(
      (g) =>
        op.Relu(
          op.Conv(g.input('x', 'float32', ['batch', 3, 'h', 'w']), g.parameter('k', { shape: ['?', '?', 3, 3] })),
        ),
      { outputs: { output: ['batch', 8, '?', '?'] } },
    );
    expect(parameter(defined, 'k')).toBe('[8, 3, 3, 3]');
    await judge(
      defined,
      ['batch', 3, 'h', 'w'],
      [
        [1, 3, 5, 7],
        [2, 3, 9, 4],
      ],
    );
  });

  test('settle a parameter of a layer upstream', async () => {
    const conv = conv2d(6, 1);
    const defined = model((x: Value) => op.Reshape(conv(x), [0, 2, -1]), {
      inputs: { x: ['batch', '?', 4, 4] },
      outputs: { output: ['batch', 2, '?'] },
    });
    expect(types(defined.graph.outputs)).toEqual(['float32[batch, 2, 48]']);
    await judge(
      defined,
      ['batch', 5, 4, 4],
      [
        [1, 5, 4, 4],
        [3, 5, 4, 4],
      ],
    );
  });

  test('never settle what a broadcasting operator reads', () => {
    const defined = graph((g) => op.Add(g.input('x', 'float32', ['?', 10]), g.parameter('b', { shape: [12, '?'] })), {
      outputs: { output: [12, 10] },
    });
    expect(types(defined.graph.inputs)).toEqual(['float32[?, 10]']);
    expect(parameter(defined, 'b')).toBe('[12, ?]');
  });

  test('say with which batch they disagree', () => {
    const defined = graph((g) => op.Relu(g.input('x', 'float32', ['batch', '?'])), {
      outputs: { output: ['batch', 20] },
    });
    const error = mistakeOf(() => defined.bind([2, 30]));
    expect(error.code).toBe('SHAPE_MISMATCH');
    expect(error.message).toContain('value "output" is stated to be [batch, 20], inference finds float32[batch, 30]');
  });

  test.each<[string, Parameters<typeof model>[1], string]>([
    ['another size', { outputs: { output: ['batch', 4] } }, 'SHAPE_MISMATCH'],
    ['another rank', { outputs: { output: ['batch', 3, 1] } }, 'RANK_MISMATCH'],
    ['another element type', { outputs: { output: tensor('int64', ['batch', 3]) } }, 'DTYPE_MISMATCH'],
    ['an output that there is none of', { outputs: { outptu: ['batch', 3] } }, 'OUTPUT_UNKNOWN'],
  ])('are a mistake where they say %s', (_, options, code) => {
    const error = mistakeOf(() =>
      model(sequential(dense(8), relu(), dense(3)), { inputs: { x: ['batch', 5] }, ...options }),
    );
    expect([error.code, error.errors.length]).toEqual([code, 1]);
    expect(error.origin?.site).toBeDefined();
  });

  test('leave open what they have as ?', () => {
    const defined = model(concat(dense(2), dense(3), { axis: -1 }), {
      inputs: { x: ['batch', '?'] },
      outputs: { output: ['?', 5] },
    });
    expect(types(defined.graph.outputs)).toEqual(['float32[batch, 5]']);
  });
});

describe('bind', () => {
  test('tells what neither the batch nor the model settles', () => {
    const defined = graph((g) => op.Relu(g.input('x', 'float32', ['batch', '?'])));
    expect(mistakeOf(() => defined.bind([2, '?'])).code).toBe('BIND_INCOMPLETE');
  });

  test('refuses an element type that is none', () => {
    const defined = model(dense(3));
    // @ts-expect-error code without types may misspell it
    const error = mistakeOf(() => defined.bind({ x: { dtype: 'flot32', shape: [2, 3] } }));
    expect([error.code, error.hint]).toEqual(['DTYPE_MISMATCH', 'did you mean float32?']);
  });

  test.each<[what: string, range: string, warned: readonly string[]]>([
    ['of inputs', 'batch', []],
    ['that nothing has', 'bacth', ['SYMBOL_UNUSED: did you mean batch?']],
    ['that are stated of a value', 'found', []],
  ])('warns of ranges of symbols but those %s', (_, name, warned) => {
    const warnings: string[] = [];
    const before = setWarningHandler(({ code, hint }) => warnings.push(`${code}: ${hint}`));
    try {
      const defined = model((x: Value) => assumeShape(op.NonZero(x), [2, 'found']), {
        inputs: { x: ['batch', 3] },
        symbols: { [name]: { max: 64 } },
      });
      defined.bind(['batch', 3]);
      defined.bind([5, 3]);
    } finally {
      setWarningHandler(before);
    }
    expect(warnings).toEqual(warned);
  });
});

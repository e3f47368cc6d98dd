// A model of a file as another exporter writes it: symbols at the inputs, no inner shapes, no contract.
import { graph, type OnnxModel, op, readOnnx, tensorFromValues, type Value } from 'dimwise';

const weight = (...shape: readonly number[]) =>
  tensorFromValues(
    'float32',
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
  );

const named = (value: Value, name: string): Value => {
  value.name = name;
  return value;
};

/** An image classifier over `data: float32[batch, 3, h, w]` that gives `logits: float32[batch, 10]`. */
export function foreignModel(): OnnxModel {
  const classifier = graph((g) => {
    const data = g.input('data', 'float32', ['batch', 3, 'h', 'w']);
    const first = named(op.Conv(data, weight(8, 3, 3, 3), undefined, { strides: [2, 2], pads: [1, 1, 1, 1] }), 'c1');
    const pooled = op.MaxPool(op.Relu(first), { kernel_shape: [2, 2], strides: [2, 2] });
    const features = op.Flatten(op.GlobalAveragePool(pooled), { axis: 1 });
    return { logits: op.Gemm(features, weight(10, 8), undefined, { transB: 1 }) };
  });
  const opened = readOnnx(
    classifier
      .bind({ data: ['batch', 3, 'h', 'w'] })
      .compile()
      .bytes(),
  );
  const { graph: message = {} } = opened.proto;
  return opened.with({ producerName: 'elsewhere', metadataProps: [], graph: { ...message, valueInfo: [] } });
}

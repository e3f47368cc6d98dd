// A program of ONNX operators: nearest prototypes by cosine similarity, with a size that only a run tells.
import { type DefinedModel, formatType, graph, op, SymbolNames, type Value } from 'dimwise';
import { isScript, table } from './support/script.ts';

/**
 * Compares each row of `x` with learned prototypes: the similarities, the `k` best of each row, and which of all similarities are
 * above a threshold, of which nobody knows how many there will be.
 */
export function nearestPrototypes(prototypes = 32, k = 3, threshold = 0.9): DefinedModel {
  return graph(
    (g) => {
      const x = g.input('x', 'float32', ['batch', '?']);
      const centers = g.parameter('centers', { shape: [prototypes, '?'], initializer: 'xavierUniform' });
      const unit = (rows: Value): Value => op.Div(rows, op.Max([op.ReduceL2(rows, [-1], { keepdims: 1 }), 1e-12]));
      const similarities = op.MatMul(unit(x), op.Transpose(unit(centers)));
      const [best, which] = op.TopK(similarities, [k]);
      const close = op.Transpose(op.NonZero(op.Greater(similarities, threshold)));
      return { similarities, best, which, close };
    },
    { name: 'prototypes' },
  );
}

const net = nearestPrototypes();
export default net;

if (isScript(import.meta.url)) {
  const bound = net.initialize().bind(['batch', 12]);
  console.log('Outputs of the program for rows of 12 numbers:\n');
  const { format } = new SymbolNames();
  console.log(table(bound.graph.outputs.map((value) => [value.name ?? '', formatType(value.type, format)])));
  console.log(`\n${String(bound.parameters().get('centers'))} was settled by the rows that meet it in a MatMul.`);
}

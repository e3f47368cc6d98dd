// A transformer encoder (Vaswani et al., 2017): batch and sequence length stay symbols from end to end.
import { type DefinedModel, formatType, layerShapes, model, sequential, transformerEncoderLayer } from 'dimwise';
import { isScript, shapeTable } from './support/script.ts';

/** Two post-norm layers with 4 heads and 256 hidden features, at a width of 64. */
export function encoder(): DefinedModel {
  const layer = () => transformerEncoderLayer(4, 256, { activation: 'gelu' });
  return model(sequential(layer(), layer()), { name: 'encoder', inputs: { x: ['batch', 'seq', 64] } });
}

const net = encoder();
export default net;

if (isScript(import.meta.url)) {
  console.log('The definition alone tells every shape, because the input is declared with symbols:\n');
  const parts = layerShapes(net, 2).filter(({ path, kind }) => path.includes('.') && kind !== 'dropout');
  console.log(shapeTable(parts));
  const [output] = net.initialize().bind(['batch', 'seq', 64]).compile().graph.outputs;
  console.log(
    `\nAfter lowering to ONNX operators the output is still ${output ? formatType(output.type) : 'nothing'}.`,
  );
}

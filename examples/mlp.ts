// A multilayer perceptron: two dense layers that know their output sizes only.
import { type DefinedModel, dense, formatShape, layerShapes, model, sequential } from 'dimwise';
import { isScript, shapeTable, table } from './support/script.ts';

/** A perceptron with one hidden layer of 256 and 10 outputs, whatever comes in. */
export function mlp(): DefinedModel {
  return model(sequential(dense(256, { activation: 'relu' }), dense(10)), { name: 'mlp' });
}

const net = mlp();
export default net;

if (isScript(import.meta.url)) {
  const bound = net.initialize({ seed: 1 }).bind([2, 20]);
  console.log('A batch [2, 20] settles the weights; the batch size stays free:\n');
  console.log(shapeTable(layerShapes(bound)));
  console.log('\nParameters:\n');
  console.log(table([...bound.parameters()].map(([path, cell]) => [path, formatShape(cell.shape)])));
  console.log(`\nAs ONNX: ${bound.compile().bytes().length} bytes.`);
}

// Layers of your own: a gated unit composed with block(), and a scale with a parameter of its own from defineLayer().
import {
  block,
  type DefinedModel,
  defineLayer,
  dense,
  formatType,
  type Layer,
  layerShapes,
  model,
  op,
  Parameter,
  sequential,
  type Value,
} from 'dimwise';
import { isScript, shapeTable } from './support/script.ts';

/** A gated linear unit, `value(x) * sigmoid(gate(x))` (Dauphin et al., 2016): two dense layers made one. */
export function gatedUnit(units: number): Layer {
  const [value, gate] = [dense(units), dense(units)];
  return block({ value, gate }, (x: Value) => op.Mul(value(x), op.Sigmoid(gate(x))), { kind: 'gatedUnit' });
}

/** One trained factor for all elements, which starts at 1. */
export function scale(): Layer {
  const factor = new Parameter({ shape: [], initializer: 'ones' });
  return defineLayer({
    kind: 'scale',
    parameters: { factor },
    apply: ({ parameters }, x: Value) => op.Mul(x, parameters.factor),
  });
}

/** Gated units around a layer that is called twice, so that its weights are shared. */
export function gatedNetwork(): DefinedModel {
  const shared = gatedUnit(32);
  return model(sequential(dense(32), shared, scale(), shared, dense(4)), { name: 'gated' });
}

const net = gatedNetwork();
export default net;

if (isScript(import.meta.url)) {
  const bound = net.initialize().bind([8, 10]);
  console.log('The second call of the gated unit keeps the path and the weights of the first:\n');
  console.log(shapeTable(layerShapes(bound)));
  console.log(`\n${[...bound.parameters().values()].join('\n')}`);
  console.log(`\nOutput: ${bound.graph.outputs.map((value) => formatType(value.type)).join(', ')}`);
}

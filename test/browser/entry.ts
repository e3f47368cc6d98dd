// What a page does with dimwise: defines, binds, initializes and compiles a model.

import { model } from '../../src/model/define.ts';
import { dense } from '../../src/nn/layers/dense.ts';
import { sequential } from '../../src/nn/layers/sequential.ts';

/** The bytes of a small network with drawn weights. */
export function compiledBytes(): Uint8Array {
  const net = model(sequential(dense(256, { activation: 'relu' }), dense(10, { weightInitializer: 'normal' })));
  return net.initialize({ seed: 7 }).bind(['batch', 20]).compile().bytes();
}

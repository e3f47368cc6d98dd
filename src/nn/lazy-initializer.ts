// Tensor data that an initializer draws when its bytes are needed, whole or in chunks.
import type { Origin } from '../base/origin.ts';
import { writeElements } from '../ir/convert-floats.ts';
import { byteLength, DTYPES, type DType } from '../ir/dtype.ts';
import type { TensorData } from '../ir/tensor-data.ts';
import { elementCount } from '../ir/tensor-data.ts';
import { drawInto, isDrawnWhole } from './initializers/draw-into.ts';
import type { Fans, WeightLayout } from './initializers/fans.ts';
import type { Initializer } from './initializers/initializer.ts';
import { describeInitializer } from './initializers/same-initializer.ts';
import { deriveKey, type Seed } from './random/key.ts';

/** One parameter's recipe with all that its elements depend on. */
export interface LazyOptions {
  readonly initializer: Initializer;
  readonly seed: Seed;
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: WeightLayout;
  /** The fans of the weight that a bias belongs to. */
  readonly fans?: Fans | undefined;
  /** The call that made the parameter, for messages. */
  readonly origin?: Origin | undefined;
}

/** Elements that are drawn at a time where they must be converted. */
const CHUNK = 1 << 16;

/** The data of a parameter as a source that draws any part of it, the same bits every time. */
export function lazyInitializer(options: LazyOptions): TensorData {
  const { initializer, seed, path, shape, dtype, layout, fans, origin } = options;
  const draw = { shape, layout, path, fans, origin, key: deriveKey(seed, path) };
  const isWhole = isDrawnWhole(initializer);
  let whole: Uint8Array | undefined;
  const fillPart = (out: Uint8Array, start: number): void => {
    if (dtype === 'float32' && out.byteOffset % 4 === 0) {
      drawInto(new Float32Array(out.buffer, out.byteOffset, out.byteLength / 4), initializer, { ...draw, start });
      return;
    }
    if (dtype === 'float32') {
      const aligned = new Uint8Array(out.byteLength);
      fillPart(aligned, start);
      out.set(aligned);
      return;
    }
    const width = DTYPES[dtype].bits / 8;
    for (let at = 0; at < out.byteLength; at += CHUNK * width) {
      const part = out.subarray(at, at + CHUNK * width);
      const values = new Float64Array(part.byteLength / width);
      drawInto(values, initializer, { ...draw, start: start + at / width });
      writeElements(part, dtype, values);
    }
  };
  const fill = (out: Uint8Array, first: number): void => {
    const width = DTYPES[dtype].bits / 8;
    const total = elementCount(shape) * width;
    if (!isWhole || out.byteLength === total) return fillPart(out, first);
    // A matrix that is only there as a whole is drawn once and kept while its chunks are read.
    if (!whole) fillPart((whole = new Uint8Array(total)), 0);
    out.set(whole.subarray(first * width, first * width + out.byteLength));
    if (first * width + out.byteLength === total) whole = undefined;
  };
  if (initializer.kind === 'fromArray') {
    const bytes = new Uint8Array(byteLength(dtype, elementCount(shape)));
    fill(bytes, 0);
    return { dtype, shape, storage: { kind: 'bytes', bytes } };
  }
  // The description determines every bit: files are named by it.
  const scale = fans ? ` fans ${fans.fanIn} ${fans.fanOut}` : layout === 'oi' ? '' : ` layout ${layout}`;
  const description = `${describeInitializer(initializer)} seed ${seed} "${path}"${scale}`;
  return { dtype, shape, storage: { kind: 'lazy', source: { description, fill } } };
}

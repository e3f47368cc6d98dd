// What a parameter says of itself: whether a training may change it, and how it prints.
import type { DType } from '../ir/dtype.ts';
import type { Shape } from '../ir/type.ts';

/** The base of parameters: their part in a training, and their text. */
export abstract class ParameterTraits {
  /** Whether it holds running statistics or the like, which no training changes by gradients. */
  readonly isBuffer: boolean;
  #isFrozen = false;

  constructor(isBuffer: boolean) {
    this.isBuffer = isBuffer;
  }

  abstract readonly path: string;
  abstract readonly dtype: DType;
  abstract readonly shape: Shape;

  /** Whether a training would change it: neither a buffer nor frozen. */
  get trainable(): boolean {
    return !this.isBuffer && !this.#isFrozen;
  }

  /** Says whether a training may change it; a buffer stays one. Emitted models are the same either way. */
  setTrainable(trainable: boolean): void {
    this.#isFrozen = !trainable;
  }

  /** The sizes as text: `(256, ?)`. */
  get sizes(): string {
    return `(${this.shape.map((dim) => (dim.kind === 'const' ? String(dim.value) : '?')).join(', ')})`;
  }

  /** The text `0.weight float32(256, ?)`. */
  toString(): string {
    return `${this.path} ${this.dtype}${this.sizes}`;
  }

  /** Node's `util.inspect` asks for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

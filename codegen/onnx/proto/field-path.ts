// The place in a message that is being read or written, for error messages.
import type { Field } from './field-table.ts';

/** A longer path is printed without its middle. */
const MAX_STEPS = 24;

/** A stack of fields with the index in those that repeat. */
export class FieldPath {
  readonly #root: string;
  readonly #fields: Field[] = [];
  readonly #indices: number[] = [];

  /** @param root what the path prints while it is empty */
  constructor(root: string) {
    this.#root = root;
  }

  /** How many fields are entered. */
  get depth(): number {
    return this.#fields.length;
  }

  /**
   * Enters a field.
   *
   * @param index the place in a field that repeats, -1 for the field as a whole
   */
  push(field: Field, index = -1): void {
    this.#fields.push(field);
    this.#indices.push(index);
  }

  /** Leaves the field entered last. */
  pop(): void {
    this.#fields.pop();
    this.#indices.pop();
  }

  /** The path in the names of onnx.proto3: `graph.node[3].attribute[0].t`. */
  toString(): string {
    const steps = this.#fields.map(({ protoName }, place) => {
      const index = this.#indices[place] ?? -1;
      return index < 0 ? protoName : `${protoName}[${index}]`;
    });
    if (steps.length > MAX_STEPS) steps.splice(8, steps.length - MAX_STEPS, '...');
    return steps.join('.') || this.#root;
  }
}

// Element type and sizes as a message states them, and whether two statements of one value agree.
import { type DType, dtypeFromOnnx } from '../../../src/ir/dtype.ts';
import type { TypeProto } from '../proto/type-messages.ts';

/** What is stated of a tensor; what is left open is undefined. */
export interface StatedType {
  readonly dtype: DType | undefined;
  /** Numbers, names, and undefined for open sizes. */
  readonly sizes: readonly (number | string | undefined)[] | undefined;
}

/** Reads the type of a tensor; undefined for other kinds. */
export function statedType({ tensorType }: TypeProto): StatedType | undefined {
  if (!tensorType) return undefined;
  const { elemType = 0, shape } = tensorType;
  const sizes =
    shape &&
    (shape.dim ?? []).map(({ dimValue, dimParam }) =>
      dimValue === undefined ? dimParam || undefined : Number(dimValue),
    );
  return { dtype: dtypeFromOnnx(elemType), sizes };
}

/** Tells whether two statements can hold of one value; names may stand for any size. */
export function agree(a: StatedType, b: StatedType): boolean {
  if (a.dtype && b.dtype && a.dtype !== b.dtype) return false;
  if (!a.sizes || !b.sizes) return true;
  if (a.sizes.length !== b.sizes.length) return false;
  const { sizes } = b;
  return a.sizes.every((size, axis) => {
    const other = sizes[axis];
    return typeof size !== 'number' || typeof other !== 'number' || size === other || size < 0 || other < 0;
  });
}

/** The text of a type: `float32[n, ?]`. */
export function spell({ dtype, sizes }: StatedType): string {
  return `${dtype ?? '?'}[${sizes?.map((size) => size ?? '?').join(', ') ?? '...'}]`;
}

// Types as `--json` prints them.
import { hasUnknown } from '../dim/dim.ts';
import type { SymbolNames } from '../ir/symbol-names.ts';
import type { MaybeDType, Shape, ValueType } from '../ir/type.ts';

/** A shape: numbers, expressions, null for a size that only binding can settle; null where the rank is not known. */
export type JsonShape = readonly (number | string | null)[] | null;

/** A type. Containers have `of`; a sparse tensor has its dense type there. */
export type JsonType =
  | { readonly kind: 'tensor'; readonly dtype: string | null; readonly shape: JsonShape }
  | { readonly kind: 'sparse'; readonly dtype: string | null; readonly shape: JsonShape; readonly of: JsonType }
  | { readonly kind: 'sequence' | 'optional'; readonly of: JsonType }
  | { readonly kind: 'map'; readonly key: string; readonly of: JsonType }
  | { readonly kind: 'unknown'; readonly dtype: null; readonly shape: null };

/** A shape as JSON. */
export function describeShape(shape: Shape | null, names: SymbolNames): JsonShape {
  if (!shape) return null;
  return shape.map((dim) => (dim.kind === 'const' ? dim.value : hasUnknown(dim) ? null : names.format(dim)));
}

/** A type as JSON. */
export function describeType(type: ValueType, names: SymbolNames): JsonType {
  switch (type.kind) {
    case 'tensor':
      return { kind: 'tensor', dtype: dtypeText(type.dtype), shape: describeShape(type.shape, names) };
    case 'sparse': {
      const dense = describeType({ ...type, kind: 'tensor' }, names);
      return { kind: 'sparse', dtype: dtypeText(type.dtype), shape: describeShape(type.shape, names), of: dense };
    }
    case 'sequence':
    case 'optional':
      return { kind: type.kind, of: describeType(type.element, names) };
    case 'map':
      return { kind: 'map', key: type.key, of: describeType(type.value, names) };
    case 'unknown':
      return { kind: 'unknown', dtype: null, shape: null };
  }
}

const dtypeText = (dtype: MaybeDType): string | null => (dtype === 'undefined' ? null : dtype);

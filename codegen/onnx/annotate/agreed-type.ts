// What several inferred types have in common.
import { type Dim, unknownDim } from '../../../src/dim/dim.ts';
import type { Shape, ValueType } from '../../../src/ir/type.ts';

/**
 * The type that says what all of some types say: sizes on which they differ are open, and so is a rank.
 *
 * @returns undefined where they differ in kind or element type
 */
export function agreedType(types: readonly ValueType[]): ValueType | undefined {
  const [first, ...others] = types;
  return others.reduce<ValueType | undefined>((agreed, type) => agreed && bothSay(agreed, type), first);
}

function bothSay(a: ValueType, b: ValueType): ValueType | undefined {
  if (a === b) return a;
  switch (a.kind) {
    case 'tensor':
    case 'sparse':
      return b.kind === a.kind && a.dtype === b.dtype ? { ...a, shape: bothSizes(a.shape, b.shape) } : undefined;
    case 'sequence':
    case 'optional': {
      const element = b.kind === a.kind ? bothSay(a.element, b.element) : undefined;
      return element && { ...a, element };
    }
    case 'map': {
      const value = b.kind === 'map' && a.key === b.key ? bothSay(a.value, b.value) : undefined;
      return value && { ...a, value };
    }
    case 'unknown':
      return undefined;
  }
}

function bothSizes(a: Shape | null, b: Shape | null): Shape | null {
  if (!a || !b || a.length !== b.length) return null;
  return a.map((size: Dim, axis) => (size === b[axis] ? size : unknownDim()));
}

// Draws a node after a worked case of an operator's row: the case's sizes become those of values at hand or of new inputs.

import { isDimwiseError } from '../../src/base/errors.ts';
import { constant, type Dim, type SymbolDim, symbolsOf } from '../../src/dim/dim.ts';
import { substitute } from '../../src/dim/evaluate.ts';
import { formalAt } from '../../src/infer/type-variables.ts';
import { dimOf, intOf, type Scalar } from '../../src/ir/content.ts';
import { type DType, dtypeFromSpec } from '../../src/ir/dtype.ts';
import type { OperatorExample, OperatorRow } from '../../src/ir/operator.ts';
import { tensorFromValues } from '../../src/ir/tensor-data.ts';
import { mapDims, type Shape } from '../../src/ir/type.ts';
import { parseType, type TypeText } from '../../src/ir/type-text.ts';
import { operatorRows } from '../../src/ops/rows.ts';
import { findSchema, latestOpset, type OperatorSchema, schemaVersions } from '../../src/ops/schema.ts';
import { HELD_DTYPES } from './held-dtypes.ts';
import type { Fill } from './plan.ts';
import type { Draft, Known, Scene } from './scene.ts';

/** A case that a node can be drawn after. */
export interface Template {
  readonly row: OperatorRow;
  readonly example: OperatorExample;
  readonly sinceVersion: number;
}

/** Elements that an input must have for the runtime to go through: an index, a divisor, a count. */
const FILLS: Readonly<Record<string, Readonly<Record<number, Fill>>>> = {
  Div: { 1: 'positive' },
  Mod: { 1: 'positive' },
  Det: { 0: 'one' },
  Dropout: { 1: 'zero' },
  Expand: { 1: 'one' },
  OneHot: { 1: 'positive' },
  Slice: { 4: 'one' },
  MaxRoiPool: { 1: 'zero' },
  NonMaxSuppression: { 3: 'zero', 4: 'zero' },
};

let templates: readonly Template[] | undefined;

/** Operators that recipes draw, within the limits of the runtime's own inference. */
const BY_RECIPE: ReadonlySet<string> = new Set(['PRelu']);

/** All templates: cases of tensors with outputs, whose constants are known numbers. */
export function allTemplates(): readonly Template[] {
  templates ??= operatorRows().flatMap((row) =>
    row.examples.flatMap((example) => {
      const since = example.outputs && row.domain !== 'dimwise.nn' ? sinceVersionOf(row, example) : undefined;
      return since !== undefined && isDrawable(row.name, example) ? [{ row, example, sinceVersion: since }] : [];
    }),
  );
  return templates;
}

function sinceVersionOf({ domain = '', name }: OperatorRow, { opset }: OperatorExample): number | undefined {
  const first = schemaVersions(domain, name)[0]?.sinceVersion ?? 21;
  return findSchema(domain, name, opset ?? (domain ? (latestOpset(domain) ?? 1) : Math.max(21, first)))?.sinceVersion;
}

/** Inputs that no filling makes right: sizes that must add up to an axis. */
const MUST_BE_KNOWN: Readonly<Record<string, number>> = { Split: 1, Squeeze: 1, Col2Im: 1 };

function isDrawable(name: string, { attributes = {}, bodies, inputs, given = [] }: OperatorExample): boolean {
  return (
    !BY_RECIPE.has(name) &&
    // Recipes draw bodies of their own.
    !bodies &&
    // Where it is not the last axis, the runtime's own inference is wrong.
    !(name === 'SimplifiedLayerNormalization' && 'axis' in attributes) &&
    given.length === 0 &&
    inputs.every((text, i) => {
      if (text === null) return true;
      const { type, content } = parseType(text);
      if (MUST_BE_KNOWN[name] === i && !content) return false;
      if (type.kind !== 'tensor' || !HELD_DTYPES.has(type.dtype)) return false;
      return !content || content.elements.every((element) => numberOf(element) !== undefined);
    })
  );
}

function numberOf(element: Scalar): number | bigint | boolean | undefined {
  if (typeof element === 'number' || typeof element === 'boolean') return element;
  return dimOf(element)?.kind === 'const' || typeof element === 'bigint' ? intOf(element) : undefined;
}

/** A node after a template; undefined where no input fits. */
export function draftOf(scene: Scene, { row, example }: Template): Draft | undefined {
  const { domain = '', name } = row;
  const schema = scene.schema(name, domain);
  if (!schema) return undefined;
  const types = example.inputs.map((text) => (text === null ? null : parseType(text)));
  const slots = new Slots(scene, row, retyped(scene, schema, types));
  const inputs = slots.fill();
  if (!inputs) return undefined;
  return {
    op: name,
    domain,
    inputs,
    ...(example.attributes ? { attributes: example.attributes } : {}),
    outputs: example.outputs?.length ?? 1,
  };
}

/** The inputs with another element type for one of the schema's type variables, half of the time one that a value at hand has. */
function retyped(
  scene: Scene,
  schema: OperatorSchema,
  types: readonly (TypeText | null)[],
): readonly (TypeText | null)[] {
  const { rng } = scene;
  if (!rng.chance(0.3)) return types;
  const variable = rng.maybe([...schema.typeConstraints.keys()]);
  const specs = schema.typeConstraints.get(variable ?? '') ?? [];
  const allowed = specs
    .map((spec) => dtypeFromSpec(/^tensor\((\w+)\)$/.exec(spec)?.[1] ?? ''))
    .filter((dtype): dtype is DType => dtype !== undefined && HELD_DTYPES.has(dtype));
  const atHand = rng.chance(0.5) ? scene.draw(({ dtype }) => allowed.includes(dtype))?.dtype : undefined;
  const dtype = atHand ?? rng.maybe(allowed);
  if (!dtype) return types;
  return types.map((each, i) => {
    const isOfVariable = formalAt(schema.inputs, i)?.typeStr === variable;
    return isOfVariable && each?.type.kind === 'tensor' && !each.content ? { type: { ...each.type, dtype } } : each;
  });
}

/** Fills the inputs of one case. */
class Slots {
  readonly #scene: Scene;
  readonly #row: OperatorRow;
  readonly #types: readonly (TypeText | null)[];
  readonly #sizes = new Map<SymbolDim, Dim>();

  constructor(scene: Scene, row: OperatorRow, types: readonly (TypeText | null)[]) {
    this.#scene = scene;
    this.#row = row;
    this.#types = types;
  }

  fill(): (string | undefined)[] | undefined {
    const { rng } = this.#scene;
    const names = new Map<number, string>();
    const order = rng.shuffle([...this.#types.keys()]);
    for (const i of order) {
      const found = rng.chance(0.8) ? this.#atHand(i) : undefined;
      if (found) names.set(i, found);
    }
    for (const i of order) {
      if (names.has(i) || !this.#types[i]) continue;
      const made = this.#made(i);
      if (!made) return undefined;
      names.set(i, made);
    }
    return this.#types.map((_, i) => names.get(i));
  }

  /** A value at hand whose sizes fit; now and then one whose sizes must be made to fit by a condition. */
  #atHand(i: number): string | undefined {
    const type = this.#types[i];
    if (type?.type.kind !== 'tensor' || type.content) return undefined;
    const { dtype, shape } = type.type;
    // Integers may be indices, and what is computed is none.
    if ((i > 0 && /^u?int/.test(dtype)) || FILLS[this.#row.name]?.[i]) return undefined;
    const loose = this.#scene.rng.chance(0.1);
    const found = this.#scene.draw((known) => known.dtype === dtype && (!shape || this.#fits(known, shape, loose)));
    if (found && shape) this.#bind(found, shape);
    return found?.name;
  }

  #fits(known: Known, shape: Shape, loose: boolean): boolean {
    if (known.shape.length !== shape.length) return false;
    const sizes = new Map(this.#sizes);
    return shape.every((dim, axis) => {
      const actual = known.shape[axis];
      if (!actual) return false;
      if (dim.kind === 'symbol' && !sizes.has(dim)) {
        sizes.set(dim, actual);
        return true;
      }
      return loose || this.#evaluated(dim, sizes) === actual;
    });
  }

  #bind({ shape: actual }: Known, shape: Shape): void {
    shape.forEach((dim, axis) => {
      const size = actual[axis];
      if (size && dim.kind === 'symbol' && !this.#sizes.has(dim)) this.#sizes.set(dim, size);
    });
  }

  #evaluated(dim: Dim, sizes: ReadonlyMap<SymbolDim, Dim>): Dim | undefined {
    if (![...symbolsOf(dim)].every((asked) => sizes.has(asked))) return undefined;
    try {
      return substitute(dim, (asked) => sizes.get(asked));
    } catch (error) {
      if (isDimwiseError(error)) return undefined;
      throw error;
    }
  }

  /** A new input, or the case's own constant. */
  #made(i: number): string | undefined {
    const given = this.#types[i];
    if (given?.type.kind !== 'tensor' || given.type.dtype === 'undefined') return undefined;
    const { dtype } = given.type;
    if (given.content) {
      const elements = given.content.elements.map(numberOf);
      const known = elements.filter((element) => element !== undefined);
      return this.#scene.constant(tensorFromValues(dtype, given.content.shape, known));
    }
    const { rng } = this.#scene;
    const open = given.type.shape ?? rng.list(rng.int(1, 3), () => this.#scene.size());
    for (const dim of open) {
      for (const asked of symbolsOf(dim)) {
        if (!this.#sizes.has(asked)) this.#sizes.set(asked, given.type.shape ? this.#scene.size() : asked);
      }
    }
    const shape: (Dim | undefined)[] = [];
    mapDims({ ...given.type, shape: open }, (dim) => {
      shape.push(dim.kind === 'const' ? dim : this.#evaluated(dim, this.#sizes));
      return constant(0);
    });
    const sizes = shape.filter((dim) => dim !== undefined);
    if (sizes.length < shape.length) return undefined;
    const fill = FILLS[this.#row.name]?.[i] ?? (/^u?int/.test(dtype) ? 'zero' : 'any');
    return this.#scene.input(dtype, sizes, fill)?.name;
  }
}

// The parameters of a layer as values of the graph, added when they are read.
import type { Trace } from '../build/trace.ts';
import { isFloatDType } from '../ir/dtype.ts';
import type { Value } from '../ir/graph.ts';
import type { Parameter } from './parameter.ts';

/** Parameters by local name. */
type Cells = Readonly<Record<string, Parameter>>;

/** Lazily adds the parameters of a layer to the graph, under the layer's path; open dtypes follow `like`. */
export function parameterValues(
  trace: Trace,
  { parameters: cells }: { readonly parameters: Cells },
  { getters, like }: { readonly getters: object; readonly like: Value | undefined },
): Readonly<Record<string, Value>> {
  const { path } = trace;
  for (const name in cells) {
    const cell = cells[name];
    if (!cell) continue;
    const local = path ? `${path}.${name}` : name;
    if (!trace.valueFor(cell)) cell.claimPath(local);
    trace.meet?.(cell, local);
  }
  const values: ParameterValues = Object.create(getters);
  values[SOURCES] = { trace, cells, path, like };
  return values;
}

/** What the values of a layer's parameters are made from when they are read. */
interface ValueSources {
  readonly trace: Trace;
  readonly cells: Cells;
  /** The layer's path in this call. */
  readonly path: string;
  readonly like: Value | undefined;
}

const SOURCES = Symbol('sources');

/** The parameters of one call of a layer, by their getters. */
interface ParameterValues {
  readonly [name: string]: Value;
  [SOURCES]: ValueSources;
}

const getters = new Map<string, object>();

/** Getters for parameters of these names, one object for all layers that have them: a getter of each call's own is slow to define. */
export function gettersOf(names: readonly string[]): object {
  const key = names.join('\0');
  const known = getters.get(key);
  if (known) return known;
  const made = {};
  for (const name of names)
    Object.defineProperty(made, name, {
      enumerable: true,
      get(this: ParameterValues): Value | undefined {
        const { trace, cells, path, like } = this[SOURCES];
        const cell = cells[name];
        return cell && parameterValue(trace, cell, path ? `${path}.${name}` : name, like);
      },
    });
  getters.set(key, made);
  return made;
}

/** A parameter of a layer as a value of the graph: the one that is given for it, or its own, added on first use. */
export function parameterValue(trace: Trace, cell: Parameter, local: string, like: Value | undefined): Value {
  const given = trace.valueFor(cell);
  if (given) return given;
  const type = like?.type;
  const dtype =
    cell.isDTypeOpen && type?.kind === 'tensor' && type.dtype !== 'undefined' && isFloatDType(type.dtype)
      ? type.dtype
      : cell.dtype;
  const value = trace.root.addParameter(cell, { dtype, origin: cell.origin });
  value.name ??= trace.nameCell(cell, local);
  return value;
}

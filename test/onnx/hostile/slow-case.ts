// Families of small files that could keep dimwise busy, and what they are built of.
import type { NodeProto, ValueInfoProto } from '../../../codegen/onnx/proto/messages.ts';
import { type NodesModelOptions, node, nodesModel, value } from './build.ts';
import { times } from './case.ts';

/** A family of files by the count of what is repeated. */
export type SlowRow = readonly [name: string, count: number, file: (count: number) => Uint8Array];

/** Sizes of one value. */
export type Sizes = readonly (number | string)[];
/** An input `x` of unknown rank. */
export const open: ValueInfoProto = { name: 'x', type: { tensorType: { elemType: 1 } } };

/** Values `x0, x1, ...` of new symbols each. */
export const inputs = (count: number, sizes: (i: number) => Sizes, elemType = 1) =>
  times(count, (i) => value(`x${i}`, sizes(i), elemType));
/** Their names. */
export const list = (count: number, name = 'x'): string => times(count, (i) => `${name}${i}`).join(' ');
/** A node after another, from `h0` to `hN`. */
export const chain = (count: number, make: (from: string, to: string, i: number) => NodeProto[]): NodeProto[] =>
  times(count, (i) => make(`h${i}`, `h${i + 1}`, i)).flat();
/** A model of a chain. */
export const chained = (
  count: number,
  sizes: Sizes,
  make: (from: string, to: string, i: number) => NodeProto[],
  options: NodesModelOptions = {},
): Uint8Array =>
  nodesModel(chain(count, make), {
    outputs: [`h${count}`],
    ...options,
    inputs: [value('h0', sizes), ...(options.inputs ?? [])],
  });
/** One node with many inputs. */
export const wide =
  (op: string, sizes: (i: number) => Sizes, attributes = {}) =>
  (count: number) =>
    nodesModel([node(op, list(count), 'y', attributes)], { inputs: inputs(count, sizes) });

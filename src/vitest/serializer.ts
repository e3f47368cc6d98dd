// Prints graphs, models and shapes in snapshots.
import type { SnapshotSerializer } from 'vitest';
import { isOnnxModel } from '../../codegen/onnx/is-onnx-model.ts';
import { formatGraph } from '../ir/graph-text.ts';
import { SymbolNames } from '../ir/symbol-names.ts';
import { formatShape } from '../ir/type.ts';
import { graphOf, isGraph, isModel, isShape } from './recognise.ts';

/** Text that goes into a snapshot as it is, without quotes. */
export class SnapshotText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * A serializer of snapshots for graphs, models in any state and of files, and shapes. Inner values are numbered, weights are a dtype, a shape
 * and a checksum, so that a snapshot changes only when the program does.
 *
 * @example expect.addSnapshotSerializer(dimwiseSerializer)
 */
export const dimwiseSerializer: SnapshotSerializer = {
  test: (thing: unknown) =>
    thing instanceof SnapshotText || isGraph(thing) || isModel(thing) || isOnnxModel(thing) || isShape(thing),
  serialize: (thing: unknown) => snapshotText(thing),
};

function snapshotText(thing: unknown): string {
  if (thing instanceof SnapshotText) return thing.text;
  if (isShape(thing)) {
    const names = new SymbolNames();
    for (const dim of thing) names.reserveDim(dim);
    return formatShape(thing, names.format);
  }
  const graph = graphOf(thing);
  if (graph) return formatGraph(graph);
  return isModel(thing) ? `${thing.name}: traced when a batch binds it` : '';
}

// The window of a layer node, as the operators of ONNX take it.
import type { Node } from '../ir/graph.ts';
import { integersOf } from './layer-values.ts';

/** The window attributes that the layer put on its node, as Conv takes them. */
export function nodeWindow(node: Node) {
  const listed = (name: string) => (node.attribute(name) ? integersOf(node, name) : undefined);
  return {
    kernel_shape: integersOf(node, 'kernel_shape'),
    strides: listed('strides'),
    dilations: listed('dilations'),
    pads: listed('pads'),
    auto_pad: node.attribute('auto_pad') ? 'SAME_UPPER' : undefined,
  } as const;
}

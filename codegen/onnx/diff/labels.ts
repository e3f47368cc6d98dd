// How nodes, values and attributes are called in what a comparison tells.
import type { Attribute } from '../../../src/ir/attribute.ts';
import type { Node, Value } from '../../../src/ir/graph.ts';
import { formatType } from '../../../src/ir/type.ts';
import { typeText } from './weights.ts';

/** A node: `node "conv1" (Conv)`. */
export function nodeLabel(node: Node): string {
  const name = node.name ?? node.outputs[0]?.name;
  return name ? `node "${name}" (${node.op})` : `node (${node.op})`;
}

/** Where a value comes from, by what makes it: names of inner values mean nothing. */
export function sourceLabel(value: Value | undefined): string {
  if (!value) return 'nothing';
  const { source } = value;
  switch (source.kind) {
    case 'node':
      return source.node.outputs.length > 1
        ? `output ${source.index} of ${nodeLabel(source.node)}`
        : nodeLabel(source.node);
    case 'input':
      return `input "${value.name ?? ''}"`;
    case 'constant':
      return `initializer "${value.name ?? ''}"`;
    case 'parameter':
      return value.label;
  }
}

const MAX_TEXT = 60;

/** The value of an attribute, shortened where it is long. */
export function attributeText(attribute: Attribute): string {
  const text = wholeText(attribute);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text;
}

function wholeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'int':
    case 'float':
      return String(attribute.value);
    case 'string':
      return stringText(attribute.value);
    case 'ints':
    case 'floats':
      return `[${attribute.value.join(', ')}]`;
    case 'strings':
      return `[${attribute.value.map(stringText).join(', ')}]`;
    case 'tensor':
      return typeText(attribute.value);
    case 'tensors':
      return `[${attribute.value.map(typeText).join(', ')}]`;
    case 'type_proto':
      return formatType(attribute.value);
    case 'ref':
      return `@${attribute.value}`;
    case 'graph':
      return 'a graph';
    case 'sparse_tensor':
      return `sparse ${attribute.value.values.dtype}[${attribute.value.shape.join(', ')}]`;
    case 'graphs':
    case 'sparse_tensors':
    case 'type_protos':
      return `${attribute.value.length} ${attribute.kind.replace('_', ' ')}`;
  }
}

const stringText = (value: string | Uint8Array): string =>
  typeof value === 'string' ? JSON.stringify(value) : `${value.length} bytes`;

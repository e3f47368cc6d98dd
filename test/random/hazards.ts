// Runs that end the process or never end inside ONNX Runtime 1.30 and therefore are not tried.
import { isDimwiseError } from '../../src/base/errors.ts';
import type { Dim, SymbolDim } from '../../src/dim/dim.ts';
import { evaluate } from '../../src/dim/evaluate.ts';
import { allNodes } from '../../src/ir/bodies.ts';
import type { Node } from '../../src/ir/graph.ts';
import type { BuiltPlan } from './build-plan.ts';
import type { Sizes } from './feeds.ts';

/**
 * Without elements a Scan divides by their number, a Conv may run for ever, an InstanceNormalization or Unique reads what is not there,
 * a FeatureVectorizer ends its thread.
 */
const WANTS_ELEMENTS: ReadonlySet<string> = new Set([
  'Scan',
  'Conv',
  'InstanceNormalization',
  'Unique',
  'FeatureVectorizer',
]);

/** Whether the kernel of a node reads what is not there where an input is empty. */
function wantsElements({ op, inputs }: Node): boolean {
  // Only over two spatial axes does the transposed convolution have a kernel of its own.
  if (op === 'ConvTranspose') return inputs[0]?.type.kind !== 'tensor' || inputs[0].type.shape?.length !== 4;
  return WANTS_ELEMENTS.has(op);
}

/** Tells whether a run under these sizes would end the process, or not end. */
export function isHazardous({ graph }: BuiltPlan, sizes: Sizes): boolean {
  const sizeOf = (asked: SymbolDim): number | undefined => (asked.role === 'named' ? sizes.get(asked.name) : undefined);
  const isEmpty = (dim: Dim): boolean => {
    try {
      return evaluate(graph.facts.simplify(dim), sizeOf) === 0;
    } catch (error) {
      // A size that only the run tells may be 0.
      if (isDimwiseError(error)) return graph.facts.range(dim).min < 1;
      throw error;
    }
  };
  for (const node of allNodes(graph)) {
    if (wantsElements(node) && shapesOf(node).some((shape) => shape.some(isEmpty))) return true;
  }
  return false;
}

function shapesOf(node: Node): (readonly Dim[])[] {
  return node.inputs.flatMap((input) => (input?.type.kind === 'tensor' && input.type.shape ? [input.type.shape] : []));
}

/** Nodes that end the process when they are loaded or run, by what inference refuses them for. */
const DEADLY: readonly { readonly op: string; readonly text: RegExp }[] = [
  { op: 'Einsum', text: /the ellipsis must stand for equally many axes/ },
  { op: 'Scan', text: /the length of the scan inputs must be at least 1/ },
  { op: 'ConvTranspose', text: /size of spatial axis \d+ must be at least 1, got 0/ },
];

/** Tells whether a node that inference refused would end the process. */
export function isDeadly(op: string, text: string): boolean {
  return DEADLY.some((each) => each.op === op && each.text.test(text));
}

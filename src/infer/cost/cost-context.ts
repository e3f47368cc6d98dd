// What a rule of cost sees of one node: the reading half of the rule context, with the inferred outputs.
import { dimwiseError } from '../../base/errors.ts';
import { type Count, countOf, countOfSizes } from '../../dim/count.ts';
import type { Dim } from '../../dim/dim.ts';
import type { CostContext } from '../../ir/cost.ts';
import type { Node } from '../../ir/graph.ts';
import { type Shape, UNKNOWN_TYPE, type ValueType } from '../../ir/type.ts';
import type { OperatorSchema } from '../../ops/schema.ts';
import { Context } from '../context.ts';
import type { Engine } from '../context-engine.ts';
import type { OpenCounts } from './open-counts.ts';

/** The context of one node; see {@link CostContext} for what each member does. */
export class NodeCostContext extends Context implements CostContext {
  readonly #open: OpenCounts;

  constructor(node: Node, schema: OperatorSchema | undefined, open: OpenCounts) {
    super(node, schema, undefined, READER);
    this.#open = open;
  }

  output(i: number): ValueType {
    return this.node.outputs[i]?.type ?? UNKNOWN_TYPE;
  }

  outputShape(i: number): Shape | undefined {
    const type = this.output(i);
    return type.kind === 'tensor' || type.kind === 'sparse' ? (type.shape ?? undefined) : undefined;
  }

  elements(i: number): Count {
    const value = this.node.inputs[i];
    return value ? this.#open.elementsOf(value) : countOf(0);
  }

  outputElements(i: number): Count {
    const value = this.node.outputs[i];
    return value ? this.#open.elementsOf(value) : countOf(0);
  }

  product(...sizes: readonly (Dim | number | undefined)[]): Count | undefined {
    const known = sizes.filter((size) => size !== undefined);
    return known.length === sizes.length ? countOfSizes(known) : undefined;
  }
}

/** A rule of cost reads types; bodies are followed by what sums the costs. */
const READER: Engine = {
  inferBody: noBodies,
  branches: noBodies,
  spanOf: () => undefined,
};

function noBodies(): never {
  throw dimwiseError({ code: 'INTERNAL_INVARIANT', message: 'a rule of cost does not infer bodies' });
}

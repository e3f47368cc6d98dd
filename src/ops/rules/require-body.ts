// The body that an operator of control flow holds.
import type { Graph } from '../../ir/graph.ts';
import type { InferContext } from '../../ir/operator.ts';

/**
 * The body of an attribute, with its counts of inputs and outputs checked.
 *
 * @throws ATTRIBUTE_MISSING, OP_INVALID (caught by the engine) when there is none, or the counts do not fit
 */
export function requireBody(cx: InferContext, name: string, inputs: number, outputs: number): Graph {
  const body = cx.graph(name);
  if (!body) return cx.fail('ATTRIBUTE_MISSING', `${cx.op} needs body ${name}`, { expected: name });
  if (body.inputs.length !== inputs || body.outputs.length !== outputs) {
    cx.fail(
      'OP_INVALID',
      `${cx.op}: body ${name} has ${body.inputs.length} inputs and ${body.outputs.length} outputs`,
      {
        expected: `${inputs} inputs and ${outputs} outputs`,
        actual: `${body.inputs.length} inputs and ${body.outputs.length} outputs`,
      },
    );
  }
  return body;
}

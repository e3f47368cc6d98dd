// The types that a schema alone gives the outputs of an operator without a rule.
import { describe, expect, test } from 'vitest';
import { inferGraph } from '../../src/infer/infer-node.ts';
import { parseGraph } from '../../src/ir/parse-graph.ts';
import { formatType } from '../../src/ir/type.ts';

describe('an output of a heterogeneous list', () => {
  test('does not take the type that inputs bind to its variable', () => {
    const graph = parseGraph(`<opset_import: ["" : 21]> g (seq(float[2,3]) s) => (y) {
      y = SequenceMap <body = b (float[2,3] x) => (int64[2] n) { n = Shape (x) }> (s)
    }`);
    inferGraph(graph, () => {});
    const [output] = graph.outputs;
    expect(output && formatType(output.type)).not.toContain('float32');
  });
});

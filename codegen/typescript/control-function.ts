// The function bodies of operators whose number of outputs follows from a body or a list of sizes.

const BODIES: Readonly<Record<string, readonly string[]>> = {
  If: [
    'const { name, then_branch, else_branch } = options;',
    "const thenGraph = branchBody('then_branch', then_branch);",
    "const elseGraph = branchBody('else_branch', else_branch);",
    'const attributes = { then_branch: thenGraph, else_branch: elseGraph };',
    "return callMany('If', [cond], attributes, name, { outputs: thenGraph.outputs.length });",
  ],
  Loop: [
    "operandList('Loop', v_initial, 'op.Loop(M, cond, [a, b], { body })');",
    'const { name, body } = options;',
    'const graph = loopBody({ limit: M, state: v_initial }, body);',
    '// The first output of the body is the condition, which stays inside.',
    "return callMany('Loop', [M, cond, ...v_initial], { body: graph }, name, { outputs: graph.outputs.length - 1 });",
  ],
  Scan: [
    "operandList('Scan', initial_state_and_scan_inputs, 'op.Scan([state, rows], { body, num_scan_inputs: 1 })');",
    'const { name, body, ...attributes } = options;',
    'const { num_scan_inputs, scan_input_axes } = attributes;',
    'const call = { inputs: initial_state_and_scan_inputs, scanned: num_scan_inputs, axes: scan_input_axes };',
    'const graph = scanBody(call, body);',
    "return callMany('Scan', initial_state_and_scan_inputs, { ...attributes, body: graph }, name, { outputs: graph.outputs.length });",
  ],
  SequenceMap: [
    "operandList('SequenceMap', additional_inputs, 'op.SequenceMap(list, [other], { body })');",
    'const { name, body } = options;',
    'const graph = mapBody(input_sequence, additional_inputs, body);',
    "return callMany('SequenceMap', [input_sequence, ...additional_inputs], { body: graph }, name, { outputs: graph.outputs.length });",
  ],
  Split: [
    'const { name, outputs, ...attributes } = options;',
    'const count = splitCount(split, { num_outputs: attributes.num_outputs, outputs });',
    "return callMany('Split', [input, split], splitAttributes(split, attributes, outputs), name, { outputs: count });",
  ],
};

/** The statements of such an operator's function; undefined for all others. */
export function controlBody(operator: string): readonly string[] | undefined {
  return BODIES[operator];
}

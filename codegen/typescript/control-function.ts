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
    'const { name, body } = options;',
    'const graph = loopBody(v_initial, body);',
    '// The first output of the body is the condition, which stays inside.',
    "return callMany('Loop', [M, cond, ...v_initial], { body: graph }, name, { outputs: graph.outputs.length - 1 });",
  ],
  Scan: [
    'const { name, body, ...attributes } = options;',
    'const { num_scan_inputs, scan_input_axes } = attributes;',
    'const call = { inputs: initial_state_and_scan_inputs, scanned: Number(num_scan_inputs), axes: scan_input_axes };',
    'const graph = scanBody(call, body);',
    "return callMany('Scan', initial_state_and_scan_inputs, { ...attributes, body: graph }, name, { outputs: graph.outputs.length });",
  ],
  SequenceMap: [
    'const { name, body } = options;',
    'const graph = mapBody(input_sequence, additional_inputs, body);',
    "return callMany('SequenceMap', [input_sequence, ...additional_inputs], { body: graph }, name, { outputs: graph.outputs.length });",
  ],
  Split: [
    'const { name, outputs, ...attributes } = options;',
    'const count = splitCount(split, { num_outputs: attributes.num_outputs, outputs });',
    "return callMany('Split', [input, split], attributes, name, { outputs: count });",
  ],
};

/** The statements of such an operator's function; undefined for all others. */
export function controlBody(operator: string): readonly string[] | undefined {
  return BODIES[operator];
}

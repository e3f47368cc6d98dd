// The table of what a check finds beside the mistakes of inference: how grave it is, the rule, and the way out.

/** How grave a finding is. `error`: no run is right, or ONNX Runtime refuses the model. `warning`: it runs, and should not stay. */
export type Severity = 'error' | 'warning' | 'note';

/** One rule. */
export interface CheckRule {
  readonly severity: Severity;
  /** Whether the official checker of ONNX refuses it, so that it is an error where the target is the standard. */
  readonly standard: boolean;
  /** The rule, as one sentence. */
  readonly rule: string;
  /** What to do. */
  readonly remedy: string;
}

type Row = (rule: string, remedy: string) => CheckRule;
const row =
  (severity: Severity, standard = false): Row =>
  (rule, remedy) => ({ severity, standard, rule, remedy });
const error = row('error', true);
/** Wrong, and no loader says so. */
const silent = row('error');
/** What ONNX Runtime takes and the official checker refuses. */
const lax = row('warning', true);
const warning = row('warning');
const note = row('note');

const EXPORT = 'Export the model again.';

/** Every rule with its row; the codes are stable. */
export const CHECK_RULES = {
  // The model
  MODEL_IR_VERSION: error(
    'A model has an IR version that ONNX knows.',
    'Set `ir_version`, 10 for what runs everywhere.',
  ),
  MODEL_GRAPH: error('A model has a graph.', EXPORT),
  GRAPH_NAME: lax('A graph has a name.', 'Name the graph.'),
  GRAPH_EMPTY: note('A graph has nodes.', 'Nothing, if the model is to pass its inputs through.'),
  GRAPH_OUTPUTS: warning('A graph has outputs.', 'List the values that the model is to give as outputs.'),
  METADATA_TWICE: lax('Each key of metadata stands once.', 'Remove one of the two entries.'),
  // Opsets
  OPSET_MISSING: lax(
    'The domains of all nodes are imported.',
    'Import the domain in the version that the nodes are written for.',
  ),
  OPSET_INVALID: error('The version of an opset is 1 or more.', 'Give the version that the nodes are written for.'),
  OPSET_TWICE: silent('A domain is imported once.', 'Keep the version that the nodes are written for.'),
  OPSET_UNKNOWN: silent('An opset is one that has been published.', 'Correct the version, or use a newer dimwise.'),
  OPSET_IR: warning('The IR version is as new as the opset.', 'Raise `ir_version` to what the message names.'),
  OPSET_SPELLING: row('note', true)(
    'A node has no domain where it is of ai.onnx.',
    'Leave the domain of the node empty; the official checker takes no other spelling.',
  ),
  OPSET_UNUSED: note('Imported domains have nodes.', 'Remove the import.'),
  // Types that the file states
  VALUE_TYPE: lax('Inputs and outputs have an element type that ONNX knows.', 'State the type.'),
  VALUE_SHAPE: lax('Inputs and outputs have a shape, sizes of which may be open.', 'State the rank at least.'),
  VALUE_CONTRADICTION: error('All that is stated of the type of one value agrees.', 'Correct what the message names.'),
  VALUE_SIZE: error('A size is 0 or more.', 'Leave a size open by giving neither number nor name.'),
  VALUE_INFO_UNUSED: note('Types are stated for values that exist.', 'Remove the statement.'),
  VALUE_INFO_TWICE: warning('The type of a value is stated once.', 'Remove one of the two statements.'),
  // Names and order
  NAME_UNDEFINED: error(
    'What is read is made: by a node, an input or an initializer of this graph or one around it.',
    'Correct the name.',
  ),
  NAME_TWICE: error('A name is made once in a graph.', 'Rename one of the two values.'),
  NAME_EMPTY: lax('Inputs, outputs and initializers have names.', 'Give it a name.'),
  NAME_SHADOWED: warning('A body makes no name of the graphs around it.', 'Rename the value of the body.'),
  OUTPUT_TWICE: warning('An output is listed once.', 'Remove one of the two, or copy the value by Identity.'),
  BODY_OUTPUT: error('The outputs of a body are made in the body.', 'Copy the value by Identity inside of the body.'),
  NODE_NAME_TWICE: silent(
    'Nodes that have names have different ones.',
    'Rename one of the two; ONNX Runtime refuses the model.',
  ),
  NODE_ORDER: row('note', true)(
    'Nodes stand behind those whose values they read.',
    'Nothing for dimwise, which sorts them; write the model again for others.',
  ),
  NODE_CYCLE: error(
    'No node reads, however far around, what it makes.',
    'Break the circle; what a loop carries goes through Loop or Scan.',
  ),
  // Nodes
  NODE_OPERATOR: error('A node has an operator.', EXPORT),
  NODE_EMPTY: error('A node has inputs or outputs.', 'Remove the node.'),
  OP_CUSTOM: note(
    'Operators are known; of others nothing can be checked.',
    'Nothing, if the runtime has the operator.',
  ),
  OP_RUNTIME: lax('Operators of ai.onnx are those of the standard.', 'Nothing, if the model is for ONNX Runtime.'),
  OP_DEPRECATED: error('A node has no deprecated operator.', 'Use the operator that took its place.'),
  OUTPUT_COUNT: error(
    'A node names as many outputs as its operator gives.',
    'Name the outputs that the message states.',
  ),
  ATTRIBUTE_TWICE: error('A node has an attribute once.', 'Remove one of the two.'),
  ATTRIBUTE_VALUE: error('An attribute has a name, a type, and a value of that type.', EXPORT),
  ATTRIBUTE_REFERENCE: silent('A reference names an attribute of the function that it stands in.', 'Correct the name.'),
  // Functions
  FUNCTION_IR: warning('Functions came with IR version 8.', 'Raise `ir_version`.'),
  FUNCTION_TWICE: error('Functions have different names.', 'Rename one of the two.'),
  FUNCTION_CYCLE: error('No function calls itself, however far around.', 'Break the circle.'),
  FUNCTION_UNUSED: note('Functions are called.', 'Remove the function.'),
  // Tensors
  TENSOR_DATA: error('The data of a tensor are as many as its sizes say, in the field of its type.', EXPORT),
  TENSOR_FIELDS: lax(
    'The data of a tensor stand in one field.',
    'Keep the field that is meant; `raw_data` is the one that is read.',
  ),
  WEIGHT_NAN: note('Weights are numbers.', 'See whether the training diverged.'),
  WEIGHT_INFINITE: note('Weights are finite.', 'Nothing, if the infinity is meant, as in a mask.'),
  WEIGHT_TWICE: note('Equal weights are stored once.', 'Let both readers read one initializer.'),
  INITIALIZER_UNUSED: warning('Initializers are read.', 'Remove the initializer.'),
  INITIALIZER_INPUT: note(
    'An initializer is no input; one that is may be replaced by a feed, so nothing is folded.',
    'Remove the input if nobody feeds it.',
  ),
  INITIALIZER_NO_INPUT: lax('Before IR version 4, an initializer is an input too.', 'Raise `ir_version` to 4 or more.'),
  // Beside the graph
  QUANTIZATION_NAME: warning(
    'A quantization annotation is of a value of its graph, and its scale and zero point are tensors there.',
    'Correct the name, or remove the annotation.',
  ),
  QUANTIZATION_TWICE: warning('A value has one quantization annotation, and that one tensor of a role.', 'Keep one.'),
  QUANTIZATION_KEY: note(
    'The keys of quantization annotations are SCALE_TENSOR and ZERO_POINT_TENSOR.',
    'Nothing, if the reader of the model knows the key.',
  ),
  TRAINING_IR: warning('Training information came with IR version 7.', 'Raise `ir_version` to 7 or more.'),
  TRAINING_NAME: warning(
    'The graphs of training information read what they make, or, in the algorithm, what the model makes.',
    'Correct the name.',
  ),
  TRAINING_BINDING: warning(
    'A binding of training sets one initializer, once, to an output of its graph.',
    'Correct the binding.',
  ),
  // Unused parts
  INPUT_UNUSED: note('Inputs are read.', 'Remove the input, or nothing, if feeds are to keep their form.'),
  NODE_UNUSED: note('Outputs depend on each node.', 'Remove the node.'),
  // The contract
  CONTRACT_UNREADABLE: warning(
    'The contract in the metadata is one that dimwise wrote.',
    'Write the model again by dimwise.',
  ),
  CONTRACT_STALE: warning(
    'The contract in the metadata says what inference finds.',
    'Write the model again by dimwise.',
  ),
  CONTRACT_CONTRADICTION: silent(
    'The contract in the metadata and the model can hold together.',
    'Write the model again by dimwise.',
  ),
  // Targets
  TARGET_LIMIT: silent(
    'The target takes the IR version and the opsets of the model.',
    'Choose a newer target, or export for an older opset.',
  ),
  TARGET_SIZE: silent('A file has less than 2 GiB.', 'Write weights as external data.'),
  TARGET_TYPE: silent('The target takes the types of inputs and outputs.', 'Cast inside of the model.'),
  TARGET_OPERATOR: silent(
    'The target has the operators of the model.',
    'Choose another target, or replace the operator.',
  ),
  TARGET_KERNEL: silent(
    'The target has a kernel for each operator.',
    'Choose another target, or replace the operator.',
  ),
} as const satisfies Record<string, CheckRule>;

/** The code of a rule. */
export type CheckCode = keyof typeof CHECK_RULES;

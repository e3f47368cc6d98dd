// The error codes of dims, types, graphs, layers and binding: a part of the table in codes.ts.
import { type CodeRow, internal, unsupported, user } from './code-row.ts';

/** The error codes of dims, types, graphs, layers and binding. */
export const MODEL_CODES = {
  DIM_OVERFLOW: user(
    'A size or an intermediate of a dim expression must stay below 2^53.',
    'Check the sizes for a mistake; no runtime can hold such a tensor.',
  ),
  DIM_SYNTAX: user(
    'A dim is an integer, a symbol name, `?`, or an expression of the documented grammar.',
    'Correct the text, or quote a name that is not an identifier.',
  ),
  DIM_UNDEFINED: user(
    'A dim expression must have a value at the given sizes (no division by zero, no broadcast of unequal sizes).',
    'Give sizes for which the expression is defined.',
  ),
  DIM_UNBOUND: user('Every symbol of an expression needs a size to evaluate it.', 'Give a size for the named symbol.'),
  DIM_CONTRADICTION: user(
    'The facts about a dim must not contradict each other.',
    'Correct one of the two places that the message names.',
  ),
  DIM_ALIAS: user(
    'One size should have one name.',
    'Export the file with one name for the size: dimwise understands both, other tools may not.',
  ),
  SHAPE_MISMATCH: user(
    'Sizes that meet in an operator or layer must agree.',
    'Correct one of the two sizes; the message names where each came from.',
  ),
  SHAPE_NARROWER: user(
    'What a file states of a shape should hold for every feed that the model takes.',
    'Export the file with the same symbols on inputs and outputs: dimwise uses the inferred shape, other tools may not.',
  ),
  BRANCH_RULED_OUT: user(
    'A branch of If should be one that a run can get through.',
    'Nothing, if the sizes are meant for the other branch; where ONNX Runtime refuses the file, it takes a copy made by dimwise bind.',
  ),
  BRANCH_UNFIT: user(
    'What a branch of If gives should fit what follows.',
    'Nothing: exporters write branches for sizes that a model does not take; the contract tells what is left.',
  ),
  RANK_MISMATCH: user(
    'An input must have the rank that the operator or layer takes.',
    'Reshape, flatten or unsqueeze the input, or declare another rank.',
  ),
  VALUE_UNKNOWN: user('A value is named as the file or graph has it.', 'Correct the name.'),
  RANK_UNKNOWN: user(
    'The shape of a value of unknown rank cannot be read.',
    'Declare the shape of the model input, or bind a batch first.',
  ),
  DTYPE_UNKNOWN: user(
    'The element type of a value cannot be read before it is known.',
    'Declare the model input, or bind a batch first.',
  ),
  DTYPE_MISMATCH: user(
    'An input must have an element type that the operator, layer or model takes.',
    'Cast the input, or declare another dtype.',
  ),
  KIND_MISMATCH: user(
    'An input must be of the kind (tensor, sequence, optional, map, sparse) that the operator takes.',
    'Give a value of the named kind.',
  ),
  ATTRIBUTE_INVALID: user(
    'An attribute must have the type and range that the operator defines.',
    'Correct the named attribute.',
  ),
  ATTRIBUTE_MISSING: user('A required attribute must be given.', 'Add the named attribute.'),
  ATTRIBUTE_UNKNOWN: user(
    'An attribute must be one that the operator has at this opset.',
    'Correct the spelling or remove the attribute.',
  ),
  INPUT_COUNT: user(
    'An operator takes a fixed range of input counts.',
    'Give the number of inputs that the message states.',
  ),
  OP_UNKNOWN: user(
    'An operator must exist in its domain at the opset of the graph.',
    'Correct the name, or raise the opset.',
  ),
  OP_INVALID: user("An operator's inputs and attributes must fit together.", 'Correct what the message names.'),
  FUNCTION_BUDGET: unsupported(
    'Calls of functions are followed 100 deep and over 200,000 nodes, unless the limits are raised.',
    'Inline the functions, or raise the limit callDepth or callNodes.',
  ),
  GRAPH_INVALID: internal(
    'A graph must be in single assignment form, sorted, with consistent uses.',
    'Report it with the model; a pass or builder broke the graph.',
  ),
  GRAPH_FOREIGN_VALUE: user(
    'A value can only be used in the graph that made it, or in a body inside it.',
    'Trace the value again in this graph, or pass it as an input.',
  ),
  GRAPH_TEXT_SYNTAX: user(
    'Graph text must follow the documented form.',
    'Correct the text at the position that the message names.',
  ),
  NAME_DUPLICATE: user('Names of inputs, outputs, symbols and parameters must be unique.', 'Rename one of the two.'),
  NAME_EMPTY: user('A value or node that is renamed needs a name.', 'Give a name.'),
  NODE_UNKNOWN: user('A node is named as the file has it.', 'Correct the name.'),
  CUT_INCOMPLETE: user(
    'A part that is cut out of a model must be given every input that its outputs need.',
    'Name the missing input too, or a value behind it.',
  ),
  JOIN_MISMATCH: user(
    'What is joined must fit together: kinds, element types, ranks, sizes and opsets.',
    'Correct one of the two models, or connect other values.',
  ),
  BATCH_FIXED: user(
    'The batch size can be changed where no node or weight holds the old one.',
    'Export the model with a batch size that varies, or replace the constant that the message names.',
  ),
  OUTPUT_INVALID: user(
    'A model must return at least one value that it computed.',
    'Return a value, an array of values or an object of values.',
  ),
  EXPLAIN_UNKNOWN: user(
    'What is to be explained must exist: a value, an axis of it, a constraint.',
    'Name one that `dimwise shapes` lists.',
  ),
  LAYER_ARGUMENT: user(
    'An argument must have the type and range that the layer or the function documents.',
    'Correct the named argument.',
  ),
  LAYER_INSIDE_MODEL: user(
    'A layer with parameters must be made outside of the function of the model, which runs at each bind.',
    'Make the layer before model(), and call it inside.',
  ),
  SYMBOL_UNUSED: user(
    'A range should be declared for a symbol that an input has.',
    'Correct the name, or remove the range.',
  ),
  PARAM_NOT_INITIALIZED: user(
    'A parameter has no data before initialize().',
    'Call initialize() and then bind the model, or run it on a batch.',
  ),
  PARAM_DEFERRED: user(
    'A parameter with unknown dims has no data before the first batch settles them.',
    'Bind the model to one batch (or its shape), or give the layer its input size.',
  ),
  PARAM_DIM_SYMBOLIC: user(
    'Parameter dims end as numbers; a symbol cannot reach one.',
    'Declare that axis of the input as a number, or leave it `?` so that the batch settles it.',
  ),
  PARAM_UNUSED: user(
    'Every parameter of a model should be reached by the traced path.',
    'Call the layer, or remove it from the model.',
  ),
  PARAM_INITIALIZED: user(
    'A parameter that has data keeps it when initialize() is called again.',
    'Pass forceReinit: true to draw new weights.',
  ),
  PARAM_SHAPE: user("Data for a parameter must have the parameter's shape.", 'Give data of the stated shape.'),
  PARAM_UNKNOWN: user('A parameter is addressed by a path that the model has.', 'Correct the path.'),
  INITIALIZER_INVALID: user(
    'An initializer must exist and fit the shape of its parameter.',
    'Choose another initializer, or correct its arguments.',
  ),
  SEED_INVALID: user('A seed is an integer from 0 to 2^53 - 1, or a bigint below 2^64.', 'Give such a seed.'),
  BIND_INPUT_MISSING: user('Binding needs a shape or a tensor for every input.', 'Give the named input.'),
  BIND_INPUT_UNKNOWN: user('Binding may only name inputs that the model has.', 'Correct the name.'),
  BIND_SYMBOL_UNKNOWN: user('Binding may only name symbols that inputs have.', 'Correct the name, or bind an input.'),
  BIND_MISMATCH: user(
    'A batch must fit the declared and the already bound sizes.',
    'Give a batch that fits, or bind a new instance of the model.',
  ),
  BIND_INCOMPLETE: user(
    'After binding, every unknown dim must be settled.',
    'Give a size for the dims that the message names.',
  ),
  BIND_ZERO: user(
    'A zero-sized dim of a batch cannot settle a symbol or a parameter that must be at least 1.',
    'Bind with a non-empty batch, or declare the symbol with min 0.',
  ),
  NOT_BOUND: user(
    'A model must be bound before it is compiled, saved or run.',
    'Call bind() with a batch or its shape first.',
  ),
} as const satisfies Record<string, CodeRow>;

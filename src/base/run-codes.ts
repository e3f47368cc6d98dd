// The error codes of runs: a part of the table in codes.ts.
import { type CodeRow, unsupported, user } from './code-row.ts';

/** The error codes of runs. */
export const RUN_CODES = {
  FEED_MISSING: user('A run needs a feed for every input of the model.', 'Give the named input.'),
  FEED_UNKNOWN: user('A feed may only name inputs that the model has.', 'Correct the name.'),
  FEED_MISMATCH: user("A feed must meet the model's contract.", 'Give sizes that meet the named constraint.'),
  FEED_NOT_FINITE: user(
    "A feed has no NaN and no infinity where the session refuses them (nonFinite: 'refuse').",
    'Find where they come from, or allow them.',
  ),
  OUTPUT_UNKNOWN: user('A run may only ask for outputs that the model has.', 'Correct the name.'),
  OUTPUT_ARRAY: user(
    'An array that is given for an output must have its element type and its size, and memory of its own.',
    'Give an array as the message says, or leave the output to the runtime.',
  ),
  OUTPUT_MISMATCH: user(
    'What is stated of sizes that depend on data must hold in every run.',
    'Correct what assumeShape or the declared output states, or feed data for which it holds.',
  ),
  SESSION_DISPOSED: user('A session runs nothing after it was disposed.', 'Create another session.'),
  SESSION_OPTION: user(
    'An option of a session or a run must exist, and onnxruntime-node must heed it.',
    'Correct the name or the value; docs/running.md lists the options.',
  ),
  RUNTIME_MISSING: user('Running needs the package onnxruntime-node.', 'Install it: npm install onnxruntime-node'),
  RUNTIME_PROVIDER: user(
    'A required execution provider must be available.',
    'Install its libraries, or allow another provider.',
  ),
  PROVIDER_FETCH: user(
    'The libraries of a provider must be of the same release as onnxruntime-node, and come whole.',
    'Do what the message says, or copy the libraries into the folder that dimwise doctor names.',
  ),
  RUNTIME_FAILED: unsupported(
    'ONNX Runtime must accept and run the model.',
    'Read the message of ONNX Runtime; report it if the model is valid.',
  ),
} as const satisfies Record<string, CodeRow>;

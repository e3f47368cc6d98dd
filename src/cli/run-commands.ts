// Commands that run models.
import { bind, type CommandRow, collect, LIMIT, seed, weights } from './command-row.ts';

/** Commands that run models. */
export const RUN_COMMANDS: readonly CommandRow[] = [
  {
    name: 'run',
    description: 'Run a model on ONNX Runtime.',
    argument: ['<file>', 'a .ts, .js or .onnx file'],
    define: (command) =>
      weights(seed(bind(command)))
        .option('--input <feed>', 'an input: x=FILE.npy or x=random; may be repeated', collect)
        .option('--provider <name>', 'cuda or cpu; cuda where it can be had by default')
        .option('--output <folder>', 'write every output as NAME.npy into this folder')
        .option(...LIMIT)
        .option('--json', 'print the outputs as one line of JSON')
        .addHelpText('after', '\nExample: dimwise run mlp.onnx --input x=random --bind x=2x20'),
    run: async (call) => (await import('./run.ts')).run(call),
  },
];

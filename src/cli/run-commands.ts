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
  {
    name: 'bench',
    description: 'Measure how long runs of models take.',
    argument: ['<file...>', '.ts, .js or .onnx files; the first one is what others are compared with'],
    define: (command) =>
      weights(seed(bind(command)))
        .option('--input <feed>', 'an input: x=FILE.npy; random by default; may be repeated', collect)
        .option('--provider <name>', 'cpu, cuda, or another one; may be repeated', collect)
        .option('--threads <counts>', 'threads of ONNX Runtime: 1,2')
        .option('--concurrency <counts>', 'runs at one time, in as many workers: 1,4')
        .option('--seconds <number>', 'how long to measure each, 3 by default')
        .option('--runs <count>', 'how many runs to measure of each, in place of --seconds')
        .option('--warmup <count>', 'runs that are not counted, 5 by default')
        .option('--svg <file>', 'write a plot')
        .option('--log', 'with --svg: a logarithmic scale')
        .option(...LIMIT)
        .option('--json', 'print the results as one line of JSON')
        .addHelpText('after', '\nA symbol may have several sizes: --bind batch=1,2,4,8')
        .addHelpText('after', '\nExample: dimwise bench before.onnx after.onnx --bind batch=1,8 --provider cpu'),
    run: async (call) => (await import('./bench.ts')).bench(call),
  },
  {
    name: 'profile',
    description: 'Tell where the time of a run goes.',
    argument: ['<file>', 'a .ts, .js or .onnx file'],
    define: (command) =>
      weights(seed(bind(command)))
        .option('--input <feed>', 'an input: x=FILE.npy; random by default; may be repeated', collect)
        .option('--provider <name>', 'cuda or cpu; cuda where it can be had by default')
        .option('--threads <count>', 'threads of ONNX Runtime')
        .option('--runs <count>', 'runs beside the first one, 20 by default')
        .option('--top <count>', 'how many nodes to list, 20 by default')
        .option('--html <file>', 'write a flame picture')
        .option(...LIMIT)
        .option('--json', 'print the profile as one line of JSON')
        .addHelpText(
          'after',
          '\nExample: dimwise profile bert.onnx --bind batch=1 --bind sequence=128 --html bert.html',
        ),
    run: async (call) => (await import('./profile.ts')).profile(call),
  },
  {
    name: 'doctor',
    description: 'Test providers, and say what to install.',
    define: (command) =>
      command
        .option('--provider <name>', 'a provider that must work, such as cuda; may be repeated', collect)
        .option('--device <number>', 'the GPU to test, 0 by default')
        .option('--onnxruntime <folder>', 'the onnxruntime-node to look at; the one that dimwise loads by default')
        .option('--fetch-cuda', "install the libraries of onnxruntime-node's CUDA provider first")
        .option('--dry-run', 'with --fetch-cuda: only say what would be done')
        .option('--force', 'with --fetch-cuda: replace what is there, take libraries of another release')
        .option('--json', 'print what was found as one line of JSON')
        .addHelpText('after', '\nExample: dimwise doctor --provider cuda'),
    run: async (call) => (await import('./doctor.ts')).doctor(call),
  },
];

// Commands that make models or tell of them.
import { bind, type CommandRow, collect, LIMIT, opening, seed, weights } from './command-row.ts';

/** Commands that make models or tell of them. */
export const MODEL_COMMANDS: readonly CommandRow[] = [
  {
    name: 'compile',
    description: 'Compile a model file to ONNX.',
    argument: ['<model>', 'a .ts or .js file'],
    define: (command) =>
      weights(seed(bind(command)))
        .requiredOption('-o, --output <file>', 'the .onnx file to write')
        .option('--target <name>', 'the runtime that the model is for: ort@1.30/cuda')
        .option('--external-data <where>', 'weights beside the model: auto, always, never, or from so many bytes on')
        .option('--threads <count>', 'threads that draw weights, 1 to 16; up to 4 where there is enough to draw')
        .option('-q, --quiet', 'print nothing but mistakes')
        .option('--json', 'print what was written as one line of JSON')
        .addHelpText('after', '\nExample: dimwise compile mlp.ts -o mlp.onnx --bind x=2x20'),
    run: async (call) => (await import('./compile.ts')).compile(call),
  },
  {
    name: 'shapes',
    description: 'Print every shape of models and .onnx files.',
    argument: ['<file...>', '.ts, .js or .onnx files'],
    define: (command) =>
      weights(bind(command))
        .option('--assume <shape>', 'what is known of a value of an .onnx file: h=[batch,4]; may be repeated', collect)
        .option('--all', 'list each weight and each note of an .onnx file, however many there are')
        .option(...LIMIT)
        .option('--json', 'print one line of JSON for each file')
        .addHelpText('after', '\nExample: dimwise shapes mlp.ts lenet.onnx --bind x=[batch,20] --json'),
    run: async (call) => (await import('./shapes.ts')).shapes(call),
  },
  {
    name: 'check',
    description: 'Find what is wrong with .onnx files.',
    argument: ['<file...>', '.onnx files'],
    define: (command) =>
      opening(command)
        .option('--target <name>', 'check the limits of a runtime too: ort@1.30/cpu; onnx@1.23 is the official checker')
        .option('--severity <least>', 'the least grave findings to print: error, warning, note')
        .option('--max-warnings <count>', 'fail where a file has more warnings')
        .option('--most <count>', 'print so many findings of a file at most: 1000')
        .option('--all', 'list each finding where many of one code are alike')
        .option('--no-weights', 'do not look into the elements of weights')
        .option('--json', 'print one line of JSON for each file')
        .option('--sarif', 'print one SARIF 2.1.0 log of all files')
        .addHelpText('after', '\nExample: dimwise check model.onnx --target ort@1.30/cpu'),
    run: async (call) => (await import('./check.ts')).check(call),
  },
  {
    name: 'cost',
    description: 'Count parameters, operations and memory.',
    argument: ['<file...>', '.ts, .js or .onnx files'],
    define: (command) =>
      weights(bind(command))
        .option('--by <what>', 'a line for each node, path (of a layer) or operator')
        .option('--depth <number>', 'with --by path: how many parts of the paths are told apart')
        .option('--assume <shape>', 'what is known of a value of an .onnx file: h=[batch,4]; may be repeated', collect)
        .option(...LIMIT)
        .option('--json', 'print one line of JSON for each file')
        .addHelpText('after', '\nExample: dimwise cost resnet50.onnx --bind batch=1 --by operator'),
    run: async (call) => (await import('./cost.ts')).cost(call),
  },
  {
    name: 'summary',
    description: 'Print the layers of models as a table.',
    argument: ['<file...>', '.ts or .js files'],
    define: (command) =>
      weights(bind(command))
        .option('--depth <number>', 'how many levels of layers have lines of their own')
        .option('--width <columns>', 'how wide the table may be: 80')
        .option('--json', 'print one line of JSON for each file')
        .addHelpText('after', '\nExample: dimwise summary lenet.ts --bind x=[batch,1,28,28] --depth 1'),
    run: async (call) => (await import('./summary.ts')).summary(call),
  },
  {
    name: 'explain',
    description: 'Tell how sizes came about.',
    argument: ['<file>', 'a .ts, .js or .onnx file'],
    more: [
      ['[value]', 'a value as dimwise shapes names it; all outputs where it is left out'],
      ['[axis]', 'an axis of it, from 0, or from -1 at the end; all axes where it is left out'],
    ],
    define: (command) =>
      weights(bind(command))
        .option('--assume <shape>', 'what is known of a value of an .onnx file: h=[batch,4]; may be repeated', collect)
        .option(...LIMIT)
        .option('--constraint <which>', 'explain a constraint instead, by its text or its number')
        .option('--all', 'a line for each node, also those that only pass a size on')
        .option('--json', 'print one line of JSON')
        .addHelpText('after', '\nExample: dimwise explain lenet.onnx output 1'),
    run: async (call) => (await import('./explain.ts')).explain(call),
  },
  {
    name: 'contract',
    description: 'Print what valid feeds meet, or check some.',
    argument: ['<file>', 'a .ts, .js or .onnx file'],
    define: (command) =>
      weights(bind(command))
        .option('--feed <shape>', 'the shape of a feed: x=2x20, ids=int64[2,7]; may be repeated', collect)
        .option('--all', 'list inputs too that have a value in the file')
        .option(...LIMIT)
        .option('--json', 'print one line of JSON')
        .addHelpText('after', '\nExample: dimwise contract bert.onnx --feed ids=2x600'),
    run: async (call) => (await import('./contract.ts')).contract(call),
  },
];

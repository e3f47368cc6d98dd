// The commands, in the order of the help. A command's work is imported when it is called, so that help is quick.
import type { Command } from 'commander';
import type { ExitCode, Io } from './io.ts';

/** One call of a command. */
export interface CommandCall {
  /** The arguments without options. */
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly io: Io;
}

/** One command. */
export interface CommandRow {
  readonly name: string;
  /** One sentence for the help. */
  readonly description: string;
  /** The arguments as commander writes them. */
  readonly argument: readonly [syntax: string, description: string];
  /** Arguments behind the first one. */
  readonly more?: readonly (readonly [syntax: string, description: string])[];
  /** Adds the options; called for the command that is asked for, because defining them all makes help slower. */
  readonly define: (command: Command) => Command;
  readonly run: (call: CommandCall) => Promise<ExitCode>;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** For commands that open .onnx files. */
const LIMIT = ['--limit <limit>', 'a limit of reading .onnx files: nodes=2000000; may be repeated', collect] as const;

/** For commands that read the weights of .onnx files too. */
const opening = (command: Command): Command =>
  command
    .option(...LIMIT)
    .option('--allow-hard-links', 'read external data that has several hard links, as in package caches');

const bind = (command: Command): Command =>
  command
    .option(
      '--bind <shape>',
      'a symbol or an input: batch=2, x=2x20, x=[batch,20], x=int64[batch,seq]; may be repeated',
      collect,
    )
    .option('--static', 'keep the numbers of --bind where the model has symbols');

const written = (command: Command): Command =>
  opening(command)
    .requiredOption('-o, --output <file>', 'the .onnx file to write')
    .option('--external-data <where>', 'weights beside the model: auto, always, never, or from so many bytes on')
    .option('--json', 'print what was written as one line of JSON');

/** Options that are steps: collected in the order of the command line. */
function steps(command: Command, options: readonly (readonly [flags: string, description: string])[]): Command {
  const done: (readonly [string, string])[] = [];
  for (const [flags, description] of options) {
    const [, name = ''] = /^--([\w-]+)/.exec(flags) ?? [];
    command.option(flags, description, collect);
    command.on(`option:${name}`, (value: string | null) => {
      done.push([name, value ?? '']);
      command.setOptionValue('steps', done);
    });
  }
  return command;
}

const seed = (command: Command): Command =>
  command.option('--seed <number>', 'draws all weights anew from this seed (0 where the file does not initialize)');

/** Every command. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'compile',
    description: 'Compile a model file to ONNX.',
    argument: ['<model>', 'a .ts or .js file'],
    define: (command) =>
      seed(bind(command))
        .requiredOption('-o, --output <file>', 'the .onnx file to write')
        .option('--weights <file>', 'a checkpoint that gives the weights: safetensors, its index, .npz, .gguf, .onnx')
        .option('--names <rules>', 'a JSON file of name rules for it; the export "names" of the model file otherwise')
        .option('--partial', 'take what fits of it, and draw the rest')
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
      bind(command)
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
      bind(command)
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
      bind(command)
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
      bind(command)
        .option('--assume <shape>', 'what is known of a value of an .onnx file: h=[batch,4]; may be repeated', collect)
        .option(...LIMIT)
        .option('--constraint <which>', 'explain a constraint instead, by its text or its number')
        .option('--all', 'a line for each node, also those that only pass a size on')
        .option('--json', 'print one line of JSON')
        .addHelpText('after', '\nExample: dimwise explain lenet.onnx output 1'),
    run: async (call) => (await import('./explain.ts')).explain(call),
  },
  {
    name: 'run',
    description: 'Run a model on ONNX Runtime.',
    argument: ['<file>', 'a .ts, .js or .onnx file'],
    define: (command) =>
      seed(bind(command))
        .option('--input <feed>', 'an input: x=FILE.npy or x=random; may be repeated', collect)
        .option('--provider <name>', 'cuda or cpu; cuda where it can be had by default')
        .option('--output <folder>', 'write every output as NAME.npy into this folder')
        .option(...LIMIT)
        .option('--json', 'print the outputs as one line of JSON')
        .addHelpText('after', '\nExample: dimwise run mlp.onnx --input x=random --bind x=2x20'),
    run: async (call) => (await import('./run.ts')).run(call),
  },
  {
    name: 'contract',
    description: 'Print what valid feeds meet, or check some.',
    argument: ['<file>', 'a .ts, .js or .onnx file'],
    define: (command) =>
      bind(command)
        .option('--feed <shape>', 'the shape of a feed: x=2x20, ids=int64[2,7]; may be repeated', collect)
        .option('--all', 'list inputs too that have a value in the file')
        .option(...LIMIT)
        .option('--json', 'print one line of JSON')
        .addHelpText('after', '\nExample: dimwise contract bert.onnx --feed ids=2x600'),
    run: async (call) => (await import('./contract.ts')).contract(call),
  },
  {
    name: 'bind',
    description: 'Fix or rename sizes of an .onnx file.',
    argument: ['<file>', 'an .onnx file'],
    define: (command) =>
      written(command)
        .option(
          '--bind <size>',
          'a symbol or an input: batch=1, seq=2*n, x=[1,3,224,224], x=2x20; may be repeated',
          collect,
        )
        .option('--no-fold', 'leave nodes whose results are known by now as they are')
        .addHelpText(
          'after',
          '\nExample: dimwise bind bert.onnx -o bert-1x128.onnx --bind batch=1 --bind sequence=128',
        ),
    run: async (call) => (await import('./bind.ts')).bind(call),
  },
  {
    name: 'annotate',
    description: 'Write all shapes into an .onnx file.',
    argument: ['<file>', 'an .onnx file'],
    define: (command) =>
      written(command)
        .option('--no-contract', 'leave the contract out of the metadata')
        .addHelpText('after', '\nExample: dimwise annotate bert.onnx -o bert-shapes.onnx'),
    run: async (call) => (await import('./annotate.ts')).annotate(call),
  },
  {
    name: 'diff',
    description: 'Compare two .onnx files by structure.',
    argument: ['<file>', 'an .onnx file'],
    more: [['<other>', 'the .onnx file that it is compared with']],
    define: (command) =>
      opening(command)
        .option('--tolerance <number>', 'let weights differ by so much of the greatest element of their tensor')
        .option('--shapes', 'compare the shapes of all values, not only of inputs and outputs')
        .option('--json', 'print one line of JSON')
        .addHelpText('after', '\nExit code: 0 without a difference, 1 with one, 2 in trouble.')
        .addHelpText('after', '\nExample: dimwise diff before.onnx after.onnx --tolerance 1e-6'),
    run: async (call) => (await import('./diff.ts')).diff(call),
  },
  {
    name: 'edit',
    description: 'Write an edited copy of an .onnx file.',
    argument: ['<file>', 'an .onnx file'],
    define: (command) =>
      steps(written(command), [
        ['--rename <old=new>', 'give values other names: x=image,y=logits'],
        ['--rename-node <old=new>', 'give nodes other names'],
        ['--extract <in:out>', 'keep the part between values: x,mask:y'],
        ['--keep-output <names>', 'keep only these outputs, in this order'],
        ['--drop-output <names>', 'drop outputs'],
        ['--add-output <names>', 'give more values'],
        ['--free-initializer <names>', 'make inputs of weights'],
        ['--batch <size>', 'change the batch size to a number or a symbol'],
        ['--replace <node=op>', 'another operator for a node, or for all of one: op:Relu=Elu'],
        ['--metadata <key=text>', 'set an entry of the metadata; an empty text takes it out'],
        ['--prune', 'take out what no output needs'],
      ]).addHelpText(
        'after',
        '\nSteps may be repeated and are done in their order.\nExample: dimwise edit bert.onnx -o head.onnx --drop-output pooled --prune --rename ids=input',
      ),
    run: async (call) => (await import('./edit.ts')).edit(call),
  },
  {
    name: 'join',
    description: 'Join two .onnx files into one.',
    argument: ['<first>', 'an .onnx file'],
    more: [['<second>', 'an .onnx file']],
    define: (command) =>
      written(command)
        .option(
          '--connect <input=value>',
          'an input of the second and the value of the first; may be repeated',
          collect,
        )
        .option('--prefix <text>', 'stands before names of the second that the first has too')
        .option('--keep-output <name>', 'a connected output of the first that stays; may be repeated', collect)
        .addHelpText('after', '\nExample: dimwise join backbone.onnx head.onnx -o whole.onnx --connect x=features'),
    run: async (call) => (await import('./join.ts')).join(call),
  },
  {
    name: 'convert',
    description: 'Turn .onnx into text and back.',
    argument: ['<file>', 'an .onnx or .onnxtxt file'],
    define: (command) =>
      opening(command)
        .requiredOption('-o, --output <file>', 'the .onnx or .onnxtxt file to write')
        .option('--external-data <where>', 'weights beside the model: auto, always, never, or from so many bytes on')
        .option('--json', 'print what was written as one line of JSON')
        .addHelpText('after', '\nExample: dimwise convert lenet.onnx -o lenet.onnxtxt'),
    run: async (call) => (await import('./convert.ts')).convert(call),
  },
  {
    name: 'weights',
    description: 'List or convert the tensors of a checkpoint.',
    argument: ['<file>', 'a .safetensors, .index.json, .npz, .npy or .onnx file, or a folder with one'],
    define: (command) =>
      command
        .option('--to <file>', 'write the tensors as .safetensors or .npz')
        .option('--shard <bytes>', 'with --to: the most bytes of tensors of one file, 5e9 or 5GB')
        .option('--constants', 'take the tensors of Constant nodes of an .onnx file too')
        .option('--allow-links', 'follow links of shards that lead out of their folder')
        .option('--limit <limit>', 'a limit of reading checkpoints: tensors=1000000; may be repeated', collect)
        .option('--json', 'print one line of JSON')
        .addHelpText('after', '\nExample: dimwise weights model.safetensors --to weights.npz'),
    run: async (call) => (await import('./weights.ts')).weights(call),
  },
];

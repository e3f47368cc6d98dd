// Commands that turn files into files.
import { type CommandRow, collect, names, opening, steps, written } from './command-row.ts';

/** Commands that turn files into files. */
export const FILE_COMMANDS: readonly CommandRow[] = [
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
    argument: ['<file>', 'a .safetensors, .index.json, .npz, .npy, .gguf or .onnx file, or a folder with one'],
    define: (command) =>
      names(command)
        .option('-o, --output <file>', 'write the tensors as .safetensors or .npz')
        .option('--shard-size <bytes>', 'with -o: the most bytes of tensors of one file, 5e9 or 5GB')
        .option('--cast <type>', 'the element type that floats get: float16')
        .option('--constants', 'take the tensors of Constant nodes of an .onnx file too')
        .option('--allow-links', 'follow links of shards that lead out of their folder')
        .option('--limit <limit>', 'a limit of reading checkpoints: tensors=1000000; may be repeated', collect)
        .option('--json', 'print one line of JSON')
        .addHelpText('after', '\nExample: dimwise weights model.safetensors -o weights.npz'),
    run: async (call) => (await import('./weights.ts')).weights(call),
  },
];

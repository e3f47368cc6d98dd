// The command that exports models for servers.
import { bind, type CommandRow, collect, names, opening, seed } from './command-row.ts';

/** The command that exports models for servers. */
export const EXPORT_COMMANDS: readonly CommandRow[] = [
  {
    name: 'export',
    description: 'Export models for Triton and KServe.',
    argument: ['<format>', 'triton: a model repository; kserve: a manifest'],
    choices: ['triton', 'kserve'],
    more: [['<file...>', 'triton: .ts, .js or .onnx files, or NAME=FILE; kserve: the name of the service']],
    define: (command) =>
      names(seed(bind(opening(command))))
        .option('--weights <file>', 'a checkpoint that gives the weights; of several models: NAME:FILE', collect)
        .option('--cast <type>', 'where element types differ: model, checkpoint, or one for both, float16')
        .option('--partial', 'take what fits of the checkpoint, and draw the rest')
        .option('--external-data <where>', 'weights beside the model: auto, always, never, or from so many bytes on')
        .requiredOption('-o, --output <path>', 'triton: the folder of the repository; kserve: the .yaml file')
        .option('--name <name>', 'the name of a single model; that of its file by default')
        .option('--model-version <number>', 'the version; one more than the newest by default')
        .option('--overwrite', 'replace models with all of their versions')
        .option('--dry-run', 'print the configuration, and write nothing')
        .option('--target <name>', 'the runtime that a model file is compiled for: ort@1.30/cuda')
        .option('--threads <count>', 'threads that draw weights, 1 to 16')
        .option('--max-batch <rows>', 'the most rows of a batch; 0 for no batches')
        .option('--prefer <rows>', 'batches that are run at once when they are reached: 4,8')
        .option('--delay <microseconds>', 'how long a request waits for others: 100')
        .option('--preserve-order', 'answer in the order of the requests')
        .option('--queue <requests>', 'refuse further requests when so many wait')
        .option('--queue-timeout <microseconds>', 'refuse requests that waited so long')
        .option('--queue-late <action>', 'reject (the default) or delay requests that waited too long')
        .option('--own-timeouts', 'let requests bring shorter timeouts')
        .option('--priorities <count>', 'priorities of requests; 1 is the highest')
        .option('--default-priority <number>', 'of requests that bring none; the lowest by default')
        .option('--sequence <input=output>', 'a state that Triton keeps between requests; may be repeated', collect)
        .option('--sequence-strategy <name>', 'direct or oldest')
        .option('--sequence-idle <microseconds>', 'when a sequence without requests is dropped: 1000000')
        .option('--candidates <count>', 'sequences that take turns')
        .option('--control <kind=input>', 'start, end, ready or id of sequences; may be repeated', collect)
        .option('--keep-state <output>', 'a state that requests may ask for; may be repeated', collect)
        .option('--instances <count>', 'copies of the model, for each GPU')
        .option('--kind <where>', 'auto, gpu or cpu')
        .option('--gpus <numbers>', 'the GPUs that run it: 0,1')
        .option('--accelerator <name>', 'cuda or tensorrt')
        .option('--precision <name>', 'of TensorRT: fp32, fp16 or int8')
        .option('--accelerator-option <name=value>', 'as the backend names it; may be repeated', collect)
        .option('--profile <symbol=sizes>', 'of TensorRT: contract, or seq=1:128:512; may be repeated', collect)
        .option('--graph-level <name>', 'how far the graph is rewritten: none, basic, extended or all')
        .option('--warmup <sizes>', 'a request that is run first: batch=1,seq=128; may be repeated', collect)
        .option('--warmup-random', 'fill floats of warm-ups with random bits, not with zeros')
        .option('--versions <which>', 'the versions that are served: latest:1, all, or 1,3')
        .option('--parameter <name=value>', 'a setting of the backend; may be repeated', collect)
        .option('--cache', 'answer equal requests from the cache of the server')
        .option('--labels <output=file>', 'names of classes, one a line; may be repeated', collect)
        .option('--ensemble <name>', 'join the models to an ensemble of this name')
        .option('--connect <input=value>', 'with --ensemble: head.x=encoder.features; may be repeated', collect)
        .option('--keep-output <name>', 'with --ensemble: a connected output that stays; may be repeated', collect)
        .option('--kserve <file>', 'write the manifest of a service for the repository too')
        .option('--storage-uri <address>', 'where KServe finds the repository: s3://bucket/models')
        .option('--service <name>', 'with --kserve: the name of the service')
        .option('--namespace <name>', 'of the service')
        .option('--runtime <name>', 'of the service: kserve-tritonserver')
        .option('--runtime-version <release>', 'the release of Triton: 26.03-py3')
        .option('--replica-gpus <count>', 'GPUs of each replica')
        .option('--replica-cpu <quantity>', 'processors of each replica: 4, 500m')
        .option('--replica-memory <quantity>', 'memory of each replica: 8Gi')
        .option('--min-replicas <count>', 'the fewest replicas')
        .option('--max-replicas <count>', 'the most replicas')
        .option('--scale-metric <name>', 'what replicas follow: concurrency, rps, cpu or memory')
        .option('--scale-target <number>', 'how much of it one replica bears: 8 requests at once, 80 percent')
        .option('--annotation <name=value>', 'of the service; may be repeated', collect)
        .option('--request-timeout <seconds>', 'when KServe gives a request up')
        .option('--service-account <name>', 'that may read the repository')
        .option('--json', 'print what was written as one line of JSON')
        .addHelpText(
          'after',
          '\nExample: dimwise export triton mlp.onnx -o models --max-batch 16 --warmup batch=16\nExample: dimwise export kserve mlp -o mlp.yaml --storage-uri s3://bucket/models --replica-gpus 1',
        ),
    run: async (call) => (await import('./export.ts')).exportCommand(call),
  },
];

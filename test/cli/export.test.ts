// dimwise export: repositories and manifests from the command line.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from './capture.ts';
import { writeModelFiles } from './model-files.ts';

let folder = '';
beforeAll(async () => {
  folder = writeModelFiles();
  await cli('compile', own('declared.ts'), '-o', own('declared.onnx'));
  await cli('compile', own('mlp.ts'), '-o', own('mlp.onnx'), '--bind', 'x=[batch,4]');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const own = (name: string): string => join(folder, name);
const configOf = (repository: string, name: string): string =>
  readFileSync(join(own(repository), name, 'config.pbtxt'), 'utf8');

describe('dimwise export triton', () => {
  test('exports a model file', async () => {
    const { code, out, err } = await cli('export', 'triton', own('mlp.ts'), '-o', own('a'), '--bind', 'x=[rows,20]');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^written: .*mlp, version 1 of mlp, batches of up to 8 rows, \d+ bytes$/);
    expect(configOf('a', 'mlp')).toContain('dims: [ 20 ]');
    expect(readdirSync(own('a'))).toEqual(['mlp']);
  });

  test('exports .onnx files, bound where that is asked for', async () => {
    expect((await cli('export', 'triton', own('declared.onnx'), own('mlp.onnx'), '-o', own('b'))).code).toBe(0);
    expect(readdirSync(own('b')).toSorted()).toEqual(['declared', 'mlp']);
    const args = ['export', 'triton', own('declared.onnx'), '-o', own('b'), '--name', 'three', '--bind', 'batch=3'];
    expect((await cli(...args)).code).toBe(0);
    expect(configOf('b', 'three')).toContain('dims: [ 3, 4 ]');
  });

  test('has every option in the configuration', async () => {
    writeFileSync(own('classes.txt'), 'cat\r\ndog\r\nbird\r\n');
    const options = [
      '--max-batch 16 --prefer 4,16 --delay 250 --preserve-order --queue 32 --queue-timeout 1000',
      '--instances 2 --kind gpu --gpus 0,1 --accelerator tensorrt --precision fp16',
      '--accelerator-option trt_engine_cache_enable=1 --warmup batch=16 --warmup batch=1 --warmup-random',
      '--versions 1,2 --parameter intra_op_thread_count=2 --cache --model-version 2',
    ].flatMap((line) => line.split(' '));
    const labels = ['--labels', `output=${own('classes.txt')}`];
    const { code, err } = await cli('export', 'triton', own('declared.onnx'), '-o', own('c'), ...options, ...labels);
    expect([code, err]).toEqual([0, '']);
    const text = configOf('c', 'declared').replace(/\s+/g, ' ');
    for (const part of [
      'max_batch_size: 16',
      'label_filename: "labels_0.txt"',
      'versions: [ 1, 2 ]',
      'count: 2 kind: KIND_GPU gpus: [ 0, 1 ]',
      'preferred_batch_size: [ 4, 16 ] max_queue_delay_microseconds: 250 preserve_ordering: true',
      'timeout_action: REJECT default_timeout_microseconds: 1000 max_queue_size: 32',
      'name: "tensorrt"',
      'key: "precision_mode" value: "FP16"',
      'key: "trt_engine_cache_enable" value: "1"',
      'name: "batch=16" batch_size: 16',
      'random_data: true',
      'key: "intra_op_thread_count" value { string_value: "2" }',
      'response_cache { enable: true }',
    ])
      expect(text).toContain(part);
    expect(readFileSync(own('c/declared/labels_0.txt'), 'utf8')).toBe('cat\ndog\nbird\n');
    expect(existsSync(own('c/declared/2/model.onnx'))).toBe(true);
    const all = await cli(
      'export',
      'triton',
      own('declared.onnx'),
      '-o',
      own('c'),
      '--dry-run',
      '--versions',
      'all',
      '--max-batch',
      '16',
      '--name',
      'other',
    );
    expect(all.out).toContain('all {');
    const latest = await cli(
      'export',
      'triton',
      own('declared.onnx'),
      '-o',
      own('c'),
      '--dry-run',
      '--versions',
      'latest:3',
      '--name',
      'other',
    );
    expect(latest.out).toContain('num_versions: 3');
    expect(existsSync(own('c/other'))).toBe(false);
  });

  test('binds and names several models each for itself', async () => {
    const operands = [`first=${own('mlp.ts')}`, `second=${own('mlp.ts')}`, own('declared.onnx')];
    const binds = ['--bind', 'first:x=[rows,20]', '--bind', 'second:x=[rows,700]', '--bind', 'declared:batch=3'];
    const { code, err } = await cli('export', 'triton', ...operands, '-o', own('g'), ...binds, '--external-data', '10');
    expect([code, err]).toEqual([0, '']);
    expect(readdirSync(own('g')).toSorted()).toEqual(['declared', 'first', 'second']);
    expect(configOf('g', 'first')).toContain('dims: [ 20 ]');
    expect(configOf('g', 'second')).toContain('dims: [ 700 ]');
    expect(configOf('g', 'declared')).toContain('dims: [ 3, 4 ]');
    expect(readdirSync(own('g/second/1')).some((file) => file.endsWith('.data'))).toBe(true);
    const lost = await cli('export', 'triton', ...operands, '-o', own('g'), '--bind', 'x=[rows,20]');
    expect([lost.code, lost.err]).toEqual([2, expect.stringContaining('which of the models')]);
  });

  test('has sequences, priorities and profiles in the configuration', async () => {
    const { saveModel } = await import('../../src/index.ts');
    const { compiled } = await import('../triton/cases.ts');
    await saveModel(compiled('recurrent'), own('recurrent.onnx'));
    const words = (text: string): string[] => text.split(' ');
    const made = async (file: string, options: string): Promise<string> => {
      const { code, out, err } = await cli(
        'export',
        'triton',
        own(file),
        '-o',
        own('h'),
        '--dry-run',
        ...words(options),
      );
      expect([code, err]).toEqual([0, '']);
      return out.replace(/\s+/g, ' ');
    };
    const sequence = '--sequence h=h_next --control start=start --control id=id --keep-state h_next --delay 5';
    const kept = await made('recurrent.onnx', `${sequence} --prefer 2 --sequence-idle 7 --candidates 9`);
    for (const part of [
      'max_sequence_idle_microseconds: 7 oldest { max_candidate_sequences: 9 preferred_batch_size: [ 2 ] max_queue',
      'kind: CONTROL_SEQUENCE_START',
      'input_name: "h" output_name: "h_next"',
      'name: "h_next" data_type: TYPE_FP32',
    ])
      expect(kept).toContain(part);
    expect(await made('recurrent.onnx', '--sequence h=h_next --sequence-strategy direct')).toContain('direct { }');
    const queues = await made(
      'declared.onnx',
      '--priorities 3 --default-priority 2 --queue-timeout 9 --queue-late delay --own-timeouts --graph-level basic',
    );
    expect(queues).toContain(
      'priority_levels: 3 default_priority_level: 2 default_queue_policy { timeout_action: DELAY',
    );
    expect(queues).toContain('allow_timeout_override: true');
    expect(queues).toContain('graph { level: -1 }');
    const profile = await made('declared.onnx', '--accelerator tensorrt --profile contract --profile batch=2:4:8');
    expect(profile).toMatch(/max_shapes" value: "\w+:8x4".*min_shapes" value: "\w+:2x4".*opt_shapes" value: "\w+:4x4"/);
  });

  test('joins models to an ensemble, with a manifest beside it', async () => {
    const { code, out } = await cli(
      'export',
      'triton',
      own('declared.onnx'),
      own('mlp.ts'),
      '-o',
      own('d'),
      '--ensemble',
      'whole',
      '--connect',
      'mlp.x=declared.output',
      '--keep-output',
      'declared.output',
      '--kserve',
      own('whole.yaml'),
      '--storage-uri',
      's3://b/m',
      '--replica-gpus',
      '1',
      '--json',
    );
    // The model file is not bound: its input has the sizes of its own.
    expect([code, JSON.parse(out)]).toMatchObject([1, { errors: [{ code: 'NOT_BOUND' }] }]);
    const again = await cli(
      'export',
      'triton',
      own('declared.onnx'),
      own('mlp.onnx'),
      '-o',
      own('d'),
      '--ensemble',
      'whole',
      '--connect',
      'mlp.x=declared.output',
      '--json',
    );
    expect([again.code, JSON.parse(again.out)]).toMatchObject([1, { errors: [{ code: 'JOIN_MISMATCH' }] }]);
    await cli('compile', own('mlp.ts'), '-o', own('tail.onnx'), '--bind', 'x=[batch,3]');
    const third = await cli(
      'export',
      'triton',
      own('declared.onnx'),
      own('tail.onnx'),
      '-o',
      own('d'),
      '--ensemble',
      'whole',
      '--connect',
      'tail.x=declared.output',
      '--keep-output',
      'declared.output',
      '--kserve',
      own('whole.yaml'),
      '--storage-uri',
      's3://b/m',
      '--replica-gpus',
      '1',
      '--json',
    );
    expect(third.code).toBe(0);
    expect(JSON.parse(third.out)).toMatchObject({
      repository: own('d'),
      models: [{ name: 'declared', version: 1, maxBatch: 8 }, { name: 'tail' }, { name: 'whole', unchecked: [] }],
      kserve: own('whole.yaml'),
    });
    expect(configOf('d', 'whole')).toContain('value: "declared.output"');
    expect(readFileSync(own('whole.yaml'), 'utf8')).toContain('name: "whole"');
  });

  test.each<[string, readonly string[]]>([
    ['a format that is none', ['tritn', 'declared.onnx']],
    ['a file of another kind', ['triton', 'classes.txt']],
    ['options of one model for several', ['triton', 'declared.onnx', 'mlp.onnx', '--bind', 'batch=1']],
    ['an option of an unknown model', ['triton', 'declared.onnx', 'mlp.onnx', '--bind', 'mpl:batch=1']],
    ['a name of one model for several', ['triton', 'declared.onnx', 'mlp.onnx', '--name', 'a']],
    ['weights for an .onnx file', ['triton', 'declared.onnx', 'mlp.ts', '--weights', 'declared:w.npz']],
    ['controls without a sequence', ['triton', 'declared.onnx', '--control', 'start=x']],
    ['a profile of CUDA', ['triton', 'declared.onnx', '--accelerator', 'cuda', '--profile', 'contract']],
    ['a profile that is none', ['triton', 'declared.onnx', '--accelerator', 'tensorrt', '--profile', 'n=1:2:3:4']],
    ['a fate of late requests that is none', ['triton', 'declared.onnx', '--queue-late', 'drop']],
    ['a place of weights that is none', ['triton', 'declared.onnx', '--external-data', 'there']],
    ['two models of one name', ['triton', 'declared.onnx', 'declared.ts']],
    ['options of model files for .onnx files', ['triton', 'declared.onnx', '--seed', '1']],
    ['connections without an ensemble', ['triton', 'declared.onnx', '--connect', 'a.x=b.y']],
    ['options of a manifest without one', ['triton', 'declared.onnx', '--replica-gpus', '1']],
    ['a manifest without an address', ['triton', 'declared.onnx', '--kserve', 'a.yaml']],
    ['a precision of CUDA', ['triton', 'declared.onnx', '--accelerator', 'cuda', '--precision', 'fp16']],
    ['an option of no accelerator', ['triton', 'declared.onnx', '--accelerator-option', 'use_tf32=0']],
    ['an unknown accelerator', ['triton', 'declared.onnx', '--accelerator', 'openvino']],
    ['a number that is none', ['triton', 'declared.onnx', '--max-batch', 'many']],
    ['a list that is none', ['triton', 'declared.onnx', '--prefer', '4;8']],
    ['a kind that is none', ['triton', 'declared.onnx', '--kind', 'tpu']],
    ['versions that are none', ['triton', 'declared.onnx', '--versions', 'newest']],
    ['a warm-up without sizes', ['triton', 'declared.onnx', '--warmup', 'batch']],
    ['a pair without a value', ['triton', 'declared.onnx', '--parameter', 'threads']],
    ['options of a repository for a manifest', ['kserve', 'mlp', '--storage-uri', 's3://b/m', '--max-batch', '4']],
    ['two services', ['kserve', 'a', 'b', '--storage-uri', 's3://b/m']],
    ['a manifest without an address', ['kserve', 'a']],
    ['a metric that KServe does not have', ['kserve', 'a', '--storage-uri', 's3://b/m', '--scale-metric', 'gpu']],
    ['scaling without a manifest', ['triton', 'declared.onnx', '--scale-metric', 'rps']],
  ])('refuses %s', async (_, args) => {
    const named = args.map((arg) => (/\.(onnx|ts|txt)$/.test(arg) ? own(arg) : arg));
    const { code, err } = await cli('export', ...named, '-o', own('refused'));
    expect([code, err]).toEqual([2, expect.stringContaining('CLI_USAGE')]);
    expect(existsSync(own('refused'))).toBe(false);
  });

  test('tells what it cannot do', async () => {
    mkdirSync(own('e/declared'), { recursive: true });
    for (const [args, text] of [
      [['--max-batch', '0', '--prefer', '4'], 'EXPORT_OPTION'],
      [['--labels', 'output=/nowhere.txt'], 'FILE_READ'],
      [[], 'EXPORT_EXISTS'],
    ] as const) {
      const { code, err } = await cli('export', 'triton', own('declared.onnx'), '-o', own('e'), ...args);
      expect([code, err]).toEqual([1, expect.stringContaining(text)]);
    }
    expect((await cli('export', 'triton', own('branch.ts'), '-o', own('f'))).code).toBe(0);
    const sequences = await cli('export', 'triton', own('three.ts'), '-o', own('f'));
    expect([sequences.code, sequences.err]).toEqual([1, expect.stringContaining('NOT_BOUND')]);
  });
});

describe('dimwise export kserve', () => {
  test('writes a manifest', async () => {
    const { code, out } = await cli(
      'export',
      'kserve',
      'mlp',
      '-o',
      own('mlp.yaml'),
      '--storage-uri',
      'gs://b/m',
      '--min-replicas',
      '0',
      '--max-replicas',
      '3',
      '--replica-cpu',
      '2',
      '--replica-memory',
      '4Gi',
      '--namespace',
      'n',
      '--scale-metric',
      'concurrency',
      '--scale-target',
      '8',
      '--annotation',
      'autoscaling.knative.dev/window=30s',
      '--json',
    );
    expect([code, JSON.parse(out)]).toEqual([0, { service: 'mlp', output: own('mlp.yaml') }]);
    const text = readFileSync(own('mlp.yaml'), 'utf8');
    const scaling = ['scaleMetric: "concurrency"', 'scaleTarget: 8', '"autoscaling.knative.dev/window": "30s"'];
    for (const part of ['minReplicas: 0', 'maxReplicas: 3', 'cpu: "2"', 'namespace: "n"', ...scaling])
      expect(text).toContain(part);
  });

  test('prints one in a dry run', async () => {
    const { out } = await cli(
      'export',
      'kserve',
      'mlp',
      '-o',
      own('none.yaml'),
      '--storage-uri',
      's3://b/m',
      '--dry-run',
    );
    expect(out).toContain('kind: "InferenceService"');
    expect(existsSync(own('none.yaml'))).toBe(false);
    const wrong = await cli('export', 'kserve', 'Mlp', '-o', own('none.yaml'), '--storage-uri', 's3://b/m');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('EXPORT_OPTION')]);
  });
});

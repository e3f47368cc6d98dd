// Models and options whose configurations are recorded, each for a rule of Triton's.
import type { TritonOptions } from '../../codegen/triton/model-options.ts';
import { dense, model, op, tensor, type Value } from '../../src/index.ts';
import type { DType } from '../../src/ir/dtype.ts';
import type { CompiledModel } from '../../src/model/compiled-model.ts';
import type { DefinedModel } from '../../src/model/defined-model.ts';

const float = (...shape: readonly (number | string)[]) => tensor('float32', shape);
const ints = (...shape: readonly (number | string)[]) => tensor('int64', shape);
const fc = (units: number) => dense(units, { name: 'fc' });

/** Every element type that Triton's ONNX Runtime backend has. */
const TYPES: readonly DType[] = [
  'bool',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'float32',
  'float64',
  'string',
];

const identities = (...values: Value[]) =>
  Object.fromEntries(values.map((value, i) => [`${TYPES[i]}_out`, op.Identity(value)]));

/** Definitions by name, each made anew. */
export const MODELS = {
  mlp: () => model(fc(3), { inputs: { x: float('batch', 20) } }),
  limited: () => model(fc(3), { inputs: { x: float('batch', 20) }, symbols: { batch: { max: 6 } } }),
  groups: () =>
    model((x: Value) => op.Identity(x), {
      inputs: { x: float('batch', 20) },
      symbols: { batch: { min: 2, divisibleBy: 4, max: 30 } },
    }),
  encoder: () =>
    model(
      (ids: Value, mask: Value) => {
        const hidden = op.Mul(
          op.Cast(op.Unsqueeze(ids, [2]), { to: 'float32' }),
          op.Cast(op.Unsqueeze(mask, [2]), { to: 'float32' }),
        );
        const wide = op.Expand(hidden, [1, 1, 4]);
        return { hidden: wide, pooled: op.ReduceMean(wide, [1], { keepdims: 0 }) };
      },
      { inputs: { ids: ints('batch', 'seq'), mask: ints('batch', 'seq') }, symbols: { seq: { max: 512 } } },
    ),
  head: () => model(fc(2), { inputs: { x: float('n', 4) } }),
  scores: () =>
    model(
      (x: Value) => ({ best: op.ReduceMax(x, [1], { keepdims: 0 }), place: op.ArgMax(x, { axis: 1, keepdims: 0 }) }),
      {
        inputs: { x: float('batch', 4) },
      },
    ),
  flat: () =>
    model((x: Value, k: Value) => op.Mul(x, op.Cast(k, { to: 'float32' })), {
      inputs: { x: float('n'), k: ints('n') },
    }),
  total: () =>
    model((x: Value, bias: Value) => op.Add(op.ReduceSum(x, undefined, { keepdims: 0 }), bias), {
      inputs: { x: float('h', 'w'), bias: float() },
    }),
  fixed: () =>
    model((image: Value) => op.MaxPool(image, { kernel_shape: [2, 2], strides: [2, 2] }), {
      inputs: { image: float(1, 3, 8, 8) },
    }),
  square: () => model((x: Value) => op.MatMul(x, op.Transpose(x)), { inputs: { x: float('n', 4) } }),
  tied: () => model((x: Value, q: Value) => op.MatMul(x, q), { inputs: { x: float('batch', 'k'), q: float('k', 5) } }),
  found: () => model((x: Value) => op.NonZero(x), { inputs: { x: float('n', 4) } }),
  windows: () =>
    model((x: Value) => op.MaxPool(x, { kernel_shape: [3], strides: [2] }), {
      inputs: { x: float('batch', 2, '2*length') },
      symbols: { length: { min: 4 } },
    }),
  types: () =>
    model(identities, { inputs: Object.fromEntries(TYPES.map((type) => [type, tensor(type, ['batch', 2])])) }),
  // A state of fixed sizes, and one of each control.
  recurrent: () =>
    model(
      (x: Value, h: Value, start: Value, id: Value) => {
        const kept = op.Mul(h, op.Sub([1], start));
        const next = op.Tanh(op.Add(x, kept));
        return { y: op.ReduceSum(next, [1], { keepdims: 1 }), h_next: next, id_seen: op.Identity(id) };
      },
      {
        inputs: {
          x: float('batch', 4),
          h: float('batch', 4),
          start: float('batch', 1),
          id: tensor('uint64', ['batch', 1]),
        },
      },
    ),
  // A cache that grows by each request.
  cached: () =>
    model(
      (x: Value, past: Value) => {
        const present = op.Concat([past, x], { axis: 1 });
        return { y: op.MatMul(x, op.Transpose(present, { perm: [0, 2, 1] })), present };
      },
      { inputs: { x: float('batch', 'seq', 4), past: float('batch', 'past', 4) }, symbols: { past: { max: 1024 } } },
    ),
  // ONNX's own layout of recurrent states: layers come before the batch.
  layered: () =>
    model(
      (x: Value, h: Value) => {
        const next = op.Add(op.Unsqueeze(x, [0]), op.Mul(h, 0.5));
        return { y: op.Squeeze(next, [0]), h_n: next };
      },
      { inputs: { x: float('batch', 4), h: float(1, 'batch', 4) } },
    ),
  names: () => model((x: Value) => ({ 'y "z"\\': op.Neg(x) }), { inputs: { 'größe/0:\tx': float('batch', '"a b"') } }),
} as const satisfies Record<string, () => DefinedModel>;

/** The name of a model. */
export type ModelName = keyof typeof MODELS;

/** A model, compiled as it is declared. */
export function compiled(name: ModelName): CompiledModel {
  const defined: DefinedModel = MODELS[name]();
  defined.initialize({ seed: 0 });
  return defined.bind().compile();
}

/** A configuration that is recorded: the model, and how it is served. */
export interface TritonCase {
  readonly model: ModelName;
  readonly options?: TritonOptions;
}

/** The configurations by the names of their files. */
export const CASES: Readonly<Record<string, TritonCase>> = {
  mlp: { model: 'mlp' },
  mlp_full: {
    model: 'mlp',
    options: {
      maxBatch: 16,
      batching: { preferred: [4, 8], delay: 500, preserveOrder: true, queueSize: 64, timeout: 250_000 },
      instances: { count: 2, gpus: [0, 1] },
      accelerator: {
        name: 'tensorrt',
        options: { precision_mode: 'FP16', trt_engine_cache_enable: '1', trt_engine_cache_path: '/cache/mlp' },
      },
      warmup: [{ sizes: { batch: 16 }, data: 'random', count: 3 }, {}],
      versions: { specific: [1, 3] },
      parameters: { intra_op_thread_count: '4', execution_mode: '0' },
      cache: true,
      labels: { output: ['cat', 'dog', 'a "bird"'] },
    },
  },
  mlp_cpu: { model: 'mlp', options: { instances: { kind: 'cpu', count: 4 }, versions: { latest: 2 } } },
  mlp_cuda: {
    model: 'mlp',
    options: { accelerator: { name: 'cuda', options: { use_tf32: '0' } }, instances: { kind: 'gpu' }, versions: 'all' },
  },
  mlp_alone: { model: 'mlp', options: { maxBatch: 0, warmup: [{ sizes: { batch: 3 } }] } },
  mlp_single: { model: 'mlp', options: { maxBatch: 1 } },
  limited: { model: 'limited' },
  groups: { model: 'groups', options: { batching: { preferred: [8, 28] }, maxBatch: 28, warmup: [{}] } },
  encoder: { model: 'encoder', options: { warmup: [{ sizes: { batch: 2, seq: 128 } }, { sizes: { seq: 512 } }] } },
  head: { model: 'head' },
  scores: { model: 'scores' },
  flat: { model: 'flat', options: { warmup: [{ sizes: { n: 8 }, data: 'random' }] } },
  total: { model: 'total', options: { warmup: [{ sizes: { h: 2, w: 3 } }] } },
  fixed: { model: 'fixed', options: { warmup: [{}] } },
  square: { model: 'square' },
  tied: { model: 'tied' },
  found: { model: 'found' },
  windows: { model: 'windows', options: { warmup: [{ sizes: { length: 5 } }] } },
  types: { model: 'types', options: { warmup: [{ data: 'random' }] } },
  names: { model: 'names' },
  mlp_queues: {
    model: 'mlp',
    options: {
      batching: {
        queueSize: 100,
        timeout: 50_000,
        late: 'delay',
        ownTimeouts: true,
        priorities: 3,
        defaultPriority: 2,
        queues: { 1: { timeout: 5000 }, 3: { queueSize: 10 } },
      },
      instances: [
        { gpus: [0], count: 2, resources: [{ name: 'memory', count: 4 }] },
        { kind: 'cpu', resources: [{ name: 'licence', count: 1, global: true }], priority: 2 },
      ],
      graphLevel: 'extended',
    },
  },
  encoder_profile: {
    model: 'encoder',
    options: {
      maxBatch: 16,
      accelerator: { name: 'tensorrt', options: { precision_mode: 'FP16' }, profile: { sizes: { seq: { opt: 128 } } } },
    },
  },
  recurrent: {
    model: 'recurrent',
    options: {
      sequence: {
        states: { h: 'h_next' },
        controls: { start: 'start', id: 'id' },
        idle: 5_000_000,
        candidates: 32,
        preferred: [4, 8],
        delay: 200,
        preserveOrder: true,
      },
    },
  },
  recurrent_direct: {
    model: 'recurrent',
    options: {
      maxBatch: 4,
      sequence: { states: { h: 'h_next' }, strategy: 'direct', keepOutputs: ['h_next'], delay: 0 },
    },
  },
  cached: { model: 'cached', options: { sequence: { states: { past: 'present' } } } },
  layered: { model: 'layered', options: { sequence: { states: { h: 'h_n' } }, instances: { kind: 'cpu' } } },
};

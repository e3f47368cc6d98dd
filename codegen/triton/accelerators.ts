// The parts of a configuration that ONNX Runtime's backend reads: accelerators of GPUs and settings of sessions.
import type { Contract } from '../../src/ir/contract.ts';
import { knownNames, optionError } from './check-option.ts';
import type { TritonAccelerator, TritonOptions } from './model-options.ts';
import { profileOptions } from './profiles.ts';
import type { BatchLimit } from './scheduling.ts';
import { field, mapField, nested, repeated, type TextField, type TextMessage } from './text-format.ts';

/** Options of TensorRT as Triton's ONNX Runtime backend names them (its README, 2026). */
const TENSORRT: readonly string[] = [
  'precision_mode',
  'max_workspace_size_bytes',
  'int8_calibration_table_name',
  'int8_use_native_calibration_table',
  'trt_max_partition_iterations',
  'trt_min_subgraph_size',
  'trt_dla_enable',
  'trt_dla_core',
  'trt_engine_cache_enable',
  'trt_engine_cache_path',
  'trt_engine_cache_prefix',
  'trt_dump_subgraphs',
  'trt_force_sequential_engine_build',
  'trt_context_memory_sharing_enable',
  'trt_layer_norm_fp32_fallback',
  'trt_timing_cache_enable',
  'trt_timing_cache_path',
  'trt_force_timing_cache',
  'trt_detailed_build_log',
  'trt_build_heuristics_enable',
  'trt_sparsity_enable',
  'trt_builder_optimization_level',
  'trt_auxiliary_streams',
  'trt_tactic_sources',
  'trt_extra_plugin_lib_paths',
  'trt_profile_min_shapes',
  'trt_profile_max_shapes',
  'trt_profile_opt_shapes',
  'trt_cuda_graph_enable',
  'trt_dump_ep_context_model',
  'trt_ep_context_file_path',
  'trt_ep_context_embed_mode',
];

/** Options of the CUDA provider (ONNX Runtime's page on it, 1.30); the device and its stream are Triton's. */
const CUDA: readonly string[] = [
  'arena_extend_strategy',
  'cudnn_conv1d_pad_to_nc1d',
  'cudnn_conv_algo_search',
  'cudnn_conv_use_max_workspace',
  'do_copy_in_default_stream',
  'enable_cuda_graph',
  'enable_skip_layer_norm_strict_mode',
  'fuse_conv_bias',
  'gpu_mem_limit',
  'prefer_nhwc',
  'sdpa_kernel',
  'tunable_op_enable',
  'tunable_op_max_tuning_duration_ms',
  'tunable_op_tuning_enable',
  'use_ep_level_unified_stream',
  'use_tf32',
];

const OPTIONS = { cuda: CUDA, tensorrt: TENSORRT } as const;

const PRECISIONS: readonly string[] = ['FP32', 'FP16', 'INT8'];

/** How the backend numbers the levels of ONNX Runtime's rewriting (its README). */
const LEVELS: Readonly<Record<string, number | undefined>> = { none: 2, basic: -1, extended: 1, all: undefined };

/** What `optimization` is made from. */
export interface OptimizationContext {
  readonly contract: Contract;
  readonly limit: BatchLimit;
  readonly isOnCpu: boolean;
}

/**
 * `optimization` with the level of the graph and the accelerator; absent where none is asked for.
 *
 * @throws EXPORT_OPTION when an option is none of the accelerator, or a profile does not fit the contract
 */
export function optimization(
  { accelerator, graphLevel = 'all' }: Pick<TritonOptions, 'accelerator' | 'graphLevel'>,
  context: OptimizationContext,
): TextField | undefined {
  knownNames('the level of the graph', [graphLevel], Object.keys(LEVELS));
  const level = LEVELS[graphLevel];
  const fields = [
    level === undefined ? undefined : nested('graph', [field('level', level)]),
    accelerator && accelerators(accelerator, context),
  ];
  return fields.some((each) => each) ? nested('optimization', fields) : undefined;
}

function accelerators(accelerator: TritonAccelerator, { contract, limit, isOnCpu }: OptimizationContext): TextField {
  const { name, profile } = accelerator;
  knownNames('the accelerator', [name], Object.keys(OPTIONS));
  if (isOnCpu) throw optionError(`${name} accelerates GPUs, and the instances are on the CPU`);
  const given = accelerator.options ?? {};
  knownNames(`the accelerator ${name}`, Object.keys(given), OPTIONS[name]);
  if (profile && name !== 'tensorrt') throw optionError('a profile is one of TensorRT', { actual: name });
  const own = profile ? profileOptions(profile, contract, limit) : {};
  const twice = Object.keys(own).find((option) => Object.hasOwn(given, option));
  if (twice !== undefined) throw optionError(`${twice} is given, and the profile says it too`);
  const options = { ...given, ...own };
  const precision = given['precision_mode'];
  if (precision !== undefined) knownNames('the precision of TensorRT', [precision], PRECISIONS);
  return nested('execution_accelerators', [
    repeated('gpu_execution_accelerator', [
      [field('name', name), Object.keys(options).length > 0 ? mapField('parameters', options) : undefined],
    ]),
  ]);
}

/** Settings of sessions that Triton's ONNX Runtime backend reads (its README, 2026). */
const PARAMETERS: readonly string[] = [
  'arena_extend_strategy',
  'cudnn_conv_algo_search',
  'do_copy_in_default_stream',
  'enable_mem_arena',
  'enable_mem_pattern',
  'execution_mode',
  'gpu_mem_limit',
  'inter_op_thread_count',
  'intra_op_thread_count',
  'memory.enable_memory_arena_shrinkage',
  'session.use_device_allocator_for_initializers',
  'share_session_between_instances',
];

/** `parameters`; absent where there are none. @throws EXPORT_OPTION when the backend reads no such parameter */
export function parameters(entries: Readonly<Record<string, string>> = {}): TextField | undefined {
  const pairs = Object.entries(entries);
  if (pairs.length === 0) return undefined;
  knownNames(
    'the ONNX Runtime backend',
    pairs.map(([name]) => name),
    PARAMETERS,
  );
  return mapField(
    'parameters',
    pairs.map(([name, value]): [string, TextMessage] => [name, [field('string_value', value)]]),
  );
}
